package library

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// lineage follows documents through the commits of a change set, so that each keeps its
// identity across renames and gets one revision for every commit that touches it. It
// works with provisional ids: the current id of a published document, or the permalink
// id of a new one.
type lineage struct {
	r       kv.Reader
	at      map[string]string  // path -> id after the commits so far; "": no document
	created map[string]origin  // ids first seen in this change set
	events  map[string][]event // id -> its changes, oldest first
}

// origin is the commit and path of a document's first version.
type origin struct {
	commit postmortems.OID
	path   string
}

// event is one commit's effect on one document.
type event struct {
	commit int // index into ChangeSet.Commits
	path   string
	blob   postmortems.OID
}

func newLineage(r kv.Reader) *lineage {
	return &lineage{r: r, at: map[string]string{}, created: map[string]origin{}, events: map[string][]event{}}
}

// before returns the published id at a path, "" when there is none. It does not see the
// commits of the change set.
func (g *lineage) before(path string) (string, error) {
	id, err := g.r.Get(bPath, []byte(path))
	return string(id), err
}

// id returns the id at a path after the commits so far, "" when there is no document.
func (g *lineage) id(path string) (string, error) {
	if id, ok := g.at[path]; ok {
		return id, nil
	}
	return g.before(path)
}

// follow applies every commit in order. Commits must be in topological order, parents
// first, as ChangeSet has them. Of a merge only paths that differ from every parent are
// changes.
func (g *lineage) follow(ctx context.Context, cs postmortems.ChangeSet) error {
	for i := range cs.Commits {
		if err := checkContext(ctx); err != nil {
			return err
		}
		if err := g.commit(i, cs.Commits[i]); err != nil {
			return err
		}
	}
	return nil
}

// commit reads all ids before it moves any, because one commit may swap two paths. Then
// it clears the paths that are left, and at last sets those that are taken: a path may
// be both.
func (g *lineage) commit(i int, c postmortems.Commit) error {
	ids := make([]string, len(c.Changes))
	for k, ch := range c.Changes {
		from := ch.Path
		if ch.Status == postmortems.Renamed {
			from = ch.From
		}
		if ch.Status == postmortems.Added || !isDocument(from) {
			continue
		}
		var err error
		if ids[k], err = g.id(from); err != nil {
			return err
		}
	}
	for _, ch := range c.Changes {
		if ch.Status == postmortems.Deleted {
			g.at[ch.Path] = ""
		} else if ch.Status == postmortems.Renamed {
			g.at[ch.From] = ""
		}
	}
	for k, ch := range c.Changes {
		if ch.Status != postmortems.Deleted && isDocument(ch.Path) {
			g.place(ids[k], event{commit: i, path: ch.Path, blob: ch.Blob}, c.ID)
		}
	}
	return nil
}

// place records an event of a document, which is new when its id is "". A provisional
// id of a new document is the permalink id that it would have if it were published by
// this commit alone.
func (g *lineage) place(id string, e event, commit postmortems.OID) {
	if id == "" { // new, or from a side branch, which git shows as an addition
		id = postmortems.PermalinkID(commit, e.path)
		g.created[id] = origin{commit, e.path}
	}
	g.at[e.path] = id
	g.events[id] = append(g.events[id], e)
}

// isDocument reports whether the file at a path is a document.
func isDocument(path string) bool {
	_, ok := postmortems.KindOf(path)
	return ok
}
