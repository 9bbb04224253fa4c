package gitrepo

import (
	"context"
	"fmt"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// objects reads objects by name: the process of a quarantine, or the pool of readers.
type objects interface {
	Info(ctx context.Context, ids []postmortems.OID, fn func(i int, o plumbing.Object) error) error
	Contents(ctx context.Context, ids []postmortems.OID, most int64, fn func(i int, o plumbing.Object) error) error
}

// pooled reads objects through the pool.
type pooled struct{ pool *plumbing.Pool }

// Info implements objects. It occupies a reader until it returns, so fn must not use
// the pool.
func (p pooled) Info(ctx context.Context, ids []postmortems.OID, fn func(int, plumbing.Object) error) error {
	return p.pool.Do(ctx, func(c *plumbing.CatFile) error { return c.Info(ctx, ids, fn) })
}

// Contents implements objects.
func (p pooled) Contents(ctx context.Context, ids []postmortems.OID, most int64, fn func(int, plumbing.Object) error) error {
	return p.pool.Do(ctx, func(c *plumbing.CatFile) error { return c.Contents(ctx, ids, most, fn) })
}

// maxTree bounds one tree or commit object in bytes: about 200,000 names of 255 bytes.
const maxTree = 64 << 20

// trees reads tree objects through the repository's cache. It is a small value and
// copied freely.
type trees struct {
	src   objects
	cache *cache[postmortems.OID, []plumbing.Entry]
}

// load reads those of ids that are not cached, in one request, and calls fn for each
// of ids. Cached ones come first, so the order of the calls is not that of ids. Entries
// are shared and must not be changed.
func (t trees) load(ctx context.Context, ids []postmortems.OID, fn func(id postmortems.OID, entries []plumbing.Entry)) error {
	if err := ctx.Err(); err != nil { // a walk of cached trees calls nothing else that ends with ctx
		return fault.Wrap(fault.Timeout, "gitrepo.trees", "the check took longer than the server allows; push in parts", err)
	}
	var missing []postmortems.OID
	for _, id := range ids {
		if entries, ok := t.cache.get(id); ok {
			fn(id, entries)
		} else {
			missing = append(missing, id)
		}
	}
	return t.src.Contents(ctx, missing, maxTree, func(_ int, o plumbing.Object) error {
		if o.Kind != plumbing.TreeObject {
			return fault.Newf(fault.Invalid, "gitrepo.trees", "object %s is used as a folder and is a %s", o.ID, o.Kind)
		}
		entries, err := plumbing.ParseTree(o.Data)
		if err != nil {
			return fault.Wrap(fault.Invalid, "gitrepo.trees", fmt.Sprintf("the folder object %s is damaged", o.ID), err)
		}
		t.cache.put(o.ID, entries, len(entries)+1)
		fn(o.ID, entries)
		return nil
	})
}

// entries returns the entries of one tree; "" is the empty tree. A missing tree is a
// fault of kind NotFound.
func (t trees) entries(ctx context.Context, id postmortems.OID) (list []plumbing.Entry, err error) {
	if id == "" {
		return nil, nil
	}
	err = t.load(ctx, []postmortems.OID{id}, func(_ postmortems.OID, entries []plumbing.Entry) { list = entries })
	return list, err
}

// treeFacts are computed bottom-up, once per tree object however often it is used: ten
// trees that each contain the next ten times are ten reads, not 10^10 paths.
type treeFacts struct {
	paths int // files below, at most one more than the limit
	depth int // folders on the longest way down
}

// measure counts a tree and everything below it, before anything walks it. A tree with
// more than maxPaths paths, or deeper than a path may be, is a fault of kind TooLarge.
// It reads level by level, one request each, and skips trees whose facts are known.
func (r *Repo) measure(ctx context.Context, t trees, root postmortems.OID, maxPaths int) error {
	children := map[postmortems.OID][]postmortems.OID{}
	files := map[postmortems.OID]int{}
	seen := map[postmortems.OID]bool{root: true}
	for level, deep := []postmortems.OID{root}, 0; len(level) > 0; deep++ {
		if deep > r.limits.Depth {
			return tooDeep(deep, r.limits.Depth)
		}
		var next []postmortems.OID
		err := t.load(ctx, level, func(id postmortems.OID, entries []plumbing.Entry) {
			for _, e := range entries {
				if !e.IsTree() {
					files[id]++
					continue
				}
				children[id] = append(children[id], e.ID)
				if _, known := r.facts.get(e.ID); !known && !seen[e.ID] {
					seen[e.ID] = true
					next = append(next, e.ID)
				}
			}
		})
		if err != nil {
			return err
		}
		if level = next; len(seen) > maxPaths {
			return tooManyPaths(maxPaths)
		}
	}
	facts := r.count(root, children, files, maxPaths)
	switch {
	case facts.paths > maxPaths:
		return tooManyPaths(maxPaths)
	case facts.depth > r.limits.Depth:
		return tooDeep(facts.depth, r.limits.Depth)
	}
	return nil
}

// It is of kind TooLarge, like the next two.
func tooManyChanges(most int) error {
	return fault.Newf(fault.TooLarge, "gitrepo.compare",
		"the push changes more than %d files; push in parts, or let an administrator import it", most)
}

// tooDeep returns the fault of folders that are nested at least deep levels.
func tooDeep(deep, most int) error {
	return fault.Newf(fault.TooLarge, "gitrepo.measure", "folders are nested %d deep; %d are allowed: move files up", deep, most)
}

// Every version of a folder counts with all files below it.
func tooManyPaths(most int) error {
	return fault.Newf(fault.TooLarge, "gitrepo.measure", "a commit holds more than %d files; keep data elsewhere and link to it", most)
}

// count adds up a tree whose unknown parts are loaded. Its recursion is as deep as the
// tree, which measure has bounded. paths stops at most+1, so that sums of hostile trees
// cannot overflow.
func (r *Repo) count(id postmortems.OID, children map[postmortems.OID][]postmortems.OID, files map[postmortems.OID]int,
	most int) treeFacts {
	if f, ok := r.facts.get(id); ok {
		return f
	}
	f := treeFacts{paths: files[id]}
	for _, child := range children[id] {
		c := r.count(child, children, files, most)
		f.paths = min(f.paths+c.paths, most+1)
		f.depth = max(f.depth, c.depth+1)
	}
	r.facts.put(id, f, 1)
	return f
}
