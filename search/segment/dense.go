package segment

import "sync"

// The engine reads a posting list from its beginning: to read the weights of a few
// documents, it skips all before them. The lists of frequent words are therefore read
// once and retained by document number.
const (
	// denseShare: a list is retained if it has at least one in denseShare documents of
	// the segment. Shorter ones are read faster than they are looked up.
	denseShare = 32
	// denseFrom is the size of the smallest segment whose lists are retained.
	denseFrom = 256
	// denseWorth: if a query wants at least one in denseWorth documents of a list, the
	// list is read from the segment, because skipping the rest costs less than
	// retaining it.
	denseWorth = 2
	// maxDense is how many lists of a segment are retained, two bytes a document each.
	maxDense = 64
)

// denseLists is a least-recently-used cache of the frequent lists of one segment.
type denseLists struct {
	mu     sync.Mutex
	byTerm map[string][]uint16 // frequency<<8 | norm by document
	used   map[string]uint64   // clock of the last use
	clock  uint64
}

// of returns the list of a term. If it is not retained, of calls read. Two readers that
// miss at the same time both read.
func (d *denseLists) of(term string, read func() ([]uint16, error)) ([]uint16, error) {
	if list := d.retained(term); list != nil {
		return list, nil
	}
	list, err := read()
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byTerm == nil {
		d.byTerm, d.used = make(map[string][]uint16), make(map[string]uint64)
	}
	if len(d.byTerm) >= maxDense {
		d.forget()
	}
	d.byTerm[term] = list
	d.used[term] = d.clock
	return list, nil
}

// retained returns the list of a term, or nil.
func (d *denseLists) retained(term string) []uint16 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clock++
	list := d.byTerm[term]
	if list != nil {
		d.used[term] = d.clock
	}
	return list
}

// forget drops the least recently used list.
func (d *denseLists) forget() {
	oldest, at := "", d.clock+1
	for term, used := range d.used {
		if used < at {
			oldest, at = term, used
		}
	}
	delete(d.byTerm, oldest)
	delete(d.used, oldest)
}
