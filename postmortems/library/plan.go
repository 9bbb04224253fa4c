package library

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// plan is what publishing a change set on main does, worked out before anything
// is written.
type plan struct {
	cs      postmortems.ChangeSet
	docs    []*move              // documents at the tip that changed, by path
	kept    []postmortems.Change // documents that their authors keep from being published
	removed []removal
	files   []postmortems.Change
	receipt postmortems.Receipt
}

// move is one document of the tip that is new, changed or moved.
type move struct {
	change  postmortems.Change
	c       compiled
	id      string        // its id from now on
	was     string        // its id before, "" when it is new
	lineage string        // its provisional id while commits were followed
	old     *storedRecord // what was published before under was
	born    origin
	events  []event
}

// removal is one published document that the tip no longer has.
type removal struct {
	id  string
	old storedRecord
}

func newPlan(ctx context.Context, r kv.Reader, cs postmortems.ChangeSet, docs map[string]compiled) (*plan, error) {
	p := &plan{cs: cs}
	g := newLineage(r)
	if err := g.follow(ctx, cs); err != nil {
		return nil, err
	}
	for _, ch := range cs.Net {
		switch {
		case !isDocument(ch.Path):
			p.files = append(p.files, ch)
		case ch.Status != postmortems.Deleted && docs[ch.Path].doc.Front.KeptBack != "":
			p.keepBack(ch, docs[ch.Path].doc.Front.KeptBack)
		case ch.Status != postmortems.Deleted:
			p.docs = append(p.docs, &move{change: ch, c: docs[ch.Path]})
		}
	}
	for _, step := range []func(kv.Reader, *lineage) error{p.identify, p.resume, p.adoptStatedIDs, p.loadOld, p.findRemoved} {
		if err := step(r, g); err != nil {
			return nil, err
		}
	}
	for _, m := range p.docs {
		m.events = g.events[m.lineage]
	}
	if err := p.checkLinks(ctx, r); err != nil {
		return nil, err
	}
	p.fillReceipt()
	return p, nil
}

// identify gives each document the id that history says. Where the commits and
// the comparison of both ends disagree, a document that stayed at its path keeps
// its id unless that id moved elsewhere.
func (p *plan) identify(r kv.Reader, g *lineage) error {
	taken := map[string]bool{}
	moved := map[string]bool{} // ids that the commits carried to another path of the tip
	for _, m := range p.docs {
		if id := g.at[m.change.Path]; id != "" {
			if before, err := g.before(m.change.Path); err != nil {
				return err
			} else if before != id {
				moved[id] = true
			}
		}
	}
	for _, m := range p.docs {
		id, err := p.identity(g, m.change, moved)
		if err != nil {
			return err
		}
		if id == "" || taken[id] {
			id = postmortems.PermalinkID(p.cs.New, m.change.Path)
			g.born[id] = origin{p.cs.New, m.change.Path}
		}
		taken[id] = true
		m.id, m.lineage = id, id
		if o, ok := g.born[id]; ok {
			m.born = o
		} else {
			m.was = id
		}
	}
	return nil
}

func (p *plan) identity(g *lineage, ch postmortems.Change, moved map[string]bool) (string, error) {
	followed := g.at[ch.Path]
	_, isNew := g.born[followed]
	from := ch.Path
	if ch.Status == postmortems.Renamed {
		from = ch.From
	}
	if ch.Status == postmortems.Added || followed != "" && !isNew {
		return followed, nil
	}
	before, err := g.before(from)
	if err != nil || before == "" || moved[before] {
		return followed, err
	}
	if isNew { // the same document written anew: its events go with it
		g.events[before] = append(g.events[before], g.events[followed]...)
	}
	return before, nil
}

// adoptStatedIDs lets the front matter's id: win: it finds a renamed document
// that was rewritten beyond recognition, and it renames a derived id for good.
func (p *plan) adoptStatedIDs(r kv.Reader, g *lineage) error {
	stated := map[string]*move{}
	for _, m := range p.docs {
		id := m.c.doc.Front.ID
		if id == "" {
			continue
		}
		if other := stated[id]; other != nil {
			p.duplicate(m, id, other.change.Path)
			continue
		}
		stated[id] = m
	}
	for id, m := range stated {
		if id == m.id {
			continue
		}
		holder, path, err := p.holder(r, id)
		if err != nil {
			return err
		}
		switch {
		case holder == "" || holder == m.was:
			m.id = id
		case p.released(path, stated):
			m.take(id)
		default:
			p.duplicate(m, id, path)
		}
	}
	return nil
}

