package library

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// overlay returns a view of the published state with a change set applied. net are the
// changes as readers see them and docs the compiled documents by path; both may be nil
// for the published state alone.
func overlay(r kv.Reader, net []postmortems.Change, docs map[string]compiled) view {
	v := view{r: r, docs: map[string]bool{}, files: map[string]bool{}, title: map[string]string{}, moves: map[string]string{}}
	set := func(path string, present bool) {
		if isDocument(path) {
			v.docs[path] = present
		} else {
			v.files[path] = present
		}
	}
	// Deletions come first, so that a path which one change leaves and another one takes
	// is present.
	for _, ch := range net {
		switch ch.Status {
		case postmortems.Deleted:
			set(ch.Path, false)
		case postmortems.Renamed:
			set(ch.From, false)
		}
	}
	for _, ch := range net {
		if ch.Status != postmortems.Deleted {
			set(ch.Path, true)
		}
	}
	for path, c := range docs {
		v.title[foldTitle(c.doc.Title)] = path
		for _, from := range c.doc.Front.Redirects {
			v.moves[canonical(from)] = path
		}
	}
	return v
}

// checkLinks finds the links that are broken once the change set is published: in its own
// documents, and in others that link to what it removes. Broken links are reported and
// do not refuse the push. Documents that link to something the push only moves are not
// checked: redirects resolve those links.
func (p *plan) checkLinks(ctx context.Context, r kv.Reader) error {
	docs := make(map[string]compiled, len(p.docs))
	for _, m := range p.docs {
		docs[m.change.Path] = m.c
	}
	v := overlay(r, p.net(), docs)
	for _, m := range p.docs {
		if m.old != nil && m.old.Path != m.change.Path {
			v.moves[canonical(postmortems.Address(m.old.Path))] = m.change.Path
		}
	}
	// Documents of this push are checked by their new links, not by the stored ones.
	pushed := map[string]bool{}
	for _, x := range p.removed {
		pushed[x.id] = true
	}
	for _, m := range p.docs {
		pushed[m.oldID] = true
		if err := checkContext(ctx); err != nil {
			return err
		}
		if err := p.addBroken(v, m.c.record); err != nil {
			return err
		}
	}
	vanished, err := p.vanished(r)
	if err != nil {
		return err
	}
	for _, name := range vanished {
		if err := checkContext(ctx); err != nil {
			return err
		}
		if err := p.addBrokenTo(r, v, name, pushed); err != nil {
			return err
		}
	}
	return nil
}

// addBrokenTo adds the broken links of the documents that may link to a name, without
// those in seen, to which it adds their ids. seen prevents that a document which links
// to several vanished names is reported several times.
func (p *plan) addBrokenTo(r kv.Reader, v view, name string, seen map[string]bool) error {
	ids, err := mayLinkTo(r, name)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		src, err := mustRecord(r, id)
		if err != nil {
			return err
		}
		if err := p.addBroken(v, src); err != nil {
			return err
		}
	}
	return nil
}

// vanished returns the names under which others may link to what this push removes.
// They are in the form of link rows: paths, and "[[" with a folded title.
func (p *plan) vanished(r kv.Reader) (out []string, err error) {
	for _, x := range p.removed {
		names, err := x.old.names(r, x.id)
		if err != nil {
			return nil, err
		}
		out = append(out, names...)
	}
	for _, ch := range p.files {
		switch ch.Status {
		case postmortems.Deleted:
			out = append(out, ch.Path)
		case postmortems.Renamed:
			out = append(out, ch.From)
		}
	}
	return out, nil
}

// addBroken adds the broken links of a document to the receipt. rec is the new record
// of a pushed document, or the stored one of another.
func (p *plan) addBroken(v view, rec storedRecord) error {
	broken, err := v.broken(rec)
	p.receipt.Broken = append(p.receipt.Broken, broken...)
	return err
}

// broken returns the links of a document that have no target. The order is that of the
// document. The record must hold the links, as newStoredRecord sets them.
func (v view) broken(rec storedRecord) (out []postmortems.BrokenLink, err error) {
	for _, l := range rec.Links {
		t, err := v.resolve(l)
		if err != nil {
			return nil, err
		}
		if !t.exists() {
			out = append(out, postmortems.BrokenLink{
				Path: rec.Path, Line: l.Line, Col: l.Col, Raw: l.Raw, Kind: postmortems.LinkKind(l.Kind),
			})
		}
	}
	return out, nil
}
