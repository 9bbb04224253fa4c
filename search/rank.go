package search

import (
	"cmp"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/postern/postern/search/positions"
	"github.com/postern/postern/search/segment"
)

// MaxWindow is the number of results that can be read. Ranking sorts no more than that,
// and readers narrow the query before they page further.
const MaxWindow = 1000

// The constants of the score beside BM25F.
const (
	// demotedShare is the factor of the score of an archived or superseded document.
	demotedShare = 0.4
	// rerankDepth is how many of the best documents are checked for adjacent words.
	rerankDepth = 50
	// nearShare is the share of the sum of their idf that adjacent words add.
	nearShare = 0.7
	// gluedShare is the same for the words of one identifier, which belong together.
	gluedShare = 1.0
)

// scored is a ranked document.
type scored struct {
	leaf int
	doc  uint32
	// Meets enough clauses, but not all: ranked after those that meet all.
	some  bool
	score float32
	day   int64
	// Read to compare documents that are otherwise equal.
	id string
}

// ranker collects the best matches of one query.
type ranker struct {
	*evaluation
	plan   plan
	newest bool
	keep   int
	// A heap with the worst match first.
	best []scored
}

// rank returns at most keep of the best matches, in order.
func (e *evaluation) rank(p plan, m matches, newest bool, keep int) ([]scored, error) {
	r := &ranker{evaluation: e, plan: p, newest: newest, keep: max(keep, rerankDepth)}
	// Documents that meet all clauses rank before the others with any score.
	for i := range e.leaves {
		if err := r.leaf(i, m.full[i], false); err != nil {
			return nil, err
		}
		if m.some == nil {
			continue
		}
		if err := r.leaf(i, m.some[i], true); err != nil {
			return nil, err
		}
	}
	r.sort()
	if !newest {
		if err := r.rerank(keep); err != nil {
			return nil, err
		}
	}
	return r.best[:min(keep, len(r.best))], nil
}

// leaf scores and offers documents of one leaf.
func (r *ranker) leaf(leaf int, docs *roaring.Bitmap, some bool) error {
	if docs == nil || docs.IsEmpty() {
		return nil
	}
	l := r.leaves[leaf]
	days, err := l.Number(segment.DayField)
	if err != nil {
		return err
	}
	sunk, err := l.Docs(segment.FlagField, segment.DemotedFlag)
	if err != nil {
		return err
	}
	scores, sums := r.scratch.of(l.Size())
	for _, u := range r.plan.units {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if err := u.score(leaf, docs, scores, sums); err != nil {
			return err
		}
	}
	// Each document is offered with its score, which is set to zero for the next query.
	docs.Iterate(func(doc uint32) bool {
		s := scored{leaf: leaf, doc: doc, some: some, score: scores[doc], day: days[doc]}
		if sunk != nil && sunk.Contains(doc) {
			s.score *= demotedShare
		}
		r.offer(s)
		scores[doc] = 0
		return true
	})
	return nil
}

// scratch holds slices of zeros, by document of a leaf. A query must leave zeros behind;
// one that fails drops its scratch.
type scratch struct {
	scores, sums []float32
}

// of returns the slices for a leaf of a size.
func (s *scratch) of(size int) (scores, sums []float32) {
	if len(s.scores) < size {
		s.scores, s.sums = make([]float32, size), make([]float32, size)
	}
	return s.scores[:size], s.sums[:size]
}

// compare is negative if a ranks before b: all words before some, then higher scores,
// newer dates and lower ids. With newest, only date and id count.
func (r *ranker) compare(a, b *scored) int {
	if !r.newest {
		if a.some != b.some {
			if b.some {
				return -1
			}
			return 1
		}
		if c := cmp.Compare(b.score, a.score); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(b.day, a.day); c != 0 {
		return c
	}
	return strings.Compare(r.id(a), r.id(b))
}

// id returns a document's id, which it reads once. An unreadable one is empty here; the
// error occurs again, and is reported, when the hit is shown.
func (r *ranker) id(s *scored) string {
	if s.id == "" {
		s.id, _ = r.leaves[s.leaf].ID(s.doc)
	}
	return s.id
}

// offer adds s if it is among the best so far.
func (r *ranker) offer(s scored) {
	if len(r.best) < r.keep {
		r.best = append(r.best, s)
		r.up(len(r.best) - 1)
		return
	}
	if r.compare(&s, &r.best[0]) < 0 {
		r.best[0] = s
		r.down(0)
	}
}

// up restores the heap after a change of its last element.
func (r *ranker) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if r.compare(&r.best[i], &r.best[parent]) <= 0 {
			return
		}
		r.best[i], r.best[parent] = r.best[parent], r.best[i]
		i = parent
	}
}

