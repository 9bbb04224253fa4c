package library

import (
	"context"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// notFound returns the fault of an address or id without a document. what completes the
// sentence "there is no … here".
func notFound(what string) error {
	return fault.Newf(fault.NotFound, "library", "there is no %s here", what)
}

// Lookup returns what a path-absolute address refers to: a document, a file, a redirect
// to the current address, or a removed document. An address that was never used is a
// fault of kind NotFound.
func (l *Library) Lookup(ctx context.Context, address string) (f Found, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		f, err = lookup(r, address)
		return err
	})
	return f, err
}

// The order gives precedence to what exists now: a new document at an address that
// redirected before is shown.
func lookup(r kv.Reader, address string) (Found, error) {
	if rec, err := documentAt(r, address); err != nil || rec != nil {
		return Found{Record: rec}, err
	}
	if file, err := fileAt(r, address); err != nil || file != nil {
		return Found{File: file}, err
	}
	if f, err := movedFrom(r, address); err != nil || f != (Found{}) {
		return f, err
	}
	if gone, err := goneAt(r, address); err != nil || gone != nil {
		return Found{Gone: gone}, err
	}
	return Found{}, notFound("document")
}

// documentAt returns the document at an address, nil when there is none. The first of
// the possible paths that has a document counts. A path that refers to a missing record
// is a fault of kind Internal.
func documentAt(r kv.Reader, address string) (*Record, error) {
	for _, path := range postmortems.PathsFor(address) {
		id, err := r.Get(bPath, []byte(path))
		if err != nil || id == nil {
			if err != nil {
				return nil, err
			}
			continue
		}
		rec, err := mustRecord(r, string(id))
		if err != nil {
			return nil, err
		}
		public := rec.record(string(id))
		return &public, nil
	}
	return nil, nil
}

// fileAt returns the file at an address, nil when there is none.
func fileAt(r kv.Reader, address string) (*File, error) {
	path, ok := postmortems.FilePath(address)
	if !ok {
		return nil, nil
	}
	return loadFile(r, path)
}

// loadFile returns the file at a path, nil when there is none.
func loadFile(r kv.Reader, path string) (*File, error) {
	b, err := r.Get(bFile, []byte(path))
	if err != nil || b == nil {
		return nil, err
	}
	var s storedFile
	if err := decode(r, bFile, []byte(path), b, &s); err != nil {
		return nil, err
	}
	return &File{Path: path, Blob: postmortems.OID(s.Blob), Size: s.Size}, nil
}

// movedFrom returns what became of the document that had an address before. It is the
// zero Found when there was none. A redirect whose document was removed leads to the
// Gone of that document.
func movedFrom(r kv.Reader, address string) (Found, error) {
	id, err := r.Get(bRedirect, []byte(canonical(address)))
	if err != nil || id == nil {
		return Found{}, err
	}
	f, err := byID(r, string(id))
	if err != nil || f.Record == nil {
		return f, err
	}
	return Found{Redirect: f.Record.Address}, nil
}

// goneAt returns the removed document that had an address, nil when there is none. The
// revision is the last one with a text, so that the answer can name the title and link
// to it.
func goneAt(r kv.Reader, address string) (*Gone, error) {
	id, err := r.Get(bGone, []byte(canonical(address)))
	if err != nil || id == nil {
		return nil, err
	}
	last, err := lastContent(r, string(id))
	if err != nil {
		return nil, err
	}
	return &Gone{ID: string(id), Last: last}, nil
}

// canonical returns the form of an address in the redirect and gone rows: without a
// trailing slash. The root "/" stays.
func canonical(address string) string {
	if len(address) > 1 {
		return strings.TrimSuffix(address, "/")
	}
	return address
}

// ByID returns a document by its permalink id or a former one. A removed document is
// returned as Gone; an unknown id is a fault of kind NotFound.
func (l *Library) ByID(ctx context.Context, id string) (f Found, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		f, err = byID(r, id)
		return err
	})
	return f, err
}

// An id without a record and without any revision is a fault of kind NotFound, from
// lastContent.
func byID(r kv.Reader, id string) (Found, error) {
	id, err := currentID(r, id)
	if err != nil {
		return Found{}, err
	}
	rec, ok, err := loadRecord(r, id)
	if err != nil {
		return Found{}, err
	}
	if ok {
		public := rec.record(id)
		return Found{Record: &public}, nil
	}
	last, err := lastContent(r, id)
	if err != nil {
		return Found{}, err
	}
	return Found{Gone: &Gone{ID: id, Last: last}}, nil
}

// currentID returns the current id for a former one, and any other id unchanged. One
// step is enough: repoint rewrites rows of ids that are replaced again.
func currentID(r kv.Reader, id string) (string, error) {
	b, err := r.Get(bPermalink, []byte(id))
	if err != nil || b == nil {
		return id, err
	}
	return string(b), nil
}

// Many returns the records of those ids that are published, in the order of ids. Ids
// that are unknown, removed, former or unreadable are left out. The result is never nil
// without an error.
func (l *Library) Many(ctx context.Context, ids []string) (out []Record, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		out = make([]Record, 0, len(ids))
		for _, id := range ids {
			rec, ok, err := loadRecord(r, id)
			if kv.Unreadable(err) {
				continue
			}
			if err != nil {
				return err
			}
			if ok {
				out = append(out, rec.record(id))
			}
		}
		return nil
	})
	return out, err
}
