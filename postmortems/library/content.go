package library

import (
	"context"
	"encoding/binary"
	"encoding/json"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// contentFormat numbers the output of compiling and rendering. A content row of another
// format is compiled again when it is next read, so a change of the renderer needs a new
// number and no migration.
//
// History: 1, the first; 2, plain text with separated cells and the text of diagrams;
// 3, timeline rows with a zone or day that is not understood have no instant, and surplus
// cells of tables are preserved.
const contentFormat = 3

// compiled is one document ready to be stored: its row of library.content and its row of
// library.text.
//
// A content row is: format (1 byte) | length of the JSON (4) | Document as JSON without
// HTML and sections | HTML. A text row is the sections as JSON. Both are derived from
// the blob in git.
type compiled struct {
	key     []byte
	content []byte
	text    []byte
	record  storedRecord // without revision, and without a date if only the first commit has one
	doc     postmortems.Document
}

// contentKey returns the key of the content and text rows of a blob at a path. The path
// is part of the key, because relative links, kind and title of a document depend on
// it.
func contentKey(blob postmortems.OID, path string) []byte { return kv.Join(string(blob), path) }

// newCompiled encodes a document for storage and removes the encoded parts from it, so
// that a push of many documents needs little memory. c.doc retains front matter,
// headings and links, which the plan needs. Rows are dropped altogether: actions and
// timeline were read from them while compiling.
func newCompiled(blob postmortems.OID, d postmortems.Document) (compiled, error) {
	c := compiled{key: contentKey(blob, d.Path), record: newStoredRecord(d, d.Date)}
	html, sections := d.Body.HTML, d.Body.Sections
	d.Body.HTML, d.Body.Sections, d.Body.Rows = nil, nil, nil
	meta, err := json.Marshal(d)
	if err != nil {
		return c, fault.Wrap(fault.Internal, "library.compile", "", err)
	}
	if c.text, err = json.Marshal(sections); err != nil {
		return c, fault.Wrap(fault.Internal, "library.compile", "", err)
	}
	c.content = make([]byte, 0, 5+len(meta)+len(html))
	c.content = append(c.content, contentFormat)
	c.content = binary.BigEndian.AppendUint32(c.content, uint32(len(meta)))
	c.content = append(append(c.content, meta...), html...)
	d.Body = postmortems.Body{Headings: d.Body.Headings, Links: d.Body.Links}
	c.doc = d
	return c, nil
}

// unpackContent decodes a content row. It is not ok when the row has another format or is
// damaged; the caller then compiles the document again. The HTML is copied, since row
// is valid only during the transaction.
func unpackContent(row []byte) (d postmortems.Document, ok bool) {
	if len(row) < 5 || row[0] != contentFormat {
		return d, false
	}
	n := binary.BigEndian.Uint32(row[1:5])
	if uint64(len(row)) < 5+uint64(n) {
		return d, false
	}
	if json.Unmarshal(row[5:5+n], &d) != nil {
		return d, false
	}
	d.Body.HTML = append([]byte(nil), row[5+n:]...)
	return d, true
}

// content returns the compiled document of a blob at a path. If its row is missing or has
// another format, the document is compiled again and stored. Compiling takes place
// outside of any transaction, so that a slow document blocks no writer. Two readers may
// compile the same document; both write the same rows.
func (l *Library) content(ctx context.Context, blob postmortems.OID, path string) (d postmortems.Document, err error) {
	var ok bool
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		row, err := r.Get(bContent, contentKey(blob, path))
		if err == nil {
			d, ok = unpackContent(row)
		}
		if kv.Unreadable(err) {
			return nil // derived, so it can be compiled again
		}
		return err
	})
	if err != nil || ok {
		return d, err
	}
	return l.recompile(ctx, blob, path)
}

// recompile compiles a document from its blob and stores the result. Problems are
// ignored: the document has been published, and rules may have become stricter since.
func (l *Library) recompile(ctx context.Context, blob postmortems.OID, path string) (postmortems.Document, error) {
	src, err := l.Source(ctx, blob)
	if err != nil {
		return postmortems.Document{}, err
	}
	d, _, err := postmortems.Compile(ctx, path, src, l.opt.Policy(), l.opt.Renderer)
	if err != nil {
		return d, err
	}
	c, err := newCompiled(blob, d)
	if err != nil {
		return d, err
	}
	err = l.opt.DB.Update(ctx, func(w kv.Writer) error { return putContent(w, c) })
	return d, err
}

// putContent writes the content and text rows of a document.
func putContent(w kv.Writer, c compiled) error {
	if err := w.Put(bContent, c.key, c.content); err != nil {
		return err
	}
	return w.Put(bText, c.key, c.text)
}

// Source returns the bytes of a blob as the author pushed them. An unknown blob is a
// fault of kind NotFound.
func (l *Library) Source(ctx context.Context, blob postmortems.OID) (src []byte, err error) {
	err = l.opt.Content.Blobs(ctx, []postmortems.OID{blob}, func(_ int, data []byte) error {
		src = append([]byte(nil), data...)
		return nil
	})
	return src, err
}

// Sections returns the plain text of a document's newest revision, by heading. An
// unknown id is a fault of kind NotFound. The index reads them. Rows of another format
// or ones that cannot be read are compiled again.
func (l *Library) Sections(ctx context.Context, id string) (out []postmortems.Section, err error) {
	var rev Revision
	var row []byte
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		rec, ok, err := loadRecord(r, id)
		if err != nil {
			return err
		}
		if !ok {
			return notFound("document")
		}
		rev = rec.Last.revision()
		made, err := r.Get(bContent, contentKey(rev.Blob, rev.Path))
		if kv.Unreadable(err) {
			return nil
		}
		if err != nil || len(made) == 0 || made[0] != contentFormat {
			return err // the text of another format is compiled again, too
		}
		row, err = r.Get(bText, contentKey(rev.Blob, rev.Path))
		if row != nil && err == nil {
			err = decode(r, bText, contentKey(rev.Blob, rev.Path), row, &out)
		}
		if kv.Unreadable(err) {
			row, err = nil, nil
		}
		return err
	})
	if err != nil || row != nil {
		return out, err
	}
	d, err := l.recompile(ctx, rev.Blob, rev.Path)
	return d.Body.Sections, err
}
