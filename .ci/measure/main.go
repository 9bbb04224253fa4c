// Command measure prints how the Go code of the given folders reads: sizes, complexity,
// comments, documented names and tests. With -check it fails when a bound of
// docs/architecture.md is passed, and names each place.
//
//	go run ./.ci/measure [-check] [-each] [./folder/... ...]
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

func main() {
	check := flag.Bool("check", false, "fail when a bound is passed")
	each := flag.Bool("each", false, "print one line per package")
	flag.Parse()
	args := flag.Args()
	if len(args) == 0 {
		args = []string{"./..."}
	}
	if err := run(args, *check, *each); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(patterns []string, check, each bool) error {
	folders, err := foldersOf(patterns)
	if err != nil {
		return err
	}
	var all measures
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if each || len(patterns) > 1 || patterns[0] != "./..." {
		fmt.Fprintln(w, "package\tfiles\tcode\tcomments/code\ttest/code\tcyclomatic max\tlongest function\tlongest file\tlong lines")
	}
	var faults []string
	for _, folder := range folders {
		m, err := measureFolder(folder)
		if err != nil {
			return err
		}
		if m.files+m.testFiles == 0 {
			continue
		}
		if each || len(patterns) > 1 || patterns[0] != "./..." {
			fmt.Fprintf(w, "%s\t%d\t%d\t%.2f\t%.2f\t%d\t%d\t%d\t%d\n", folder, m.files, m.code,
				ratio(m.comments, m.code), ratio(m.testCode, m.code), maxOf(m.cyclomatic), maxOf(m.functionLines), maxOf(m.fileLines), m.longLines)
		}
		faults = append(faults, m.faults...)
		if !m.packageComment && m.files > 0 {
			faults = append(faults, folder+": no package comment")
		}
		if r := ratio(m.comments, m.code); m.code >= leastJudged && (r < leastOfPackage || r > mostOfPackage) {
			faults = append(faults, fmt.Sprintf("%s: %.2f comment lines per code line, want %.2f to %.2f", folder, r, leastOfPackage, mostOfPackage))
		}
		all.add(m)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if r := ratio(all.comments, all.code); len(folders) > 10 && (r < leastComments || r > mostComments) {
		faults = append(faults, fmt.Sprintf("all: %.2f comment lines per code line, want %.2f to %.2f", r, leastComments, mostComments))
	}
	all.print(os.Stdout)
	for _, f := range faults {
		fmt.Println(f)
	}
	if check && len(faults) > 0 {
		return fmt.Errorf("%d places pass a bound", len(faults))
	}
	return nil
}

// foldersOf returns the folders that the patterns name, sorted: "./x" is one
// folder, "./x/..." that folder and all below it. Folders that the go command
// skips are left out, unless they are named.
func foldersOf(patterns []string) ([]string, error) {
	found := map[string]bool{}
	for _, p := range patterns {
		root, recursive := strings.CutSuffix(p, "...")
		root = filepath.Clean(root)
		if !recursive {
			found[root] = true
			continue
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.IsDir() {
				return nil
			}
			if name := d.Name(); path != root && (name == "testdata" || name == "vendor" || name[0] == '.' || name[0] == '_') {
				return filepath.SkipDir
			}
			found[path] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var out []string
	for f := range found {
		out = append(out, f)
	}
	slices.Sort(out)
	return out, nil
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func maxOf(list []int) int {
	if len(list) == 0 {
		return 0
	}
	return slices.Max(list)
}
