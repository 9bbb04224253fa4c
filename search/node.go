package search

import (
	"cmp"
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/postern/postern/search/segment"
)

// evaluation is the evaluation of one query on one snapshot.
type evaluation struct {
	// Has the query's deadline; checked between steps.
	ctx    context.Context
	leaves []*segment.Reader // the segments
	// Number of documents that are not deleted.
	documents uint64
	scratch   *scratch
	joins     *segment.Joins
}

// node is a condition. match returns the documents of within, in a leaf, that meet it;
// nil for none. The argument and the result must not be changed.
type node interface {
	match(e *evaluation, leaf int, within *roaring.Bitmap) (*roaring.Bitmap, error)
}

// match returns the documents that have at least one term of the unit.
func (u *unit) match(_ *evaluation, leaf int, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	return segment.Intersect(u.docs[leaf], within), nil
}

// allOf matches if every node does.
type allOf []node

// match narrows within by each node and stops when nothing is left.
func (n allOf) match(e *evaluation, leaf int, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	for _, c := range n {
		var err error
		if within, err = c.match(e, leaf, within); err != nil || within == nil || within.IsEmpty() {
			return nil, err
		}
	}
	return within, nil
}

// anyOf matches if at least one node does.
type anyOf []node

// match returns the union of the matches.
func (n anyOf) match(e *evaluation, leaf int, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	var sets []*roaring.Bitmap
	for _, c := range n {
		s, err := c.match(e, leaf, within)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	return segment.Union(sets...), nil
}

// noneOf matches if its node does not.
type noneOf struct{ node node }

// match returns the documents of within that the node does not match.
func (n noneOf) match(e *evaluation, leaf int, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	s, err := n.node.match(e, leaf, within)
	if err != nil || s == nil || within == nil {
		return within, err
	}
	return roaring.AndNot(within, s), nil
}

// keywordIs matches if the field has one of the terms, which terms reads from the
// dictionary of each leaf.
type keywordIs struct {
	field string
	terms func(l *segment.Reader) ([]string, error)
}

// match returns the union of the posting lists of the terms, within within.
func (n keywordIs) match(e *evaluation, leaf int, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	l := e.leaves[leaf]
	terms, err := n.terms(l)
	if err != nil {
		return nil, err
	}
	sets := make([]*roaring.Bitmap, 0, len(terms))
	for i, t := range terms {
		if i%checkEvery == 0 && e.ctx.Err() != nil {
			return nil, e.ctx.Err()
		}
		s, err := l.Docs(n.field, t)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	return segment.Intersect(segment.Union(sets...), within), nil
}

// numberIs matches if the document has the number and it passes the test.
type numberIs struct {
	field string
	test  func(n int64) bool
}

// match tests the column of the field. Documents without the number never match.
func (n numberIs) match(e *evaluation, leaf int, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	if within == nil {
		return nil, nil
	}
	column, err := e.leaves[leaf].Number(n.field)
	if err != nil {
		return nil, err
	}
	out := roaring.New()
	within.Iterate(func(doc uint32) bool {
		if v := column[doc]; v != segment.UnknownNumber && n.test(v) {
			out.Add(doc)
		}
		return true
	})
	return out, nil
}

// checkEvery is the number of small steps between two checks of the deadline.
const checkEvery = 256

// phrase matches if its words are adjacent, in order. Every document with the phrase has
// all units of narrow, which are cheaper to evaluate than positions.
type phrase struct {
	words  []string
	narrow []*unit
}

// sort orders narrow by the number of documents, the fewest first.
func (n *phrase) sort() {
	slices.SortStableFunc(n.narrow, func(a, b *unit) int { return cmp.Compare(a.found, b.found) })
}

// match narrows within by the posting lists of the words, which is cheap, before it
// verifies positions document by document.
func (n *phrase) match(e *evaluation, leaf int, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	for _, u := range n.narrow {
		if within = segment.Intersect(u.docs[leaf], within); within == nil || within.IsEmpty() {
			return nil, nil
		}
	}
	// HasPhrase is exact only for words that the document has.
	l := e.leaves[leaf]
	for _, w := range n.words {
		var err error
		if within, err = l.Tokens(w, within); err != nil || within == nil {
			return nil, err
		}
	}
	if len(n.words) == 1 {
		return within, nil
	}
	// Reading positions takes most of the time of a phrase query.
	out := roaring.New()
	it := within.Iterator()
	for step := 0; it.HasNext(); step++ {
		if step%checkEvery == 0 && e.ctx.Err() != nil {
			return nil, e.ctx.Err()
		}
		doc := it.Next()
		found, err := l.HasPhrase(doc, n.words)
		if err != nil {
			return nil, err
		}
		if found {
			out.Add(doc)
		}
	}
	return out, nil
}

// nothing matches no document.
type nothing struct{}

// match returns nil.
func (nothing) match(*evaluation, int, *roaring.Bitmap) (*roaring.Bitmap, error) { return nil, nil }
