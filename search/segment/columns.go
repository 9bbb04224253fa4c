package segment

import (
	"strconv"
	"sync"
	"time"
)

// columns hold the values of one segment's documents in memory, by document number,
// for facets, sorting and comparison. A column is built from the posting lists when it
// is first read, which takes some milliseconds for 100,000 documents, and retained as
// long as the segment, which is immutable.
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

// keyword returns the column of a keyword field.
func (r *Reader) keyword(field string) (*keywordColumn, error) {
	r.columns.mu.Lock()
	defer r.columns.mu.Unlock()
	if c, ok := r.columns.keywords[field]; ok {
		return c, nil
	}
	read := r.readKeywords
	if field == YearColumn {
		read = r.readYears
	}
	c, err := read(field)
	if err != nil {
		return nil, err
	}
	r.columns.keywords[field] = c
	return c, nil
}

// readKeywords inverts the field's posting lists in two passes: the first counts the
// values of each document, the second stores them.
func (r *Reader) readKeywords(field string) (*keywordColumn, error) {
	c := &keywordColumn{first: make([]uint32, r.Size()+1)}
	err := r.Terms(field, "", func(term string) bool {
		c.values = append(c.values, term)
		return true
	})
	if err != nil {
		return nil, err
	}
	count := func(doc, _ uint32) { c.first[doc+1]++ }
	if err := r.eachPosting(field, c.values, count); err != nil {
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
	if err := r.eachPosting(field, c.values, fill); err != nil {
		return nil, err
	}
	return c, nil
}

// readYears returns the column of the years of DayField.
func (r *Reader) readYears(string) (*keywordColumn, error) {
	days, err := r.lockedNumber(DayField)
	if err != nil {
		return nil, err
	}
	c := &keywordColumn{first: make([]uint32, r.Size()+1), ords: make([]uint32, 0, len(days))}
	ords := make(map[int]uint32) // year -> place in values
	for doc, day := range days {
		if day != UnknownNumber {
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

// eachPosting calls fn with every document of every term and the term's ordinal.
func (r *Reader) eachPosting(field string, terms []string, fn func(doc, ord uint32)) error {
	size := uint32(r.Size())
	for ord, term := range terms {
		docs, err := r.Docs(field, term)
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

// Number returns the column of a number field by document, with UnknownNumber for
// documents without a number.
func (r *Reader) Number(field string) ([]int64, error) {
	r.columns.mu.Lock()
	defer r.columns.mu.Unlock()
	return r.lockedNumber(field)
}

// lockedNumber is Number for callers that hold the lock of the columns.
func (r *Reader) lockedNumber(field string) ([]int64, error) {
	if c, ok := r.columns.numbers[field]; ok {
		return c, nil
	}
	c := make([]int64, r.Size())
	for i := range c {
		c[i] = UnknownNumber
	}
	var terms []string
	err := r.Terms(field, "", func(term string) bool {
		terms = append(terms, term)
		return true
	})
	if err != nil {
		return nil, err
	}
	err = r.eachPosting(field, terms, func(doc, ord uint32) { c[doc] = decodeNumber(terms[ord]) })
	if err != nil {
		return nil, err
	}
	r.columns.numbers[field] = c
	return c, nil
}
