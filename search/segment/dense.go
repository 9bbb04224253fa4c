package segment

import "sync"

// The engine reads a posting list from its front: to learn the weights of a few
// documents it steps over all before them. The lists of words that many documents
// have are therefore read once and kept by document number.
const (
	// denseShare is the share of a segment's documents, one in so many, that a list
	// must have to be kept; shorter ones are read faster than they are found.
	denseShare = 32
	// denseFrom is the size of the segments for which any list is kept.
	denseFrom = 256
	// denseWorth is the share of a list, one in so many, above which asking for its
	// documents reads it as it is: stepping over the rest costs less than keeping.
	denseWorth = 2
	// maxDense is how many lists of a segment are kept, two bytes a document each.
	maxDense = 64
)

// denseLists are the kept lists of one segment.
type denseLists struct {
	mu     sync.Mutex
	byTerm map[string][]uint16 // frequency<<8 | norm by document
	used   map[string]uint64   // when each was used last
	clock  uint64
}

// of gives the list of a term, which read makes when it is not kept. Two readers
// that miss at once read twice.
func (d *denseLists) of(term string, read func() ([]uint16, error)) ([]uint16, error) {
	if list := d.kept(term); list != nil {
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

func (d *denseLists) kept(term string) []uint16 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clock++
	list := d.byTerm[term]
	if list != nil {
		d.used[term] = d.clock
	}
	return list
}

// forget drops the list that was not used for the longest time.
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
