package library

import (
	"bytes"
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// prepareDraft validates a branch other than main by the same rules; nothing of it is
// published. cs.Net is what the branch has changed since it left main. An empty cs.New
// deletes the draft. Documents are compiled as for main, so that a draft which passes
// can be merged without new problems of its texts.
func (l *Library) prepareDraft(ctx context.Context, cs postmortems.ChangeSet, say func(string)) (*Prepared, error) {
	if cs.New == "" {
		return &Prepared{
			Receipt: postmortems.Receipt{Branch: cs.Branch, Draft: true},
			apply:   func(w kv.Writer) error { return dropDraft(w, cs.Branch) },
		}, nil
	}
	docs, problems, err := l.compileAll(ctx, cs, say)
	if err != nil {
		return nil, err
	}
	rec := postmortems.Receipt{Branch: cs.Branch, Draft: true, Problems: sorted(problems)}
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		v := overlay(r, cs.Net, docs)
		for _, ch := range cs.Net {
			if !isDocument(ch.Path) {
				rec.Files++
				continue
			}
			if err := checkContext(ctx); err != nil {
				return err
			}
			d, err := draftDelta(r, cs.Branch, ch, docs)
			if err != nil {
				return err
			}
			rec.Documents = append(rec.Documents, d)
			if why := docs[ch.Path].doc.Front.KeptBack; why != "" {
				rec.KeptBack = append(rec.KeptBack, postmortems.KeptBackDocument{Path: ch.Path, Reason: why})
			}
			broken, err := v.broken(docs[ch.Path].record)
			if err != nil {
				return err
			}
			rec.Broken = append(rec.Broken, broken...)
		}
		return nil
	})
	return &Prepared{Receipt: rec, apply: func(w kv.Writer) error { return putDraft(w, cs, docs, rec) }}, err
}

// draftDelta returns what a draft does to one document. The address of a document that
// the draft deletes is the published one, and its title is that of the published
// record; others have the address of their preview.
func draftDelta(r kv.Reader, branch string, ch postmortems.Change, docs map[string]compiled) (postmortems.DocumentChange, error) {
	d := docs[ch.Path].doc
	kind, _ := postmortems.KindOf(ch.Path)
	out := postmortems.DocumentChange{
		Status: ch.Status, Kind: kind, Title: d.Title, Path: ch.Path, Address: postmortems.Address(ch.Path),
		Durations: d.Durations, Timed: kind == postmortems.Postmortem && ch.Status != postmortems.Deleted,
	}
	if ch.Status == postmortems.Renamed {
		out.From = postmortems.Address(ch.From)
	}
	if ch.Status != postmortems.Deleted {
		out.Address = previewAddress(branch, out.Address)
		return out, nil
	}
	id, err := r.Get(bPath, []byte(ch.Path))
	if err != nil || id == nil {
		return out, err
	}
	rec, err := mustRecord(r, string(id))
	out.Title = rec.Title
	return out, err
}

// previewAddress returns the address of the draft of the document at address. A branch
// may contain slashes; DraftPage's caller finds where it ends by the names of the
// drafts.
func previewAddress(branch, address string) string {
	return "/drafts" + (&url.URL{Path: "/" + branch}).EscapedPath() + address
}

// putDraft replaces the rows of a draft. Rows of an earlier push of the same branch are
// deleted first: Net is always the difference to the merge base and not to that push.
func putDraft(w kv.Writer, cs postmortems.ChangeSet, docs map[string]compiled, rec postmortems.Receipt) error {
	d := storedDraft{
		Tip: string(cs.New), Base: string(cs.Old), TokenID: cs.Pusher.TokenID, Pusher: cs.Pusher.Name, At: cs.At.Unix(),
	}
	// The token that created the draft stays its maker, which may rewrite and delete it.
	before, ok, err := loadDraft(w, cs.Branch)
	if err != nil {
		return err
	}
	if ok {
		d.MakerID, d.Maker = before.maker()
	}
	if err := dropDraft(w, cs.Branch); err != nil {
		return err
	}
	for _, x := range rec.Documents {
		d.Changed = append(d.Changed, storedDelta{
			Status: uint8(x.Status), Kind: string(x.Kind), Title: x.Title, Path: x.Path, From: x.From,
		})
	}
	for _, ch := range cs.Net {
		row := draftRow{Gone: ch.Status == postmortems.Deleted, Blob: string(ch.Blob), Size: ch.Size}
		if err := putJSON(w, bDraftDoc, kv.Join(cs.Branch, ch.Path), row); err != nil {
			return err
		}
		if ch.Status == postmortems.Renamed {
			if err := putJSON(w, bDraftDoc, kv.Join(cs.Branch, ch.From), draftRow{Gone: true}); err != nil {
				return err
			}
		}
	}
	for _, c := range docs {
		if c.content == nil {
			continue
		}
		if err := putContent(w, c); err != nil {
			return err
		}
	}
	if err := putJSON(w, bDraft, []byte(cs.Branch), d); err != nil {
		return err
	}
	_, err = w.Log(TopicDraft, []byte(cs.Branch))
	return err
}

