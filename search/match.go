package search

import (
	"fmt"
	"math"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/postern/postern/search/segment"
)

// matches are the documents that match a plan, by leaf.
type matches struct {
	// Documents that meet all conditions.
	full []*roaring.Bitmap
	// Those that meet the strict ones and enough clauses; nil if full has enough documents.
	some []*roaring.Bitmap
	// Number of documents in both.
	count int
	// Number of documents in full.
	exact int
	// Minimum number of clauses of a document in some.
	need int
}

// When and how far a query is relaxed.
const (
	// relaxBelow: if fewer documents have all words, those with enough words are added,
	// because the first page would not be full.
	relaxBelow = 10
	// minShare is the share of the query's words that is enough.
	minShare = 0.15
)

// enough returns how many of the clauses a document must meet if few documents meet all.
// Three bigrams count as one word: a run of ideographs has about two a word, and a third
// of them cross the borders of words.
func enough(clauses []clause) int {
	words, bigrams := 0, 0
	for _, c := range clauses {
		if c.bigram {
			bigrams++
		} else {
			words++
		}
	}
	return max(1, int(math.Ceil(minShare*(float64(words)+float64(bigrams)/3))))
}

// match evaluates a plan on all leaves.
func (e *evaluation) match(p plan) (matches, error) {
	m := matches{full: make([]*roaring.Bitmap, len(e.leaves))}
	// Strict conditions only.
	base := make([]*roaring.Bitmap, len(e.leaves))
	all := make(allOf, len(p.clauses))
	for i, c := range p.clauses {
		all[i] = c.node
	}
	for i, l := range e.leaves {
		if err := e.ctx.Err(); err != nil {
			return m, err
		}
		var err error
		if len(p.clauses) == 0 || len(p.strict) > 0 {
			base[i], err = e.strict(p, i)
		} else {
			base[i] = l.Alive()
		}
		if err != nil {
			return m, err
		}
		if m.full[i], err = all.match(e, i, base[i]); err != nil {
			return m, err
		}
		m.exact += cardinality(m.full[i])
	}
	m.count = m.exact
	// A single clause cannot be relaxed.
	if m.exact >= relaxBelow || len(p.clauses) < 2 {
		return m, nil
	}
	return m, e.relax(p, base, &m)
}

// cardinality returns the size of a set that may be nil.
func cardinality(b *roaring.Bitmap) int {
	if b == nil {
		return 0
	}
	return int(b.GetCardinality())
}

// strict returns the documents of a leaf that meet the strict conditions. It evaluates
// phrases, which are expensive, last.
func (e *evaluation) strict(p plan, leaf int) (*roaring.Bitmap, error) {
	within := e.leaves[leaf].Alive()
	for _, last := range []bool{false, true} {
		for _, n := range p.strict {
			if _, costly := n.(*phrase); costly != last {
				continue
			}
			var err error
			if within, err = n.match(e, leaf, within); err != nil || within == nil {
				return nil, err
			}
		}
	}
	return within, nil
}

// relax adds to m the documents that meet enough clauses.
func (e *evaluation) relax(p plan, base []*roaring.Bitmap, m *matches) error {
	m.need = enough(p.clauses)
	m.some = make([]*roaring.Bitmap, len(e.leaves))
	for i := range e.leaves {
		if base[i] == nil {
			continue
		}
		sets := make([]*roaring.Bitmap, 0, len(p.clauses))
		for _, c := range p.clauses {
			if err := e.ctx.Err(); err != nil {
				return err
			}
			set, err := c.node.match(e, i, base[i])
			if err != nil {
				return err
			}
			if set != nil {
				sets = append(sets, set)
			}
		}
		some := e.inEnough(i, sets, m.need)
		if m.full[i] != nil {
			some = roaring.AndNot(some, m.full[i])
		}
		m.some[i] = some
		m.count += cardinality(some)
	}
	return nil
}

// inEnough returns the documents of a leaf that are in at least need of the sets.
func (e *evaluation) inEnough(leaf int, sets []*roaring.Bitmap, need int) *roaring.Bitmap {
	some := segment.Union(sets...)
	if some == nil {
		return roaring.New()
	}
	if need == 1 {
		return some
	}
	// Counting in an array by document is faster than intersecting all combinations.
	met := make([]uint16, e.leaves[leaf].Size())
	for _, s := range sets {
		s.Iterate(func(doc uint32) bool { met[doc]++; return true })
	}
	out := roaring.New()
	some.Iterate(func(doc uint32) bool {
		if int(met[doc]) >= need {
			out.Add(doc)
		}
		return true
	})
	return out
}

// note returns the note on relaxed words for people, "" if nothing was relaxed.
func (m matches) note(clauses int) string {
	switch {
	case m.count == m.exact:
		return ""
	case m.exact == 0:
		return fmt.Sprintf("no document has all %d words: these have at least %d of them", clauses, m.need)
	case m.exact == 1:
		return fmt.Sprintf("the first has all %d words; the others have at least %d of them", clauses, m.need)
	}
	return fmt.Sprintf("the first %d have all %d words; the others have at least %d of them", m.exact, clauses, m.need)
}
