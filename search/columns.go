package search

import (
	"slices"
	"strconv"
	"sync"
	"time"
)

// columns hold the values of one segment's documents in memory, by document
// number, for facets, sorting and comparing. They are made from the posting lists
// when first asked for (a segment of 100,000 documents takes some milliseconds a
// column) and live as long as the segment, which never changes.
type columns struct {
	mu       sync.Mutex
	keywords map[string]*keywordColumn
	numbers  map[string][]int64
	dense    denseLists // of the term field
}

func newColumns() *columns {
	return &columns{keywords: make(map[string]*keywordColumn), numbers: make(map[string][]int64)}
}

// keywordColumn holds the values of one keyword field. The values of document d
// are values[ords[i]] for i in first[d] <= i < first[d+1].
type keywordColumn struct {
	values []string
	first  []uint32
	ords   []uint32
}

// keyword gives the column of a keyword field.
func (l *leaf) keyword(field string) (*keywordColumn, error) {
	l.columns.mu.Lock()
	defer l.columns.mu.Unlock()
	if c, ok := l.columns.keywords[field]; ok {
		return c, nil
	}
	read := l.readKeywords
	if field == yearFacet {
		read = l.readYears
	}
	c, err := read(field)
	if err != nil {
		return nil, err
	}
	l.columns.keywords[field] = c
	return c, nil
}

// readKeywords turns the field's posting lists around in two passes: how many
// values each document has, then the values.
func (l *leaf) readKeywords(field string) (*keywordColumn, error) {
	c := &keywordColumn{first: make([]uint32, l.size()+1)}
	err := l.terms(field, "", func(term string) bool {
		c.values = append(c.values, term)
		return true
	})
	if err != nil {
		return nil, err
	}
	count := func(doc, _ uint32) { c.first[doc+1]++ }
	if err := l.eachPosting(field, c.values, count); err != nil {
		return nil, err
	}
	for d := 1; d < len(c.first); d++ {
		c.first[d] += c.first[d-1]
	}
	c.ords = make([]uint32, c.first[len(c.first)-1])
	next := append([]uint32(nil), c.first...)
	fill := func(doc, ord uint32) {
		c.ords[next[doc]] = ord
		next[doc]++
	}
	if err := l.eachPosting(field, c.values, fill); err != nil {
		return nil, err
	}
	return c, nil
}

// readYears makes a column of the years of the day field.
func (l *leaf) readYears(string) (*keywordColumn, error) {
	days, err := l.lockedNumber(dayField)
	if err != nil {
		return nil, err
	}
	c := &keywordColumn{first: make([]uint32, l.size()+1), ords: make([]uint32, 0, len(days))}
	ords := make(map[int]uint32) // year -> place in values
	for doc, day := range days {
		if day != unknownNumber {
			year := time.Unix(day*secondsADay, 0).UTC().Year()
			ord, ok := ords[year]
			if !ok {
				ord = uint32(len(c.values))
				ords[year] = ord
				c.values = append(c.values, strconv.Itoa(year))
			}
			c.ords = append(c.ords, ord)
		}
		c.first[doc+1] = uint32(len(c.ords))
	}
	return c, nil
}

// eachPosting calls fn with every document of every term, by ordinal of the term.
func (l *leaf) eachPosting(field string, terms []string, fn func(doc, ord uint32)) error {
	size := uint32(l.size())
	for ord, term := range terms {
		docs, err := l.docs(field, term)
		if err != nil {
			return err
		}
		if docs == nil {
			continue
		}
		docs.Iterate(func(doc uint32) bool {
			if doc < size { // damaged data must not write outside
				fn(doc, uint32(ord))
			}
			return true
		})
	}
	return nil
}

// number gives the column of a number field; unknownNumber where there is none.
func (l *leaf) number(field string) ([]int64, error) {
	l.columns.mu.Lock()
	defer l.columns.mu.Unlock()
	return l.lockedNumber(field)
}

func (l *leaf) lockedNumber(field string) ([]int64, error) {
	if c, ok := l.columns.numbers[field]; ok {
		return c, nil
	}
	c := make([]int64, l.size())
	for i := range c {
		c[i] = unknownNumber
	}
	var terms []string
	err := l.terms(field, "", func(term string) bool {
		terms = append(terms, term)
		return true
	})
	if err != nil {
		return nil, err
	}
	err = l.eachPosting(field, terms, func(doc, ord uint32) { c[doc] = decodeNumber(terms[ord]) })
	if err != nil {
		return nil, err
	}
	l.columns.numbers[field] = c
	return c, nil
}

// columnCache keeps the columns of the segments in use, by segment id.
type columnCache struct {
	mu     sync.Mutex
	byID   map[uint64]*columns
	latest *ordinalCache
}

// ordinals gives the cache of ordinals for segments with these ids.
func (c *columnCache) ordinals(ids []uint64) *ordinalCache {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.latest == nil || !slices.Equal(c.latest.ids, ids) {
		c.latest = &ordinalCache{ids: ids, fields: make(map[string]*ordinals)}
	}
	return c.latest
}

// of gives the columns of the segments with these ids, in order, and forgets
// those of segments that were merged away.
func (c *columnCache) of(ids []uint64) []*columns {
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
	if len(c.byID) > 2*len(ids)+8 { // readers of an older snapshot keep what they hold
		kept := make(map[uint64]*columns, len(ids))
		for i, id := range ids {
			kept[id] = out[i]
		}
		c.byID = kept
	}
	return out
}
