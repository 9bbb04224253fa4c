package segment

import (
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
)

// YearColumn is the name of the column of the years of DayField.
const YearColumn = "year"

// Joined maps the values of one keyword field in all segments of a snapshot to one
// common list.
type Joined struct {
	Values []string // each once
	field  string
	places [][]uint32 // by segment: index of the segment's value -> index in Values
}

// Count adds the documents of the sets to the counts of their values: counts[k] is for
// Values[k]. The sets are of segment number i, which r reads, and do not overlap.
func (j *Joined) Count(i int, r *Reader, sets []*roaring.Bitmap, counts []int) error {
	if len(sets) == 0 {
		return nil
	}
	c, err := r.keyword(j.field)
	if err != nil {
		return err
	}
	places := j.places[i]
	for _, s := range sets {
		for it := s.Iterator(); it.HasNext(); {
			doc := it.Next()
			for _, ord := range c.ords[c.first[doc]:c.first[doc+1]] {
				counts[places[ord]]++
			}
		}
	}
	return nil
}

// Joins retains the joined values of one list of segments.
type Joins struct {
	ids []uint64

	mu     sync.Mutex
	fields map[string]*Joined
}

// Of returns the joined values of a field. The segments must be those for which
// Cache.Joins returned c.
func (c *Joins) Of(field string, segments []*Reader) (*Joined, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if j, ok := c.fields[field]; ok {
		return j, nil
	}
	j := &Joined{field: field, places: make([][]uint32, len(segments))}
	known := make(map[string]uint32)
	for i, r := range segments {
		column, err := r.keyword(field)
		if err != nil {
			return nil, err
		}
		j.places[i] = make([]uint32, len(column.values))
		for ord, v := range column.values {
			place, ok := known[v]
			if !ok {
				place = uint32(len(j.Values))
				known[v] = place
				j.Values = append(j.Values, v)
			}
			j.places[i][ord] = place
		}
	}
	c.fields[field] = j
	return j, nil
}
