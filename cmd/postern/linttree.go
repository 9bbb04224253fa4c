package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/postern/postern/portal/app"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/checks"
)

// lintRoot is the top of a repository, or of what is taken for one, and the paths
// in it whose findings are wanted.
type lintRoot struct {
	dir   string   // absolute
	git   bool     // the working tree of a git repository
	asked []string // paths in the repository; "." is all of it
}

// holds reports whether the findings of a path are wanted.
func (r *lintRoot) holds(path string) bool {
	return slices.ContainsFunc(r.asked, func(a string) bool { return a == "." || path == a || strings.HasPrefix(path, a+"/") })
}

// findRoot returns the folder that a path is judged in and the path inside it: the
// top of the git repository around it, else the folder that kindRoot finds.
func findRoot(arg string, dir bool) (root string, git bool, rel string, err error) {
	abs, err := filepath.Abs(arg)
	if err != nil {
		return "", false, "", fault.Wrap(fault.Invalid, "lint", "the path of "+arg+" cannot be made absolute", err)
	}
	start := abs
	if !dir {
		start = filepath.Dir(abs)
	}
	for top := start; ; top = filepath.Dir(top) {
		if _, err := os.Stat(filepath.Join(top, ".git")); err == nil {
			rel, err := filepath.Rel(top, abs)
			return top, true, filepath.ToSlash(rel), err
		}
		if top == filepath.Dir(top) {
			break
		}
	}
	root = kindRoot(start)
	if rel, err = filepath.Rel(root, abs); err != nil {
		return "", false, "", fault.Wrap(fault.Invalid, "lint", "the path of "+arg+" cannot be made relative", err)
	}
	return root, false, filepath.ToSlash(rel), nil
}

// kindRoot is the folder above the outermost folder on the way to dir that is named
// as one of a repository is; dir itself without any. The way begins at the working
// directory when dir is below it.
func kindRoot(dir string) string {
	known := settingsFolders()
	for _, kind := range postmortems.Kinds() {
		known = append(known, kind.Folder())
	}
	stop := string(filepath.Separator)
	if here, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(here, dir); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+stop) {
			stop = here
		}
	}
	root := dir
	for at := dir; at != stop && at != filepath.Dir(at); at = filepath.Dir(at) {
		if slices.Contains(known, filepath.Base(at)) {
			root = filepath.Dir(at)
		}
	}
	return root
}

// linkMode is git's mode of a submodule.
const linkMode = 0o160000

// judge applies the rules of the gate to the files that were asked for, and those
// of the owners of folders to the whole tree.
func (l *linter) judge(ctx context.Context, root *lintRoot) error {
	names, modules, err := treeFiles(ctx, root.dir, root.git)
	if err != nil {
		return fault.Wrap(fault.NotFound, "lint", root.dir+" cannot be read", err)
	}
	for _, a := range root.asked { // also a file that git would not take
		if info, err := os.Lstat(filepath.Join(root.dir, filepath.FromSlash(a))); err == nil && !info.IsDir() && !slices.Contains(names, a) {
			names = append(names, a)
		}
	}
	slices.Sort(names) // as a push lists them: the first of two that clash is the same
	for _, path := range modules {
		if p, bad := checks.CheckMode(path, linkMode); bad && root.holds(path) {
			l.problems = append(l.problems, p)
		}
	}
	files, err := l.gateAll(ctx, root, names)
	if err != nil {
		return err
	}
	out, err := app.LintTree(ctx, app.Tree{
		Files: files, Asked: root.holds, Policy: l.policy, Renderer: l.renderer, Zone: l.zone, Now: l.policy.Now, Workers: l.workers,
	})
	if err != nil {
		return err
	}
	l.problems = append(l.problems, out.Problems...)
	for _, d := range out.KeptBack {
		l.notes = append(l.notes, fmt.Sprintf("kept back: %s (%s): not published", d.Reason, d.Path))
	}
	return nil
}

// gateAll returns the files that the owners of folders may read: what is no file,
// or far too large, they do not see.
func (l *linter) gateAll(ctx context.Context, root *lintRoot, names []string) (files []app.TreeFile, err error) {
	g := newFileGate(l.limits)
	for _, path := range names {
		name := filepath.Join(root.dir, filepath.FromSlash(path))
		problems, closed, err := g.judge(ctx, name, path, root.holds(path))
		if err != nil && root.holds(path) {
			return nil, err
		}
		if root.holds(path) {
			l.problems = append(l.problems, problems...)
			if isJudged(path) {
				l.documents++
			} else {
				l.others++
			}
		}
		info, statErr := os.Lstat(name)
		if err != nil || closed || statErr != nil {
			continue
		}
		files = append(files, app.TreeFile{Path: path, Size: info.Size(), Read: func() ([]byte, error) { return os.ReadFile(name) }})
	}
	return files, nil
}

// isJudged reports whether a file has an owner that reads it: a document, a
// definition, words for a report or synonyms.
func isJudged(path string) bool {
	if _, ok := postmortems.KindOf(path); ok {
		return true
	}
	first, _, _ := strings.Cut(path, "/")
	return slices.Contains(settingsFolders(), first)
}

// settingsFolders are the folders of a repository whose files are no documents and
// have an owner.
func settingsFolders() []string { return []string{"slos", "services", "reports", "search"} }

// treeFiles lists the files of a folder by their paths in it, and its submodules:
// those that git would take when it is a working tree, else all but those in
// folders whose names begin with a dot.
func treeFiles(ctx context.Context, dir string, git bool) (files, modules []string, err error) {
	if git {
		if files, modules, err = gitFiles(ctx, dir); err == nil {
			return files, modules, nil
		}
	}
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
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
	return files, nil, err
}

func gitFiles(ctx context.Context, dir string) (files, modules []string, err error) {
	out, err := exec.CommandContext(ctx, "git", "-C", dir, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, nil, err
	}
	staged, err := exec.CommandContext(ctx, "git", "-C", dir, "ls-files", "-z", "--stage").Output()
	if err != nil {
		return nil, nil, err
	}
	for line := range strings.SplitSeq(string(staged), "\x00") {
		if mode, path, ok := strings.Cut(line, "\t"); ok && strings.HasPrefix(mode, "160000 ") {
			modules = append(modules, path)
		}
	}
	return presentFiles(dir, strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")), modules, nil
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
