// Package catalog owns which services there are and which objectives they have:
// what the OpenSLO files of main define, and each objective's definitions over
// time.
//
// The first definition of an objective applies to all earlier data; a later one
// applies from its push on, so that what was reported does not change under its
// readers. The truth of the present is the git repository; when a definition
// came into force only the catalogue knows.
//
// Data layout (owner "catalog"; 0 is the byte 0x00, numbers are big endian):
//
//	catalog.meta     "seq" -> number of writes(8)
//	catalog.file     path -> the file, as it was pushed
//	catalog.version  objective 0 number(4) -> JSON: one definition and from when
//
// Change log topic "slo", key objective: it was defined, redefined or removed.
package catalog

import (
	"context"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/openslo"
)

// Topic is the change log topic of this package; the key is the objective's name.
const Topic = "slo"

const (
	bMeta    = "catalog.meta"
	bFile    = "catalog.file"
	bVersion = "catalog.version"
)

// seqKey is the key of the number of writes.
const seqKey = "seq"

// Schema is what the catalogue keeps in the database.
//
// History: 1, the first.
func Schema() kv.Schema {
	return kv.Schema{Name: "catalog", Version: 1, Buckets: []string{bMeta, bFile, bVersion}}
}

// Version is one definition of an objective.
type Version struct {
	Number int // 1 for the first
	SLO    slo.SLO
	// From is when it was published. The first version counts for all earlier data.
	From   time.Time
	Commit string
	Gone   bool // the objective was removed then; SLO is what it was before
}

// Catalog answers for what is defined on main. It is safe for many goroutines.
type Catalog struct {
	db   kv.DB
	mu   sync.Mutex
	last *snapshot // what was read last; replaced, never changed
}

// snapshot is everything as of one seq.
type snapshot struct {
	seq      uint64
	set      openslo.Set
	versions map[string][]Version
}

// New makes a Catalog over an open database whose schemas include Schema().
func New(db kv.DB) *Catalog { return &Catalog{db: db} }

// Seq changes with every push that changes a definition; two equal numbers mean
// equal answers.
func (c *Catalog) Seq(ctx context.Context) (n uint64, err error) {
	err = c.db.View(ctx, func(r kv.Reader) error {
		n, err = kv.Version(r, bMeta, []byte(seqKey))
		return err
	})
	return n, err
}

// read gives the present state; it is parsed once a push.
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
	s.set, _ = openslo.Link(parsed) // the push that brought them was told
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

// Services lists the services by name.
func (c *Catalog) Services(ctx context.Context) ([]slo.Service, error) {
	s, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	return append([]slo.Service(nil), s.set.Services...), nil
}

// Service is one service by name; fault.NotFound when none has it.
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

// SLOs lists the objectives in force, by name.
func (c *Catalog) SLOs(ctx context.Context) ([]slo.SLO, error) {
	s, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	return append([]slo.SLO(nil), s.set.SLOs...), nil
}

// SLOAt is the definition of an objective that counts at an instant: the newest
// one published by then, or the first. It is fault.Gone when the objective was
// removed by then, and fault.NotFound when there never was one.
func (c *Catalog) SLOAt(ctx context.Context, name string, t time.Time) (slo.SLO, error) {
	versions, err := c.History(ctx, name)
	if err != nil {
		return slo.SLO{}, err
	}
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

// SLO is the newest definition of an objective; errors are as for SLOAt.
func (c *Catalog) SLO(ctx context.Context, name string) (slo.SLO, error) {
	return c.SLOAt(ctx, name, time.Unix(1<<40, 0))
}

// History lists the definitions of an objective, oldest first, also of one that
// was removed; fault.NotFound when there never was one.
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
