package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/gate"
)

// symlinkMode is git's mode of a symbolic link.
const symlinkMode = 0o120000

// fileGate applies the rules that hold for every file whatever its kind, as the
// server does when a file is new to it: name, mode, size, content and secrets.
type fileGate struct {
	scanner *gate.Scanner
	sizes   gate.Sizes
	depth   int               // folders above a file
	names   map[string]string // folded path: the path that has it
}

func newFileGate(l config.Limits) *fileGate {
	return &fileGate{
		scanner: gate.NewScanner(), names: map[string]string{},
		depth: l.TreeDepth, sizes: gate.Sizes{Document: l.Document, Attachment: l.Attachment},
	}
}

// judge gives the problems of a file on the disk.
func (g *fileGate) judge(name, inRepo string) (problems []postmortems.Problem, err error) {
	if p, bad := gate.CheckPath(inRepo, g.depth); bad {
		problems = append(problems, p)
	}
	folded := gate.Fold(inRepo)
	if other, taken := g.names[folded]; taken && other != inRepo {
		problems = append(problems, gate.Twin(inRepo, other))
	}
	g.names[folded] = inRepo
	info, err := os.Lstat(name)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, "lint", name+" cannot be read", err)
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		p, _ := gate.CheckMode(inRepo, symlinkMode)
		return append(problems, p), nil
	}
	if p, bad := gate.CheckSize(inRepo, info.Size(), g.sizes); bad {
		return append(problems, p), nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, "lint", name+" cannot be read", err)
	}
	problems = append(problems, gate.CheckContent(inRepo, data)...)
	if bytes.IndexByte(data, 0) < 0 {
		for _, s := range g.scanner.Find(data) {
			problems = append(problems, s.Problem(inRepo, ""))
		}
	}
	return problems, nil
}

// treeFiles lists the files of a folder by their paths in it: those that git would
// take when it is a working tree, else all but those in folders whose names begin
// with a dot.
func treeFiles(ctx context.Context, dir string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
		out, err := exec.CommandContext(ctx, "git", "-C", dir, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
		if err == nil {
			return presentFiles(dir, strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")), nil
		}
	}
	var files []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != dir && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		rel, err := filepath.Rel(dir, p)
		files = append(files, filepath.ToSlash(rel))
		return err
	})
	return files, err
}

// presentFiles leaves out what is in git's index and was deleted since.
func presentFiles(dir string, names []string) (files []string) {
	for _, name := range names {
		if info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err == nil && !info.IsDir() {
			files = append(files, name)
		}
	}
	return files
}