// maker returns the token whose push created the draft, which need not be that of later
// pushes. Drafts of older databases have no maker of their own.
func (s storedDraft) maker() (id, name string) {
	if s.Maker == "" && s.MakerID == "" {
		return s.TokenID, s.Pusher
	}
	return s.MakerID, s.Maker
}

// TopicDraft is the change log topic of drafts; the key is the branch.
const TopicDraft = "draft"

// draftRow is one path that a draft changes. Gone means that the draft deletes the path
// or moves it away; the other fields are then empty.
type draftRow struct {
	Gone bool   `json:"x,omitempty"`
	Blob string `json:"b,omitempty"`
	Size int64  `json:"s,omitempty"`
}

// dropDraft deletes the rows of a draft. Compiled content stays: its rows are keyed by
// blob and other branches may use them. A branch without a draft is no error.
func dropDraft(w kv.Writer, branch string) error {
	from, to := kv.Under(branch)
	var keys [][]byte
	for item, err := range w.Scan(bDraftDoc, from, to) {
		if err != nil {
			return err
		}
		keys = append(keys, bytes.Clone(item.Key))
	}
	for _, k := range keys {
		if err := w.Delete(bDraftDoc, k); err != nil {
			return err
		}
	}
	if err := w.Delete(bDraft, []byte(branch)); err != nil {
		return err
	}
	_, err := w.Log(TopicDraft, []byte(branch))
	return err
}

// Drafts returns the branches other than main, newest push first. Drafts whose row
// cannot be read are left out.
func (l *Library) Drafts(ctx context.Context) (out []Draft, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		for item, err := range r.Scan(bDraft, nil, nil) {
			if err != nil {
				return err
			}
			var s storedDraft
			if err := decode(r, bDraft, item.Key, item.Value, &s); err != nil {
				continue
			}
			out = append(out, s.draft(string(item.Key)))
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Draft) int { return cmp.Compare(b.At.Unix(), a.At.Unix()) })
	return out, err
}

// draft returns the public form of a draft. Addresses of the changed documents are
// those after publication, not of the preview.
func (s storedDraft) draft(branch string) Draft {
	d := Draft{
		Branch: branch, Tip: postmortems.OID(s.Tip), At: fromUnix(s.At),
		Pusher: postmortems.Pusher{TokenID: s.TokenID, Name: s.Pusher},
	}
	d.Maker.TokenID, d.Maker.Name = s.maker()
	for _, c := range s.Changed {
		d.Changed = append(d.Changed, postmortems.DocumentChange{
			Status: postmortems.ChangeStatus(c.Status), Kind: postmortems.Kind(c.Kind), Title: c.Title,
			Path: c.Path, Address: postmortems.Address(c.Path), From: c.From,
		})
	}
	return d
}

// DraftBy returns the draft of a branch; ok is false when there is none.
func (l *Library) DraftBy(ctx context.Context, branch string) (d Draft, ok bool, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		s, found, err := loadDraft(r, branch)
		if found {
			d, ok = s.draft(branch), true
		}
		return err
	})
	return d, ok, err
}

// loadDraft reads the row of a draft; ok is false when there is none.
func loadDraft(r kv.Reader, branch string) (s storedDraft, ok bool, err error) {
	b, err := r.Get(bDraft, []byte(branch))
	if err != nil || b == nil {
		return s, false, err
	}
	return s, true, decode(r, bDraft, []byte(branch), b, &s)
}

