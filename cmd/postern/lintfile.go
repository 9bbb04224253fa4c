package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/checks"
)

// symlinkMode is git's mode of a symbolic link.
const symlinkMode = 0o120000

// fileChecker applies the rules for all files: name, mode, size, content and secrets.
// The server applies the same rules to the new files of a push. It is for the files of
// one root, in the order of a push, because names are compared with those before them.
type fileChecker struct {
	scanner *checks.Scanner
	sizes   checks.Sizes
	depth   int               // most folders above a file
	names   map[string]string // folded path: the path that has it
}

// newFileChecker returns a checker with the limits of the configuration.
func newFileChecker(l config.Limits) *fileChecker {
	return &fileChecker{
		scanner: checks.NewScanner(), names: map[string]string{},
		depth: l.TreeDepth, sizes: checks.Sizes{Document: l.Document, Attachment: l.Attachment},
	}
}

// check returns the problems of one file: name is its path on disk, inRepo that in the
// repository. closed reports that the content must not be read, because it is not a
// regular file or far too large. If the file was not asked for, only its name and size
// are checked: its name may conflict with that of one that was.
//
// A file that cannot be read is fault.NotFound, an ended context fault.Timeout.
func (g *fileChecker) check(ctx context.Context, name, inRepo string, asked bool) (problems []postmortems.Problem, closed bool, err error) {
	if p, bad := checks.CheckPath(inRepo, g.depth); bad {
		problems = append(problems, p)
	}
	// Names that differ in case only are one file on the disks of many authors.
	folded := checks.Fold(inRepo)
	if other, taken := g.names[folded]; taken && other != inRepo {
		problems = append(problems, checks.NameConflict(inRepo, other))
	}
	g.names[folded] = inRepo
	info, err := os.Lstat(name)
	if err != nil {
		return nil, true, fault.Wrap(fault.NotFound, "lint", name+" cannot be read", err)
	}
	// A link is not followed: it may lead out of the repository.
	if info.Mode()&fs.ModeSymlink != 0 {
		p, _ := checks.CheckMode(inRepo, symlinkMode)
		return append(problems, p), true, nil
	}
	if p, bad := checks.CheckSize(inRepo, info.Size(), g.sizes); bad {
		return append(problems, p), true, nil
	}
	if !asked {
		return nil, false, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, true, fault.Wrap(fault.NotFound, "lint", name+" cannot be read", err)
	}
	problems = append(problems, checks.CheckContent(inRepo, data)...)
	// Only text is searched for secrets. A file with a 0x00 is binary.
	if bytes.IndexByte(data, 0) < 0 {
		found, err := g.scanner.Find(ctx, data)
		if err != nil {
			return nil, true, fault.Wrap(fault.Timeout, "lint", "the check was interrupted", err)
		}
		for _, s := range found {
			problems = append(problems, s.Problem(inRepo, ""))
		}
	}
	return problems, false, nil
}