// down restores the heap after a change of its first element.
func (r *ranker) down(i int) {
	for {
		worst := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(r.best); c++ {
			if r.compare(&r.best[c], &r.best[worst]) > 0 {
				worst = c
			}
		}
		if worst == i {
			return
		}
		r.best[i], r.best[worst] = r.best[worst], r.best[i]
		i = worst
	}
}

// sort turns the heap into a sorted list, best first.
func (r *ranker) sort() {
	slices.SortFunc(r.best, func(a, b scored) int { return r.compare(&a, &b) })
}

// rerank adds to the scores of the best documents in which words of the query are
// adjacent, in their order (the ordered pairs of Metzler and Croft 2005, "A Markov
// random field model for term dependencies"), and sorts them again. It does not read
// documents that cannot be among the first keep even with all that is added.
func (r *ranker) rerank(keep int) error {
	if len(r.plan.nearby) == 0 {
		return nil
	}
	top := r.best[:min(rerankDepth, len(r.best))]
	// The score can grow by at most the sum of the worth of all groups, so documents
	// whose score is further below that of number keep remain behind it.
	if keep < len(top) {
		var most float32
		for _, n := range r.plan.nearby {
			most += n.worth
		}
		last := top[keep-1]
		n := keep
		for n < len(top) && top[n].some == last.some && top[n].score+most >= last.score {
			n++
		}
		top = top[:n]
	}
	// Posting lists of the words are read once a segment, for its documents in top.
	for i, l := range r.leaves {
		c := proximityReader{Reader: l, docs: roaring.New(), have: make(map[string]*roaring.Bitmap)}
		for _, s := range top {
			if s.leaf == i {
				c.docs.Add(s.doc)
			}
		}
		for j := range top {
			if top[j].leaf != i {
				continue
			}
			if err := r.ctx.Err(); err != nil {
				return err
			}
			worth, err := c.read(top[j].doc, r.plan.nearby)
			if err != nil {
				return err
			}
			top[j].score += worth
		}
	}
	slices.SortFunc(top, func(a, b scored) int { return r.compare(&a, &b) })
	return nil
}

// proximityReader reads the positions of some documents of a leaf.
type proximityReader struct {
	*segment.Reader
	docs *roaring.Bitmap
	// Word -> those of docs that have it as a token.
	have map[string]*roaring.Bitmap
}

// read returns the sum of the worth of the groups whose words are adjacent in a
// document.
func (c *proximityReader) read(doc uint32, groups []proximity) (worth float32, err error) {
	var present []proximity
	for _, g := range groups {
		has, err := c.hasAll(doc, g.words)
		if err != nil {
			return 0, err
		}
		if has {
			present = append(present, g)
		}
	}
	if len(present) == 0 {
		return 0, nil
	}
	err = c.Positions(doc, func(data []byte) {
		for _, g := range present {
			if positions.Contains(data, g.words) {
				worth += g.worth
			}
		}
	})
	return worth, err
}

// hasAll reports whether a document has all words as tokens.
func (c *proximityReader) hasAll(doc uint32, words []string) (bool, error) {
	for _, w := range words {
		docs, ok := c.have[w]
		if !ok {
			var err error
			if docs, err = c.Tokens(w, c.docs); err != nil {
				return false, err
			}
			c.have[w] = docs
		}
		if docs == nil || !docs.Contains(doc) {
			return false, nil
		}
	}
	return true, nil
}
