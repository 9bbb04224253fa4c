package library

import (
	"context"
	"log/slog"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// Options are what a Library works with.
type Options struct {
	DB       kv.DB
	Renderer postmortems.BodyRenderer
	// Content reads published blobs from git, for revisions whose derived rows
	// are not kept or are of an older form.
	Content postmortems.Content
	Policy  func() postmortems.Policy
	Log     *slog.Logger
	// Workers is how many documents are compiled side by side; at least 1.
	Workers int
}

// Library answers for everything published. It is safe for many goroutines;
// Prepare and Commit are called by one publisher at a time.
type Library struct {
	opt   Options
	reads reads
}

// New makes a Library over an open database whose schemas include Schema().
func New(opt Options) *Library {
	opt.Workers = max(opt.Workers, 1)
	return &Library{opt: opt, reads: reads{pending: map[string]uint64{}}}
}

// Published is the commit of main that readers see; "" before the first push.
func (l *Library) Published(ctx context.Context) (oid postmortems.OID, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(bMeta, []byte("published"))
		oid = postmortems.OID(b)
		return err
	})
	return oid, err
}

// Size is how many documents are published.
func (l *Library) Size(ctx context.Context) (n int, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		n, err = readCount(r, facetAll, "")
		return err
	})
	return n, err
}

func loadRecord(r kv.Reader, id string) (storedRecord, bool, error) {
	var rec storedRecord
	b, err := r.Get(bRecord, []byte(id))
	if err != nil || b == nil {
		return rec, false, err
	}
	return rec, true, decode(r, bRecord, []byte(id), b, &rec)
}

// mustRecord is loadRecord for ids that another row promised.
func mustRecord(r kv.Reader, id string) (storedRecord, error) {
	rec, ok, err := loadRecord(r, id)
	if err == nil && !ok {
		err = fault.Newf(fault.Internal, "library.record", "row points to document %q, which is not there", id)
	}
	return rec, err
}
