package segment

import (
	"slices"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// Cache retains in memory what was read of the segments in use, which are immutable:
// their columns by segment id, and the joined values of the latest list of segments.
// The zero Cache is ready for use. It is safe for concurrent use.
type Cache struct {
	mu     sync.Mutex
	byID   map[uint64]*columns
	latest *Joins
}

// Readers returns readers of the segments of a snapshot, in order. They are valid
// until the snapshot is closed.
func (c *Cache) Readers(s *scorch.IndexSnapshot) []*Reader {
	segments := s.Segments()
	out := make([]*Reader, len(segments))
	for i, columns := range c.columns(segmentIDs(s)) {
		out[i] = newReader(segments[i], columns)
	}
	return out
}

// Joins returns the joined values of the segments of a snapshot.
func (c *Cache) Joins(s *scorch.IndexSnapshot) *Joins {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ids := segmentIDs(s); c.latest == nil || !slices.Equal(c.latest.ids, ids) {
		c.latest = &Joins{ids: ids, fields: make(map[string]*Joined)}
	}
	return c.latest
}

// columns returns the columns of the segments with these ids, in order, and drops
// those of segments that were merged away.
func (c *Cache) columns(ids []uint64) []*columns {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = make(map[uint64]*columns)
	}
	out := make([]*columns, len(ids))
	for i, id := range ids {
		if c.byID[id] == nil {
			c.byID[id] = newColumns()
		}
		out[i] = c.byID[id]
	}
	if len(c.byID) > 2*len(ids)+8 { // readers of an older snapshot hold their own references
		kept := make(map[uint64]*columns, len(ids))
		for i, id := range ids {
			kept[id] = out[i]
		}
		c.byID = kept
	}
	return out
}

func segmentIDs(s *scorch.IndexSnapshot) []uint64 {
	segments := s.Segments()
	ids := make([]uint64, len(segments))
	for i, seg := range segments {
		ids[i] = seg.Id()
	}
	return ids
}
