package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// parentTrees returns the root tree of every new commit and of every parent of
// one, by commit. The parents that the repository has are read in one request, however
// many commits the push brings.
func (s *survey) parentTrees(ctx context.Context) (map[postmortems.OID]postmortems.OID, error) {
	roots := map[postmortems.OID]postmortems.OID{}
	var known []postmortems.OID // commits the repository has
	for _, c := range s.commits {
		roots[c.id] = c.Tree
		for _, p := range c.Parents {
			if _, ok := s.byID[p]; !ok {
				known = append(known, p)
			}
		}
	}
	slices.Sort(known)
	return roots, s.rootsOf(ctx, slices.Compact(known), roots)
}

// rootsOf reads commits and adds the root tree of each to roots. An object that is no
// commit is a fault of kind Invalid: a tip or parent may name any object.
func (s *survey) rootsOf(ctx context.Context, commits []postmortems.OID, roots map[postmortems.OID]postmortems.OID) error {
	return s.src.Contents(ctx, commits, maxTree, func(_ int, o plumbing.Object) error {
		if o.Kind != plumbing.CommitObject {
			return fault.Newf(fault.Invalid, "gitrepo.rootsOf", "object %s is used as a commit and is a %s", o.ID, o.Kind)
		}
		c, err := plumbing.ParseCommit(o.Data)
		if err != nil {
			return fault.Wrap(fault.Internal, "gitrepo.rootsOf", fmt.Sprintf("commit %.10s is damaged", o.ID), err)
		}
		roots[o.ID] = c.Tree
		return nil
	})
}

// root returns the root tree of one commit, "" when the commit is "". A new commit is
// taken from the survey; any other is read.
func (s *survey) root(ctx context.Context, commit postmortems.OID) (postmortems.OID, error) {
	if commit == "" {
		return "", nil
	}
	if i, ok := s.byID[commit]; ok {
		return s.commits[i].Tree, nil
	}
	roots := map[postmortems.OID]postmortems.OID{}
	err := s.rootsOf(ctx, []postmortems.OID{commit}, roots)
	return roots[commit], err
}

// reaches reports whether the tip descends from a commit, as far as the survey
// alone can decide. askGit is true when only git knows: from is neither new, nor a
// parent of a new commit, nor the excluded tip. It answers nearly every push without a
// git process.
func (s *survey) reaches(from postmortems.OID) (yes, askGit bool) {
	if from == s.tip {
		return true, false
	}
	if _, ok := s.byID[from]; ok {
		return true, false // everything new is reached by the tip
	}
	for _, c := range s.commits {
		if slices.Contains(c.Parents, from) {
			return true, false
		}
	}
	return false, from != s.hides
}

// descends reports whether the tip descends from a commit. A commit that git does not
// know is an error and not false.
func (s *survey) descends(ctx context.Context, from postmortems.OID) (bool, error) {
	// Git is asked only for moves that are likely to be forced.
	yes, askGit := s.reaches(from)
	if yes || !askGit {
		return yes, nil
	}
	err := s.repo.git.Run(ctx, plumbing.Call{
		Args: []string{"merge-base", "--is-ancestor", string(from), string(s.tip)},
		Env:  s.env, Limits: s.repo.limits.walk(),
	})
	if exitStatus(err) == 1 {
		return false, nil
	}
	return err == nil, err
}

// mergeBase returns the commit at which the tip's history branched off main, ""
// when the two have no common commit. Of several best ones git chooses.
func (s *survey) mergeBase(ctx context.Context) (postmortems.OID, error) {
	if s.hides == "" {
		return "", nil
	}
	if yes, _ := s.reaches(s.hides); yes {
		return s.hides, nil
	}
	out, err := s.repo.git.Output(ctx, plumbing.Call{
		Args: []string{"merge-base", string(s.hides), string(s.tip)},
		Env:  s.env, Limits: s.repo.limits.walk(),
	})
	if exitStatus(err) == 1 {
		return "", nil
	}
	return postmortems.OID(bytes.TrimSpace(out)), err
}

// exitStatus returns the exit status of a git child. It is 0 when err is not an
// ExitError: the child succeeded, was killed, or was never started. Callers compare it
// with 1, which git documents as "no", or test for any positive status as a failure of
// git itself.
func exitStatus(err error) int {
	if exit, ok := errors.AsType[*plumbing.ExitError](err); ok {
		return exit.Code
	}
	return 0
}
