package library

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// Page returns everything that the document page shows, at the newest revision or, with
// a commit, at that one. A removed document is found only with a commit. The fault is
// of kind NotFound when there is no such document or revision. A former id finds the
// document too. Content is read outside the transaction of the rows, so links may be of
// a state newer than Seq; the ETag then only causes one more request.
func (l *Library) Page(ctx context.Context, id string, commit postmortems.OID) (p Page, err error) {
	if p, err = l.pageRows(ctx, id, commit); err != nil {
		return p, err
	}
	if p.Document, err = l.content(ctx, p.Shown.Blob, p.Shown.Path); err != nil {
		return p, err
	}
	if p.Document.Front.KeptBack != "" {
		return Page{}, notFound("document") // a state that was never published
	}
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		p.Links, err = view{r: r}.resolveAll(p.Document.Body.Links)
		return err
	})
	return p, err
}

// pageRows reads everything except the document's content. A removed document has no
// record: only its id and the shown revision are set.
func (l *Library) pageRows(ctx context.Context, id string, commit postmortems.OID) (p Page, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		seq, err := r.Seq()
		if err != nil {
			return err
		}
		p.Seq = uint64(seq)
		if id, err = currentID(r, id); err != nil {
			return err
		}
		rec, ok, err := loadRecord(r, id)
		if err != nil {
			return err
		}
		if ok {
			p.Record = rec.record(id)
		} else if commit == "" {
			return notFound("document")
		}
		if p.Shown, err = revisionAt(r, id, commit); err != nil || !ok {
			p.ID = id
			return err
		}
		p.Backlinks, err = backlinks(r, id, rec)
		return err
	})
	return p, err
}

// File returns the content of a published file that is not a document. A missing blob
// is a fault of kind NotFound.
func (l *Library) File(ctx context.Context, f File) ([]byte, error) { return l.Source(ctx, f.Blob) }
