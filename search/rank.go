package search

import (
	"cmp"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/postern/postern/search/positions"
	"github.com/postern/postern/search/segment"
)

// MaxWindow is how deep into a result one can look: ranking keeps that many in
// order, and nobody pages further without narrowing the query.
const MaxWindow = 1000

const (
	// sunkShare is what an archived or superseded document keeps of its score.
	sunkShare = 0.4
	// closelyRead is how many of the best are looked at for words side by side.
	closelyRead = 50
	// nearShare is what words side by side are worth, of the sum of their idf.
	nearShare = 0.7
	// gluedShare is the same for the words of one identifier, which were written
	// together on purpose.
	gluedShare = 1.0
)

// scored is a ranked document.
type scored struct {
	leaf  int
	doc   uint32
	some  bool // meets only enough clauses: ranked after those that meet all
	score float32
	day   int64
	id    string // read when two are otherwise equal
}

// ranker orders the matches of one query and keeps the best.
type ranker struct {
	*evaluation
	plan   plan
	newest bool
	keep   int
	best   []scored // a heap: the worst of the best is first
}

// rank gives the best matches in order.
func (e *evaluation) rank(p plan, m matches, newest bool, keep int) ([]scored, error) {
	r := &ranker{evaluation: e, plan: p, newest: newest, keep: max(keep, closelyRead)}
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
		if err := r.readClosely(keep); err != nil {
			return nil, err
		}
	}
	return r.best[:min(keep, len(r.best))], nil
}

// leaf scores the given documents of one leaf and offers them.
func (r *ranker) leaf(leaf int, docs *roaring.Bitmap, some bool) error {
	if docs == nil || docs.IsEmpty() {
		return nil
	}
	l := r.leaves[leaf]
	days, err := l.Number(segment.DayField)
	if err != nil {
		return err
	}
	sunk, err := l.Docs(segment.FlagField, segment.SunkFlag)
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
	docs.Iterate(func(doc uint32) bool {
		s := scored{leaf: leaf, doc: doc, some: some, score: scores[doc], day: days[doc]}
		if sunk != nil && sunk.Contains(doc) {
			s.score *= sunkShare
		}
		r.offer(s)
		scores[doc] = 0
		return true
	})
	return nil
}

// scratch lends slices of zeros by document of a leaf; who borrows them leaves
// zeros behind. A query that fails half way drops its scratch.
type scratch struct {
	scores, sums []float32
}

func (s *scratch) of(size int) (scores, sums []float32) {
	if len(s.scores) < size {
		s.scores, s.sums = make([]float32, size), make([]float32, size)
	}
	return s.scores[:size], s.sums[:size]
}

// compare puts the better of two first: all words before some, then score, then
// the newer, then the id. With newest it is date and id alone.
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

// id reads a document's id once. A damaged one counts as empty here; it is found
// again, and reported, when the hit is shown.
func (r *ranker) id(s *scored) string {
	if s.id == "" {
		s.id, _ = r.leaves[s.leaf].ID(s.doc)
	}
	return s.id
}

// offer keeps s if it is among the best so far.
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

func (r *ranker) sort() {
	slices.SortFunc(r.best, func(a, b scored) int { return r.compare(&a, &b) })
}

// readClosely raises the best documents that have words of the query side by
// side, in their order (the ordered pairs of Metzler and Croft 2005, "A Markov
// random field model for term dependencies"), and sorts them again.
// Those that could not come among the first keep even so are not read.
func (r *ranker) readClosely(keep int) error {
	if len(r.plan.nearby) == 0 {
		return nil
	}
	top := r.best[:min(closelyRead, len(r.best))]
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
	for i, l := range r.leaves {
		c := closeReader{Reader: l, docs: roaring.New(), have: make(map[string]*roaring.Bitmap)}
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

// closeReader reads the positions of some documents of a leaf.
type closeReader struct {
	*segment.Reader
	docs *roaring.Bitmap
	have map[string]*roaring.Bitmap // word -> those of docs that have it as a token
}

// read sums what the groups are worth that stand side by side in a document.
func (c *closeReader) read(doc uint32, groups []nearby) (worth float32, err error) {
	var present []nearby
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

func (c *closeReader) hasAll(doc uint32, words []string) (bool, error) {
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