// DraftPage returns a document as it is on a draft. A document that the draft does not
// change is a fault of kind NotFound. Links resolve in the published state with the
// draft applied. The page has no backlinks and no id: Shown is a revision with the
// number 1 at the tip.
func (l *Library) DraftPage(ctx context.Context, branch, address string) (p Page, err error) {
	var draft storedDraft
	var v view
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		p, draft, err = draftRows(r, branch, address)
		return err
	})
	if err != nil {
		return p, err
	}
	if p.Document, err = l.content(ctx, p.Shown.Blob, p.Shown.Path); err != nil {
		return p, err
	}
	// The record is built as publishing would build it, with the day of the push where the
	// document has no date.
	rec := newStoredRecord(p.Document, documentDate(p.Document, fromUnix(draft.At)))
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		if v, err = draftView(r, branch, draft); err == nil {
			p.Links, err = v.resolveAll(p.Document.Body.Links)
		}
		return err
	})
	shown := p.Shown
	p.Record = rec.record("")
	p.Revision, p.Revised = shown, 1
	return p, err
}

// draftRows reads what the database has about a draft's document, without its content.
// Every path that could have the address is tried, as for published pages.
func draftRows(r kv.Reader, branch, address string) (p Page, d storedDraft, err error) {
	d, ok, err := loadDraft(r, branch)
	if err != nil {
		return p, d, err
	}
	if !ok {
		return p, d, notFound("draft of that name")
	}
	seq, err := r.Seq()
	if err != nil {
		return p, d, err
	}
	p.Seq = uint64(seq)
	for _, path := range postmortems.PathsFor(address) {
		row, ok, err := loadDraftRow(r, branch, path)
		if err != nil {
			return p, d, err
		}
		if ok && !row.Gone {
			p.Shown = Revision{
				Number: 1, Commit: postmortems.OID(d.Tip), Blob: postmortems.OID(row.Blob), Path: path,
				Pusher: postmortems.Pusher{TokenID: d.TokenID, Name: d.Pusher}, At: fromUnix(d.At),
			}
			return p, d, nil
		}
	}
	return p, d, notFound("document on this draft")
}

// loadDraftRow reads the row of one path of a draft; ok is false when the draft does not
// change the path.
func loadDraftRow(r kv.Reader, branch, path string) (row draftRow, ok bool, err error) {
	key := kv.Join(branch, path)
	b, err := r.Get(bDraftDoc, key)
	if err != nil || b == nil {
		return row, false, err
	}
	return row, true, decode(r, bDraftDoc, key, b, &row)
}

// draftView returns a view of the published state with the changes of a draft applied.
// Deleted paths are marked as absent, so that links to them are shown as broken. Rows
// that cannot be read are left out.
func draftView(r kv.Reader, branch string, d storedDraft) (view, error) {
	v := overlay(r, nil, nil)
	from, to := kv.Under(branch)
	for item, err := range r.Scan(bDraftDoc, from, to) {
		if err != nil {
			return v, err
		}
		var row draftRow
		if err := decode(r, bDraftDoc, item.Key, item.Value, &row); err != nil {
			continue
		}
		path := string(item.Key[len(from):])
		if isDocument(path) {
			v.docs[path] = !row.Gone
		} else {
			v.files[path] = !row.Gone
		}
	}
	for _, c := range d.Changed {
		v.title[foldTitle(c.Title)] = c.Path
	}
	return v, nil
}

// DraftFile returns a stored file as it is on a draft; path is a repository path. A
// missing file is a fault of kind NotFound. A file that the draft does not change is
// the published one, so that pictures on previews are shown.
func (l *Library) DraftFile(ctx context.Context, branch, path string) (f File, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		row, ok, err := loadDraftRow(r, branch, path)
		if err != nil {
			return err
		}
		if ok && !row.Gone {
			f = File{Path: path, Blob: postmortems.OID(row.Blob), Size: row.Size}
			return nil
		}
		published, err := loadFile(r, path)
		if err == nil && (published == nil || ok) {
			return notFound("file on this draft")
		}
		if err == nil {
			f = *published
		}
		return err
	})
	return f, err
}
