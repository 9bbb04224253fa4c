// Command mutants changes one place of a package at a time (a comparison, a number, a
// removed statement) and runs the tests of the package on each change. A change
// that no test notices survives: either a test is missing, or the change makes no
// difference. The source files stay as they are; the go command reads the changed
// file through an overlay.
//
//	go run ./.ci/mutants [-seed N] [-n 20] ./package
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Tests of a mutant may take leastTime, or slowdown times as long as on the code
// as it is; a loop that no longer ends counts as noticed then.
const (
	leastTime = time.Minute
	slowdown  = 10
)

func main() {
	seed := flag.Uint64("seed", 1, "which sample of the places is taken")
	count := flag.Int("n", 20, "how many mutants are run")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: mutants [-seed N] [-n COUNT] ./package")
		os.Exit(2)
	}
	if err := run(filepath.Clean(flag.Arg(0)), *seed, *count); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(folder string, seed uint64, count int) error {
	start := time.Now()
	if noticed, out, err := test(folder, "", time.Hour); err != nil {
		return err
	} else if noticed {
		return fmt.Errorf("the tests of %s fail before anything is changed:\n%s", folder, out)
	}
	limit := max(leastTime, slowdown*time.Since(start))
	all, err := sitesOf(folder)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a sample that can be repeated
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	temp, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	fmt.Printf("%s: %d places, seed %d\n", folder, len(all), seed)
	before := failFiles(folder)
	defer func() {
		for name := range failFiles(folder) {
			if !before[name] {
				os.Remove(name) //nolint:errcheck // it is ignored by git, too
			}
		}
	}()
	ran, survived := 0, 0
	for _, s := range all {
		if ran == count {
			break
		}
		overlay, err := s.overlay(temp)
		if err != nil {
			return err
		}
		if !builds(folder, overlay) {
			continue
		}
		ran++
		noticed, _, err := test(folder, overlay, limit)
		if err != nil {
			return err
		}
		verdict := "killed  "
		if !noticed {
			survived++
			verdict = "SURVIVED"
		}
		fmt.Printf("%s %s\n", verdict, s)
	}
	fmt.Printf("%s: %d of %d survived\n", folder, survived, ran)
	return nil
}

// overlay writes the changed file and the overlay that puts it in place, and
// returns the path of the overlay.
func (s site) overlay(temp string) (string, error) {
	changed, place := filepath.Join(temp, "changed.go"), filepath.Join(temp, "overlay.json")
	if err := os.WriteFile(changed, s.source(), 0o600); err != nil {
		return "", err
	}
	original, err := filepath.Abs(s.file)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	return place, os.WriteFile(place, b, 0o600)
}

// builds reports whether a package compiles with a changed file.
func builds(folder, overlay string) bool {
	return exec.Command("go", "build", "-overlay", overlay, "-o", os.DevNull, "./"+folder).Run() == nil //nolint:gosec // the folder is the argument of the developer
}

// test runs the tests of a package and reports whether one failed or took longer
// than limit. An overlay "" is the code as it is.
func test(folder, overlay string, limit time.Duration) (failed bool, output string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	args := []string{"test", "-failfast", "-vet=off", "-count=1", "-timeout", limit.String()}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+folder)...) //nolint:gosec // as above
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil && strings.Contains(out.String(), "[no test files]"):
		return false, "", fmt.Errorf("%s has no tests", folder)
	case err == nil:
		return false, "", nil
	case errors.As(err, &exit):
		return true, out.String(), nil
	}
	return false, "", err
}

// failFiles returns what rapid noted of failing tests: notes on a mutant say nothing
// about the code.
func failFiles(folder string) map[string]bool {
	names, _ := filepath.Glob(filepath.Join(folder, "testdata", "rapid", "*", "*.fail"))
	found := map[string]bool{}
	for _, n := range names {
		found[n] = true
	}
	return found
}
