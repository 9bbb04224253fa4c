package library

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// plan holds what publishing a change set on main will do, computed before anything is
// written. apply must not change it, since it may run again.
type plan struct {
	cs      postmortems.ChangeSet
	docs    []*move              // documents at the tip that changed, by path
	kept    []postmortems.Change // documents that their authors keep back
	removed []removal
	files   []postmortems.Change
	receipt postmortems.Receipt
}

// move is one document of the tip that is new, changed or moved.
type move struct {
	change  postmortems.Change
	c       compiled
	id      string        // its new id
	oldID   string        // its id before, "" when it is new
	lineage string        // its provisional id in the lineage
	old     *storedRecord // what was published under oldID
	created origin
	events  []event
}

// removal is one published document that the tip no longer has.
type removal struct {
	id  string
	old storedRecord
}

// newPlan computes the plan of a change set from its compiled documents. The steps
// depend on each other and run in this order: ids from history, ids of documents that
// return, ids that authors state, the published state under those ids, and what is left
// over.
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
	for _, step := range []func(kv.Reader, *lineage) error{p.identify, p.restoreIDs, p.adoptStatedIDs, p.loadOld, p.findRemoved} {
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

// identify assigns each document the id that follows from its history. Where the
// commits contradict the comparison of the two trees, a document that stayed at its
// path keeps its id unless that id moved elsewhere. A document whose id is unknown or
// taken by another one of the tip gets an id derived from the new tip, as a new
// document would.
func (p *plan) identify(r kv.Reader, g *lineage) error {
	taken := map[string]bool{}
	// A first pass collects the moved ids, because identity of one document depends on
	// where others went.
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
			g.created[id] = origin{p.cs.New, m.change.Path}
		}
		taken[id] = true
		m.id, m.lineage = id, id
		if o, ok := g.created[id]; ok {
			m.created = o
		} else {
			m.oldID = id
		}
	}
	return nil
}

// identity returns the id of the document at the path of a change, "" when it is not
// known. followed is what the commits say; before is what was published at the path, or
// at the path that it was renamed from.
func (p *plan) identity(g *lineage, ch postmortems.Change, moved map[string]bool) (string, error) {
	followed := g.at[ch.Path]
	_, isNew := g.created[followed]
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
	if isNew { // the same document was rewritten: it inherits the events
		g.events[before] = append(g.events[before], g.events[followed]...)
	}
	return before, nil
}

// adoptStatedIDs gives precedence to the id of the front matter: it identifies a renamed
// document whose text git does not recognise, and it permanently replaces a derived id.
// An id that two documents of the push state, or that a published document still has,
// is a problem of the document that comes later.
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
		case holder == "" || holder == m.oldID:
			m.id = id
		case p.released(path, stated):
			m.continueFrom(id)
		default:
			p.duplicate(m, id, path)
		}
	}
	return nil
}

// continueFrom makes the document the next revision of a published one. The document
// under that id must be released by the same push.
func (m *move) continueFrom(id string) { m.id, m.oldID, m.created = id, id, origin{} }

// holder returns the published document with an id, and its path; "" when there is
// none. A former id leads to the document that has its successor.
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

// released reports whether the document at path gives up its id in this push: it is
// removed or kept back, or its new text states another id.
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

// duplicate adds the problem of an id that belongs to another document. It refuses the
// push.
func (p *plan) duplicate(m *move, id, path string) {
	p.receipt.Problems = append(p.receipt.Problems, postmortems.Problem{
		Path: m.change.Path, Line: 1, Col: 1, Weight: postmortems.Error, Rule: "id-duplicate",
		Message: fmt.Sprintf("id %q belongs to %s; give this document another id or none", id, path),
	})
}

// loadOld reads the published state of each document. m.old stays nil for new
// documents, and for a document that was kept back or removed until now.
func (p *plan) loadOld(r kv.Reader, _ *lineage) error {
	for _, m := range p.docs {
		if m.oldID == "" {
			continue
		}
		rec, ok, err := loadRecord(r, m.oldID)
		if err != nil {
			return err
		}
		if ok {
			m.old = &rec
		}
	}
	return nil
}

// findRemoved collects the published documents that the tip no longer has. It must run
// after the ids are final: a document whose id another path continues is moved and not
// removed.
func (p *plan) findRemoved(r kv.Reader, g *lineage) error {
	kept := map[string]bool{}
	for _, m := range p.docs {
		kept[m.oldID] = true
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

// date returns the document's date: its own, otherwise that of its first commit.
// Without any commit it is the day of the push.
func (p *plan) date(m *move, first time.Time) time.Time {
	if first.IsZero() {
		first = p.cs.At
	}
	return documentDate(m.c.doc, first)
}

// fillReceipt lists the changes for the author. Documents of the tip come first, by
// path, then removed ones.
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

// delta returns the change of the document for the receipt. The status compares with
// what was published and not with git's: a document that was kept back until now is
// added.
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
