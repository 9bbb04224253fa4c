package search

import (
	"slices"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
)

// maxFacetValues is how many values of a facet are told, the most frequent first:
// more than a page shows.
const maxFacetValues = 50

// facetFields are the fields that are counted; year is made from day.
func facetFields() []string {
	return []string{kindField, serviceField, severityField, factorField, tagField, yearFacet}
}

const yearFacet = "year"

// facets counts the values of the matching documents.
func (e *evaluation) facets(m matches) (map[string][]FacetValue, error) {
	out := make(map[string][]FacetValue, 6)
	for _, field := range facetFields() {
		ords, err := e.ordinals.of(field, e.leaves)
		if err != nil {
			return nil, err
		}
		counts := make([]int, len(ords.values))
		for i, l := range e.leaves {
			if err := e.ctx.Err(); err != nil {
				return nil, err
			}
			if err := l.count(field, m.sets(i), ords.ofLeaf[i], counts); err != nil {
				return nil, err
			}
		}
		out[field] = topValues(ords.values, counts)
	}
	return out, nil
}

// sets are the non-empty sets of matches in a leaf; they do not overlap.
func (m matches) sets(leaf int) []*roaring.Bitmap {
	var out []*roaring.Bitmap
	if s := m.full[leaf]; s != nil && !s.IsEmpty() {
		out = append(out, s)
	}
	if m.some != nil {
		if s := m.some[leaf]; s != nil && !s.IsEmpty() {
			out = append(out, s)
		}
	}
	return out
}

// count adds the documents of the sets to the counts of their values; ords gives
// the place of each of the leaf's values in counts.
func (l *leaf) count(field string, sets []*roaring.Bitmap, ords []uint32, counts []int) error {
	if len(sets) == 0 {
		return nil
	}
	c, err := l.keyword(field)
	if err != nil {
		return err
	}
	for _, s := range sets {
		for it := s.Iterator(); it.HasNext(); {
			doc := it.Next()
			for _, ord := range c.ords[c.first[doc]:c.first[doc+1]] {
				counts[ords[ord]]++
			}
		}
	}
	return nil
}

// ordinals join the values of a field in all segments of a snapshot.
type ordinals struct {
	values []string
	ofLeaf [][]uint32 // by leaf: place of the leaf's value -> place in values
}

// ordinalCache keeps the ordinals of one list of segments.
type ordinalCache struct {
	ids []uint64

	mu     sync.Mutex
	fields map[string]*ordinals
}

// of gives the ordinals of a field over the leaves of the snapshot.
func (c *ordinalCache) of(field string, leaves []*leaf) (*ordinals, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o, ok := c.fields[field]; ok {
		return o, nil
	}
	o := &ordinals{ofLeaf: make([][]uint32, len(leaves))}
	places := make(map[string]uint32)
	for i, l := range leaves {
		column, err := l.keyword(field)
		if err != nil {
			return nil, err
		}
		o.ofLeaf[i] = make([]uint32, len(column.values))
		for ord, v := range column.values {
			place, ok := places[v]
			if !ok {
				place = uint32(len(o.values))
				places[v] = place
				o.values = append(o.values, v)
			}
			o.ofLeaf[i][ord] = place
		}
	}
	c.fields[field] = o
	return o, nil
}

// topValues orders values by count, then by name.
func topValues(values []string, counts []int) []FacetValue {
	out := make([]FacetValue, 0, min(len(values), 2*maxFacetValues))
	for i, n := range counts {
		if n > 0 {
			out = append(out, FacetValue{Value: values[i], Count: n})
		}
	}
	slices.SortFunc(out, func(a, b FacetValue) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Value, b.Value)
	})
	return out[:min(len(out), maxFacetValues)]
}