// take makes the document the continuation of a published one.
func (m *move) take(id string) { m.id, m.was, m.born = id, id, origin{} }

// holder is the published document that answers to an id, and its path.
func (p *plan) holder(r kv.Reader, id string) (holder, path string, err error) {
	if holder, err = currentID(r, id); err != nil {
		return "", "", err
	}
	rec, ok, err := loadRecord(r, holder)
	if err != nil || !ok {
		return "", "", err
	}
	return holder, rec.Path, nil
}

// released tells whether the document at path gives up its id in this push: it
// is removed, or its new text states another id.
func (p *plan) released(path string, stated map[string]*move) bool {
	for _, m := range p.docs {
		if m.change.Path == path {
			return m.c.doc.Front.ID != "" && stated[m.c.doc.Front.ID] == m
		}
	}
	if slices.ContainsFunc(p.kept, func(ch postmortems.Change) bool { return ch.Path == path }) {
		return true
	}
	return slices.ContainsFunc(p.cs.Net, func(ch postmortems.Change) bool {
		return ch.Status == postmortems.Deleted && ch.Path == path || ch.Status == postmortems.Renamed && ch.From == path
	})
}

func (p *plan) duplicate(m *move, id, path string) {
	p.receipt.Problems = append(p.receipt.Problems, postmortems.Problem{
		Path: m.change.Path, Line: 1, Col: 1, Weight: postmortems.Error, Rule: "id-duplicate",
		Message: fmt.Sprintf("id %q belongs to %s; give this document another id or none", id, path),
	})
}

func (p *plan) loadOld(r kv.Reader, _ *lineage) error {
	for _, m := range p.docs {
		if m.was == "" {
			continue
		}
		rec, ok, err := loadRecord(r, m.was)
		if err != nil {
			return err
		}
		if ok {
			m.old = &rec
		}
	}
	return nil
}

func (p *plan) findRemoved(r kv.Reader, g *lineage) error {
	kept := map[string]bool{}
	for _, m := range p.docs {
		kept[m.was] = true
	}
	for _, ch := range p.cs.Net {
		path := ch.Path
		if ch.Status == postmortems.Renamed {
			path = ch.From
		} else if ch.Status == postmortems.Added {
			continue
		}
		id, err := g.before(path)
		if err != nil {
			return err
		}
		if id == "" || kept[id] {
			continue
		}
		old, err := mustRecord(r, id)
		if err != nil {
			return err
		}
		p.removed = append(p.removed, removal{id: id, old: old})
		kept[id] = true
	}
	return nil
}

// date is the document's date: its own, else its first commit's.
func (p *plan) date(m *move, first time.Time) time.Time {
	if first.IsZero() {
		first = p.cs.At
	}
	return documentDate(m.c.doc, first)
}

func (p *plan) fillReceipt() {
	for _, m := range p.docs {
		p.receipt.Documents = append(p.receipt.Documents, m.delta())
	}
	for _, x := range p.removed {
		p.receipt.Documents = append(p.receipt.Documents, postmortems.DocumentChange{
			Status: postmortems.Deleted, Kind: postmortems.Kind(x.old.Kind), Title: x.old.Title,
			Path: x.old.Path, Address: postmortems.Address(x.old.Path),
		})
	}
	p.receipt.Files = len(p.files)
}

// delta is what the author is told of the document.
func (m *move) delta() postmortems.DocumentChange {
	d := m.c.doc
	out := postmortems.DocumentChange{
		Kind: d.Kind, Title: d.Title, Path: d.Path, Address: postmortems.Address(d.Path),
		Durations: d.Durations, Timed: d.Kind == postmortems.Postmortem,
	}
	switch {
	case m.old == nil:
		out.Status = postmortems.Added
	case m.old.Path != d.Path:
		out.Status, out.From = postmortems.Renamed, postmortems.Address(m.old.Path)
	default:
		out.Status = postmortems.Modified
	}
	return out
}
