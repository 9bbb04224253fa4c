package library

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// lineage follows documents through the commits of a change set, so that each
// keeps its identity over renames and gets one revision a commit that touched
// it. It works on provisional ids: the present id of a published document, or
// the permalink id that git alone gives to a new one.
type lineage struct {
	r      kv.Reader
	at     map[string]string  // path -> id after the commits seen so far; "" nothing lies there
	born   map[string]origin  // ids first seen in this change set
	events map[string][]event // id -> what happened to it, oldest first
}

// origin is where a document was first committed.
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
	return &lineage{r: r, at: map[string]string{}, born: map[string]origin{}, events: map[string][]event{}}
}

// before is the published id at a path, "" when there is none.
func (g *lineage) before(path string) (string, error) {
	id, err := g.r.Get(bPath, []byte(path))
	return string(id), err
}

func (g *lineage) id(path string) (string, error) {
	if id, ok := g.at[path]; ok {
		return id, nil
	}
	return g.before(path)
}

// follow applies every commit in order.
func (g *lineage) follow(ctx context.Context, cs postmortems.ChangeSet) error {
	for i := range cs.Commits {
		if err := goOn(ctx); err != nil {
			return err
		}
		if err := g.commit(i, cs.Commits[i]); err != nil {
			return err
		}
	}
	return nil
}

// commit reads all ids before it moves any, because one commit may swap two names.
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

func (g *lineage) place(id string, e event, commit postmortems.OID) {
	if id == "" { // new, or its history came by a side branch that git shows as an addition
		id = postmortems.PermalinkID(commit, e.path)
		g.born[id] = origin{commit, e.path}
	}
	g.at[e.path] = id
	g.events[id] = append(g.events[id], e)
}

// isDocument tells documents from other files by their path.
func isDocument(path string) bool {
	_, ok := postmortems.KindOf(path)
	return ok
}
