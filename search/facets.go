package search

import (
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/postern/postern/search/segment"
)

// maxFacetValues is the maximum number of values of a facet in an answer, the most
// frequent first. A page shows fewer.
const maxFacetValues = 50

// facetFields returns the columns that are counted.
func facetFields() []string {
	return []string{segment.KindField, segment.ServiceField, segment.SeverityField, segment.FactorField, segment.TagField, segment.YearColumn}
}

// facets returns the values of the matching documents with their counts, by field.
func (e *evaluation) facets(m matches) (map[string][]FacetValue, error) {
	out := make(map[string][]FacetValue, 6)
	// Counting by joined value needs one array for all segments.
	for _, field := range facetFields() {
		joined, err := e.joins.Of(field, e.leaves)
		if err != nil {
			return nil, err
		}
		counts := make([]int, len(joined.Values))
		for i, l := range e.leaves {
			if err := e.ctx.Err(); err != nil {
				return nil, err
			}
			if err := joined.Count(i, l, m.sets(i), counts); err != nil {
				return nil, err
			}
		}
		out[field] = topValues(joined.Values, counts)
	}
	return out, nil
}

// sets returns the non-empty sets of matches in a leaf. They do not overlap.
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

// topValues returns the values with a count above 0, ordered by count, then by name.
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
