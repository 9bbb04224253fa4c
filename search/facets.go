package search

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// maxFacetValues is how many values of a facet are told, the most frequent first:
// more than a page shows.
const maxFacetValues = 50

// facetFields are the keyword fields that are counted; year is counted from day.
func facetFields() []string {
	return []string{kindField, serviceField, severityField, factorField, tagField}
}

const yearFacet = "year"

// facets counts the values of the matching documents.
func (e *evaluation) facets(m matches) (map[string][]FacetValue, error) {
	out := make(map[string][]FacetValue, 6)
	for _, field := range facetFields() {
		counts := make(map[string]int)
		for i, l := range e.leaves {
			if err := e.ctx.Err(); err != nil {
				return nil, err
			}
			if err := l.countKeywords(field, m.sets(i), counts); err != nil {
				return nil, err
			}
		}
		out[field] = topValues(counts)
	}
	years := make(map[string]int)
	for i, l := range e.leaves {
		if err := l.countYears(m.sets(i), years); err != nil {
			return nil, err
		}
	}
	out[yearFacet] = topValues(years)
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

func (l *leaf) countKeywords(field string, sets []*roaring.Bitmap, counts map[string]int) error {
	if len(sets) == 0 {
		return nil
	}
	c, err := l.keyword(field)
	if err != nil {
		return err
	}
	byOrd := make([]int, len(c.values))
	for _, s := range sets {
		s.Iterate(func(doc uint32) bool {
			for _, ord := range c.ords[c.first[doc]:c.first[doc+1]] {
				byOrd[ord]++
			}
			return true
		})
	}
	for ord, n := range byOrd {
		if n > 0 {
			counts[c.values[ord]] += n
		}
	}
	return nil
}

// countYears counts by year, turning each distinct day into a date once.
func (l *leaf) countYears(sets []*roaring.Bitmap, counts map[string]int) error {
	if len(sets) == 0 {
		return nil
	}
	days, err := l.number(dayField)
	if err != nil {
		return err
	}
	perDay := make(map[int64]int)
	for _, s := range sets {
		s.Iterate(func(doc uint32) bool {
			perDay[days[doc]]++
			return true
		})
	}
	for day, n := range perDay {
		if day != unknownNumber {
			counts[strconv.Itoa(time.Unix(day*secondsADay, 0).UTC().Year())] += n
		}
	}
	return nil
}

// topValues orders values by count, then by name.
func topValues(counts map[string]int) []FacetValue {
	out := make([]FacetValue, 0, len(counts))
	for v, n := range counts {
		out = append(out, FacetValue{Value: v, Count: n})
	}
	slices.SortFunc(out, func(a, b FacetValue) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return out[:min(len(out), maxFacetValues)]
}
