package catalog

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/openslo"
)

// Topic is the change log topic of this package; the key is the name of the
// SLO.
const Topic = "slo"

const (
	bMeta    = "catalog.meta"
	bFile    = "catalog.file"
	bVersion = "catalog.version"
)

// seqKey is the key of the number of writes.
const seqKey = "seq"

// Schema returns the buckets and the version of the stored data.
//
// History: 1, the first.
func Schema() kv.Schema {
	return kv.Schema{Name: "catalog", Version: 1, Buckets: []string{bMeta, bFile, bVersion}}
}

// Version is one definition of an SLO.
type Version struct {
	Number int // 1 for the first
	SLO    slo.SLO
	// From is when it was published. The first version applies to all earlier
	// data.
	From   time.Time
	Commit string
	Gone   bool // the SLO was removed at From; SLO is the definition before
}

// Catalog returns what is defined on main. It is safe for concurrent use. Results are
// copies of slices; their elements share maps with the snapshot and must not be
// changed.
type Catalog struct {
	db   kv.DB
	mu   sync.Mutex
	last *snapshot // the newest snapshot; replaced, never changed
}

// snapshot is the whole state at one Seq. set is linked, from the files as they are
// now; versions are from the database, by name of the SLO, the oldest first.
type snapshot struct {
	seq      uint64
	set      openslo.Set
	versions map[string][]Version
}

// New returns a Catalog over an open database whose schemas include
// Schema().
func New(db kv.DB) *Catalog { return &Catalog{db: db} }

// Seq returns a number that changes with every push that changes a
// definition: while it stays the same, so do all answers.
func (c *Catalog) Seq(ctx context.Context) (n uint64, err error) {
	err = c.db.View(ctx, func(r kv.Reader) error {
		n, err = kv.Version(r, bMeta, []byte(seqKey))
		return err
	})
	return n, err
}

// read returns the current state. Files are parsed once per push: the lock is held
// while they are, so that concurrent readers wait for one result and do not parse
// again.
func (c *Catalog) read(ctx context.Context) (*snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var s *snapshot
	err := c.db.View(ctx, func(r kv.Reader) error {
		seq, err := kv.Version(r, bMeta, []byte(seqKey))
		if err != nil {
			return err
		}
		if c.last != nil && c.last.seq == seq {
			s = c.last
			return nil
		}
		s, err = load(ctx, r, seq)
		return err
	})
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "catalog.read", "", err)
	}
	c.last = s
	return s, nil
}

// load reads and parses the current state. A version that cannot be decoded is skipped
// and counted as damage; a page about the other SLOs must not fail for it.
func load(ctx context.Context, r kv.Reader, seq uint64) (*snapshot, error) {
	files, err := loadFiles(r)
	if err != nil {
		return nil, err
	}
	s := &snapshot{seq: seq, versions: map[string][]Version{}}
	parsed, _, err := parseAll(ctx, files)
	if err != nil {
		return nil, err
	}
	s.set, _ = openslo.Link(parsed) // its problems were reported to the push
	for item, err := range r.Scan(bVersion, nil, nil) {
		if err != nil {
			return nil, err
		}
		v, name, err := decodeVersion(item)
		if err != nil {
			kv.Skip(r, bVersion, item.Key, err)
			continue
		}
		s.versions[name] = append(s.versions[name], v)
	}
	return s, nil
}

// Services returns the services, by name.
func (c *Catalog) Services(ctx context.Context) ([]slo.Service, error) {
	s, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	return append([]slo.Service(nil), s.set.Services...), nil
}

// Service returns one service by name; fault.NotFound if there is none.
func (c *Catalog) Service(ctx context.Context, name string) (slo.Service, error) {
	s, err := c.read(ctx)
	if err != nil {
		return slo.Service{}, err
	}
	for _, x := range s.set.Services {
		if x.Name == name {
			return x, nil
		}
	}
	return slo.Service{}, fault.Newf(fault.NotFound, "catalog.Service", "no service %q is defined", name)
}

// SLOs returns the SLOs in force, by name.
func (c *Catalog) SLOs(ctx context.Context) ([]slo.SLO, error) {
	s, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	return append([]slo.SLO(nil), s.set.SLOs...), nil
}

// SLOAt returns the definition of an SLO that applies at an instant: the
// newest one published by then, or the first. It returns fault.Gone if the
// SLO was removed by then, and fault.NotFound if it never existed.
func (c *Catalog) SLOAt(ctx context.Context, name string, t time.Time) (slo.SLO, error) {
	versions, err := c.History(ctx, name)
	if err != nil {
		return slo.SLO{}, err
	}
	// Versions ascend by number and by From.
	at := versions[0]
	for _, v := range versions[1:] {
		if !v.From.After(t) {
			at = v
		}
	}
	if at.Gone {
		return slo.SLO{}, fault.Newf(fault.Gone, "catalog.SLOAt", "the SLO %q was removed on %s", name, at.From.UTC().Format(time.DateOnly))
	}
	return at.SLO, nil
}

// SLO returns the newest definition of an SLO; errors are as for SLOAt. The instant is
// in the year 36812, after every version.
func (c *Catalog) SLO(ctx context.Context, name string) (slo.SLO, error) {
	return c.SLOAt(ctx, name, time.Unix(1<<40, 0))
}

// History returns the definitions of an SLO, the oldest first, also if it
// was removed; fault.NotFound if it never existed.
func (c *Catalog) History(ctx context.Context, name string) ([]Version, error) {
	s, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	versions := s.versions[name]
	if len(versions) == 0 {
		return nil, fault.Newf(fault.NotFound, "catalog.History", "no SLO %q is defined", name)
	}
	return append([]Version(nil), versions...), nil
}

// Names returns the names of all SLOs, including removed ones: a report
// about an earlier time still counts them.
func (c *Catalog) Names(ctx context.Context) ([]string, error) {
	s, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(s.versions)), nil
}
