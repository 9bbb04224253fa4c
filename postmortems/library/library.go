package library

import (
	"context"
	"log/slog"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// Options configure a Library.
type Options struct {
	DB       kv.DB
	Renderer postmortems.BodyRenderer
	// Content reads published blobs from git, for revisions whose derived rows are missing
	// or have another format.
	Content postmortems.Content
	// Policy returns the current settings; it is called for each document, because the
	// time of the check is part of it.
	Policy func() postmortems.Policy
	Log    *slog.Logger
	// Workers is how many documents are compiled concurrently; at least 1.
	Workers int
}

// Library stores and returns everything that is published. It may be used from several
// goroutines; Prepare and Commit are called by one publisher at a time.
type Library struct {
	opt   Options
	reads reads
}

// New returns a Library over an open database whose schemas include Schema(). It reads
// nothing, so it cannot fail.
func New(opt Options) *Library {
	opt.Workers = max(opt.Workers, 1)
	return &Library{opt: opt, reads: reads{pending: map[string]uint64{}}}
}

// Published returns the commit of main that readers see, "" before the first push. It
// may be behind the branch in git after a crash; the portal compares both at the start
// and publishes again.
func (l *Library) Published(ctx context.Context) (oid postmortems.OID, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(bMeta, []byte("published"))
		oid = postmortems.OID(b)
		return err
	})
	return oid, err
}

// Size returns the number of published documents. It includes archived documents. The
// number is a stored count, not a scan.
func (l *Library) Size(ctx context.Context) (n int, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		n, err = readCount(r, facetAll, "")
		return err
	})
	return n, err
}

// loadRecord reads a record; it is false when there is none. A row that cannot be
// decoded is an error for which kv.Unreadable is true.
func loadRecord(r kv.Reader, id string) (storedRecord, bool, error) {
	var rec storedRecord
	b, err := r.Get(bRecord, []byte(id))
	if err != nil || b == nil {
		return rec, false, err
	}
	return rec, true, decode(r, bRecord, []byte(id), b, &rec)
}

// mustRecord is loadRecord for ids that another row refers to: a missing record is a
// fault of kind Internal. A record that exists and cannot be decoded is an error for
// which kv.Unreadable is true.
func mustRecord(r kv.Reader, id string) (storedRecord, error) {
	rec, ok, err := loadRecord(r, id)
	if err == nil && !ok {
		err = fault.Newf(fault.Internal, "library.record", "a row refers to document %q, which does not exist", id)
	}
	return rec, err
}
