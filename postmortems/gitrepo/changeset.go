package gitrepo

import (
	"context"
	"slices"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
	"github.com/postern/postern/postmortems/gitrepo/wire"
)

// origin returns the commit that a branch's change set is computed from: the
// published commit for main, the merge base for a draft.
func (s *survey) origin(ctx context.Context, branch string) (postmortems.OID, error) {
	if branch == Main {
		return s.hides, nil
	}
	return s.mergeBase(ctx)
}

// net returns what differs between a commit and the tip, with renames. A result of
// more than the survey's bound is a fault of kind TooLarge. A push of one commit on top
// of from is the usual case: its changes are computed already.
func (s *survey) net(ctx context.Context, from postmortems.OID) ([]change, error) {
	var list []change
	if len(s.commits) == 1 && slices.Equal(s.commits[0].Parents, parentsOf(from)) {
		list = slices.Clone(s.commits[0].changes)
	} else {
		old, err := s.root(ctx, from)
		if err != nil {
			return nil, err
		}
		now, err := s.root(ctx, s.tip)
		if err != nil {
			return nil, err
		}
		c := comparison{from: old, to: now}
		most := s.most.changes
		if most == 0 {
			// The largest int: no bound.
			most = int(^uint(0) >> 1)
		}
		if c.changes, err = s.trees.collect(ctx, old, now, most); err != nil {
			return nil, err
		}
		if err := s.repo.findRenames(ctx, s.env, []*comparison{&c}); err != nil {
			return nil, err
		}
		list = c.changes
	}
	if s.most.changes > 0 && len(list) > s.most.changes {
		return nil, tooManyChanges(s.most.changes)
	}
	return list, nil
}

// It is the list that a commit directly on top of from has: empty for a root commit.
func parentsOf(from postmortems.OID) []postmortems.OID {
	if from == "" {
		return nil
	}
	return []postmortems.OID{from}
}

// fillSizes sets the size of every blob that lists name. New blobs have their size from
// classify; the others are asked for in one request. Submodules name commits of other
// repositories and have no size.
func (s *survey) fillSizes(ctx context.Context, lists ...[]change) error {
	known := map[postmortems.OID]int64{}
	var ask []postmortems.OID
	for _, list := range lists {
		for _, c := range list {
			if _, fresh := s.sizes[c.Blob]; !fresh && c.Blob != "" && c.mode != plumbing.ModeSubmodule {
				ask = append(ask, c.Blob)
			}
		}
	}
	slices.Sort(ask)
	err := s.src.Info(ctx, slices.Compact(ask), func(_ int, o plumbing.Object) error {
		known[o.ID] = o.Size
		return nil
	})
	if err != nil {
		return err
	}
	for _, list := range lists {
		for i := range list {
			size, fresh := s.sizes[list[i].Blob]
			if !fresh {
				size = known[list[i].Blob]
			}
			list[i].Size = size
		}
	}
	return nil
}

// fillAllSizes sets the sizes of net and of the changes of all commits.
func (s *survey) fillAllSizes(ctx context.Context, net []change) error {
	lists := [][]change{net}
	for _, c := range s.commits {
		lists = append(lists, c.changes)
	}
	return s.fillSizes(ctx, lists...)
}

// history returns the commits of a change set, parents before children. Texts are made
// printable here, at the border of the package: names and subjects are written by
// anyone.
func (s *survey) history() []postmortems.Commit {
	list := make([]postmortems.Commit, 0, len(s.commits))
	for _, c := range s.commits {
		list = append(list, postmortems.Commit{
			ID: c.id, Parents: c.Parents, Author: cleanSignature(c.Author), Committer: cleanSignature(c.Committer),
			Subject: wire.Clean(c.Subject), Changes: published(c.changes),
		})
	}
	return list
}

// The time stays.
func cleanSignature(s postmortems.Signature) postmortems.Signature {
	s.Name, s.Email = wire.Clean(s.Name), wire.Clean(s.Email)
	return s
}

// ChangeSet computes the change set that leads branch from old to its tip new,
// from objects that the repository has: to publish again after a crash, and to
// publish an import. If old is not an ancestor of new, Net still holds the
// difference. The change set of a draft starts where the draft left main, and old
// is ignored. The pusher is the one recorded with the last push if that push led
// here, otherwise the argument. No limits apply: these objects were accepted
// earlier. Commits that git does not have are a fault of kind Conflict.
func (r *Repo) ChangeSet(ctx context.Context, branch string, old, new postmortems.OID,
	pusher postmortems.Pusher) (postmortems.ChangeSet, error) {
	src := pooled{r.pool}
	cs := postmortems.ChangeSet{Branch: branch, Old: old, New: new, Pusher: pusher, At: r.now(), Content: content{src: src, most: maxTree}}
	if who, at, ok := r.noted(branch, new); ok {
		cs.Pusher, cs.At = who, at
	}
	if new == "" {
		return cs, nil
	}
	// What main has is not new for a draft, however old the draft is.
	hides := old
	if branch != Main {
		hides = r.Tip(Main)
	}
	s := r.newSurvey(src, nil, new, hides)
	// Only commits are listed: the objects are known to be complete.
	if err := s.connect(ctx, true); exitStatus(err) > 0 {
		return cs, fault.Wrap(fault.Conflict, "gitrepo.ChangeSet",
			"git does not have the commits that the database names; restore both from one backup", err)
	} else if err != nil {
		return cs, err
	}
	commits, _, err := s.classify(ctx)
	if err != nil {
		return cs, err
	}
	if err := s.read(ctx, commits, nil); err != nil {
		return cs, err
	}
	if err := s.compare(ctx); err != nil {
		return cs, err
	}
	if cs.Old, err = s.origin(ctx, branch); err != nil {
		return cs, err
	}
	net, err := s.net(ctx, cs.Old)
	if err != nil {
		return cs, err
	}
	if err := s.fillAllSizes(ctx, net); err != nil {
		return cs, err
	}
	cs.Commits, cs.Net = s.history(), published(net)
	return cs, nil
}

// content reads the blobs of a change set. Blobs that validation has read already
// come from memory. most bounds a blob in bytes; kept may be nil.
type content struct {
	src  objects
	kept map[postmortems.OID][]byte
	most int64
}

// Blobs implements postmortems.Content. Blobs are given in the order of ids, whether
// they come from memory or from git.
func (c content) Blobs(ctx context.Context, ids []postmortems.OID, fn func(i int, data []byte) error) error {
	var ask []postmortems.OID
	var at []int // index in ids of each of ask
	for i, id := range ids {
		if _, ok := c.kept[id]; !ok {
			ask, at = append(ask, id), append(at, i)
		}
	}
	next := 0
	// giveKept calls fn for the blobs in memory up to an index.
	giveKept := func(until int) error {
		for ; next < until; next++ {
			if err := fn(next, c.kept[ids[next]]); err != nil {
				return err
			}
		}
		return nil
	}
	err := c.src.Contents(ctx, ask, c.most, func(n int, o plumbing.Object) error {
		if err := giveKept(at[n]); err != nil {
			return err
		}
		next++
		return fn(at[n], o.Data)
	})
	if err != nil {
		return err
	}
	return giveKept(len(ids))
}
