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

// fileGate applies the rules that hold for every file whatever its kind, as the
// server does when a file is new to it: name, mode, size, content and secrets.
type fileGate struct {
	scanner *checks.Scanner
	sizes   checks.Sizes
	depth   int               // folders above a file
	names   map[string]string // folded path: the path that has it
}

func newFileGate(l config.Limits) *fileGate {
	return &fileGate{
		scanner: checks.NewScanner(), names: map[string]string{},
		depth: l.TreeDepth, sizes: checks.Sizes{Document: l.Document, Attachment: l.Attachment},
	}
}

// judge returns the problems of a file on the disk. closed: no one reads what it
// holds, because it is no file or far too large. Of a file that was not asked for
// the name and the size alone are looked at.
func (g *fileGate) judge(ctx context.Context, name, inRepo string, asked bool) (problems []postmortems.Problem, closed bool, err error) {
	if p, bad := checks.CheckPath(inRepo, g.depth); bad {
		problems = append(problems, p)
	}
	folded := checks.Fold(inRepo)
	if other, taken := g.names[folded]; taken && other != inRepo {
		problems = append(problems, checks.NameConflict(inRepo, other))
	}
	g.names[folded] = inRepo
	info, err := os.Lstat(name)
	if err != nil {
		return nil, true, fault.Wrap(fault.NotFound, "lint", name+" cannot be read", err)
	}
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
	if bytes.IndexByte(data, 0) < 0 {
		found, err := g.scanner.Find(ctx, data)
		if err != nil {
			return nil, true, fault.Wrap(fault.Timeout, "lint", "the check was cut short", err)
		}
		for _, s := range found {
			problems = append(problems, s.Problem(inRepo, ""))
		}
	}
	return problems, false, nil
}
