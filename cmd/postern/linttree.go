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

// lintRoot is the root of a repository, or of a folder that is treated as one, and the
// paths in it whose problems are reported.
type lintRoot struct {
	dir   string   // absolute
	git   bool     // the working tree of a git repository
	asked []string // paths in the repository; "." is all of it
}

// holds reports whether the problems of a path are reported. Paths are relative to the
// root, with slashes.
func (r *lintRoot) holds(path string) bool {
	return slices.ContainsFunc(r.asked, func(a string) bool { return a == "." || path == a || strings.HasPrefix(path, a+"/") })
}

// findRoot returns the repository root for a path and the path relative to it. git is
// false when no git repository contains the path; then kindRoot chooses the root. It
// returns the innermost repository. A .git file, as worktrees and submodules have,
// counts as well as a folder. dir reports whether arg is a folder.
func findRoot(arg string, dir bool) (root string, git bool, rel string, err error) {
	abs, err := filepath.Abs(arg)
	if err != nil {
		return "", false, "", fault.Wrap(fault.Invalid, "lint", "the path of "+arg+" cannot be made absolute", err)
	}
	start := abs
	if !dir {
		start = filepath.Dir(abs)
	}
	// The loop ends at the root of the file system, which is its own parent.
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

// kindRoot returns the parent of the outermost folder on the path to dir that has the
// name of a kind's folder, such as "runbooks"; dir itself if there is none. The path
// begins at the working directory when dir is below it. Someone may check one folder of
// an unpacked archive, and rules need the path of a document in its repository, as
// "runbooks/X.md". Folders above the working directory are not considered: a repository
// may be in a folder that is called "guides".
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

// checkRoot applies the rules for all files to the files that were asked for, and the
// rules of documents and definitions to the whole tree, because they refer to one
// another. The order is: names, submodules, the rules for all files, the rules of
// LintTree. Problems of files that were not asked for are left out, but such files
// resolve links and conflicts.
func (l *linter) checkRoot(ctx context.Context, root *lintRoot) error {
	names, modules, err := treeFiles(ctx, root.dir, root.git)
	if err != nil {
		return fault.Wrap(fault.NotFound, "lint", root.dir+" cannot be read", err)
	}
	for _, a := range root.asked { // includes files that git ignores
		if info, err := os.Lstat(filepath.Join(root.dir, filepath.FromSlash(a))); err == nil && !info.IsDir() && !slices.Contains(names, a) {
			names = append(names, a)
		}
	}
	slices.Sort(names) // in the order of a push, so that the same one of two conflicting names is reported
	// A submodule has no file to examine; a push of it is refused for its mode.
	for _, path := range modules {
		if p, bad := checks.CheckMode(path, linkMode); bad && root.holds(path) {
			l.problems = append(l.problems, p)
		}
	}
	files, err := l.checkFiles(ctx, root, names)
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

// checkFiles applies the rules for all files and returns the files that may be read
// further: regular ones that are not far too large. A file that was not asked for and
// cannot be read is skipped. LintTree reads the contents later, as it needs them.
func (l *linter) checkFiles(ctx context.Context, root *lintRoot, names []string) (files []app.TreeFile, err error) {
	g := newFileChecker(l.limits)
	for _, path := range names {
		name := filepath.Join(root.dir, filepath.FromSlash(path))
		problems, closed, err := g.check(ctx, name, path, root.holds(path))
		if err != nil && root.holds(path) {
			return nil, err
		}
		if root.holds(path) {
			l.problems = append(l.problems, problems...)
			if hasOwner(path) {
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

// hasOwner reports whether a file is a document, a definition, a report's note or
// synonyms, which further rules apply to. path is relative to the root.
func hasOwner(path string) bool {
	if _, ok := postmortems.KindOf(path); ok {
		return true
	}
	first, _, _ := strings.Cut(path, "/")
	return slices.Contains(settingsFolders(), first)
}

// settingsFolders returns the folders of definitions and settings. They are the
// top-level folders whose files the portal reads besides documents.
func settingsFolders() []string { return []string{"slos", "services", "reports", "search"} }

// treeFiles returns the paths of the files in a folder, relative to it, and of its
// submodules. In a git working tree these are the files that git would add; otherwise
// all files outside of folders whose names begin with a dot. In a git repository where
// git fails, or is not installed, it falls back to the walk, and finds no submodules.
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

// gitFiles returns the tracked files and those that git would add, and the submodules.
// Names are separated by 0x00, as git quotes unusual ones otherwise. A submodule is an
// entry of the index with mode 160000.
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

// presentFiles returns the names that exist on disk: git's index may list deleted
// files. A submodule is a folder on disk and left out.
func presentFiles(dir string, names []string) (files []string) {
	for _, name := range names {
		if info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err == nil && !info.IsDir() {
			files = append(files, name)
		}
	}
	return files
}
