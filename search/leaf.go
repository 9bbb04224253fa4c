package search

import (
	"fmt"
	"math"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/positions"
)

// leaf is one immutable segment of a snapshot, as a query sees it. Documents are
// numbered from 0 within it. Bitmaps that a leaf hands out are shared: they are
// read, never changed.
type leaf struct {
	snap    *scorch.SegmentSnapshot
	columns *columns
	dicts   map[string]segment.TermDictionary
}

func newLeaf(s *scorch.SegmentSnapshot, c *columns) *leaf {
	return &leaf{snap: s, columns: c, dicts: make(map[string]segment.TermDictionary, 4)}
}

// size is the number of documents, deleted ones included.
func (l *leaf) size() int { return int(l.snap.Segment().Count()) }

func (l *leaf) dict(field string) (segment.TermDictionary, error) {
	if d, ok := l.dicts[field]; ok {
		return d, nil
	}
	d, err := l.snap.Segment().Dictionary(field)
	if err != nil {
		return nil, fmt.Errorf("dictionary of %s: %w", field, err)
	}
	l.dicts[field] = d
	return d, nil
}

// postings is the list of documents that have one term, and its weights.
type postings struct {
	leaf *leaf
	term string
	docs *roaring.Bitmap // deleted documents included; nil for none
	list segment.PostingsList
}

// postings looks a term up.
func (l *leaf) postings(field, term string) (postings, error) {
	d, err := l.dict(field)
	if err != nil {
		return postings{}, err
	}
	list, err := d.PostingsList([]byte(term), nil, nil)
	if err != nil {
		return postings{}, fmt.Errorf("postings of %s:%q: %w", field, term, err)
	}
	it := list.Iterator(false, false, false, nil)
	opt, ok := it.(segment.OptimizablePostingsIterator)
	if !ok {
		return postings{}, fmt.Errorf("postings of %s:%q: a %T has no bitmap", field, term, it)
	}
	if doc, one := opt.DocNum1Hit(); one {
		return postings{leaf: l, term: term, docs: roaring.BitmapOf(uint32(doc)), list: list}, nil
	}
	docs := opt.ActualBitmap()
	if docs == nil || docs.IsEmpty() {
		return postings{}, nil
	}
	return postings{leaf: l, term: term, docs: docs, list: list}, nil
}

// maxFrequency is the highest frequency that counts, odd as those of tokens are;
// a score is within a hundredth of its bound there.
const maxFrequency = 255

// read is each without the kept lists. hits are documents of the list.
func (p postings) read(hits *roaring.Bitmap, fn func(doc uint32, freq, norm uint8)) error {
	it := p.list.Iterator(true, true, false, nil)
	if hits.GetCardinality() < p.docs.GetCardinality() {
		it.(segment.OptimizablePostingsIterator).ReplaceActual(hits)
	}
	for {
		hit, err := it.Next()
		if err != nil {
			return fmt.Errorf("reading postings: %w", err)
		}
		if hit == nil {
			return nil
		}
		freq := hit.Frequency()
		if freq > maxFrequency {
			freq = maxFrequency - 1 + freq%2
		}
		fn(uint32(hit.Number()), uint8(freq), uint8(min(normOf(hit), maxUnitCode)))
	}
}

// normOf reads the norm as it was stored; Norm itself gives 1/sqrt of it.
func normOf(hit segment.Posting) uint32 {
	if p, ok := hit.(interface{ NormUint64() uint64 }); ok {
		return uint32(p.NormUint64())
	}
	n := hit.Norm()
	return uint32(math.Round(1 / (n * n)))
}

// tokens gives the documents among wanted whose text has the word as a token: the
// word itself, not another with its stem.
func (l *leaf) tokens(word string, wanted *roaring.Bitmap) (*roaring.Bitmap, error) {
	if analysis.Stem(word) != word {
		docs, err := l.docs(wordField, word)
		return intersect(docs, wanted), err
	}
	p, err := l.postings(termField, word)
	if err != nil {
		return nil, err
	}
	out := roaring.New()
	err = p.each(wanted, func(doc uint32, freq, _ uint8) {
		if freq%2 == 1 {
			out.Add(doc)
		}
	})
	return out, err
}

// docs is the bitmap of one keyword; nil for none.
func (l *leaf) docs(field, term string) (*roaring.Bitmap, error) {
	p, err := l.postings(field, term)
	return p.docs, err
}

// terms calls fn with the terms of a field from the first >= from on, in byte
// order, until fn returns false. An empty from is the first term of all.
func (l *leaf) terms(field, from string, fn func(term string) bool) error {
	return l.search(field, nil, from, fn)
}

// search is terms for those that an automaton accepts; nil accepts all.
func (l *leaf) search(field string, a segment.Automaton, from string, fn func(term string) bool) error {
	d, err := l.dict(field)
	if err != nil {
		return err
	}
	var start []byte
	if from != "" {
		start = []byte(from)
	}
	it := iterate(d, a, start)
	for {
		e, err := it.Next()
		if err != nil {
			return fmt.Errorf("terms of %s: %w", field, err)
		}
		if e == nil || !fn(e.Term) {
			return nil
		}
	}
}

// iterate prefers the iterator that does not read each term's postings.
func iterate(d segment.TermDictionary, a segment.Automaton, start []byte) segment.DictionaryIterator {
	type light interface {
		AutomatonIteratorOmitCount(a segment.Automaton, start, end []byte) segment.DictionaryIterator
	}
	if d, ok := d.(light); ok {
		return d.AutomatonIteratorOmitCount(a, start, nil)
	}
	return d.AutomatonIterator(a, start, nil)
}

// id is the document's id.
func (l *leaf) id(doc uint32) (string, error) {
	b, err := l.snap.DocID(uint64(doc))
	if err != nil {
		return "", fmt.Errorf("id of document %d: %w", doc, err)
	}
	return string(b), nil
}

// hasPhrase verifies a phrase; every word must be known to be in the document.
func (l *leaf) hasPhrase(doc uint32, words []string) (found bool, err error) {
	err = l.positions(doc, func(data []byte) { found = positions.Contains(data, words) })
	return found, err
}

// positions calls fn with the encoded positions of a document, valid during the
// call.
func (l *leaf) positions(doc uint32, fn func(data []byte)) error {
	err := l.snap.VisitDocument(uint64(doc), func(field string, _ byte, value []byte, _ []uint64) bool {
		if field == posField {
			fn(value)
		}
		return true // a false here makes the engine return a buffer twice
	})
	if err != nil {
		return fmt.Errorf("positions of document %d: %w", doc, err)
	}
	return nil
}

// union joins bitmaps without changing any; nil for none.
func union(sets ...*roaring.Bitmap) *roaring.Bitmap {
	var some []*roaring.Bitmap
	for _, s := range sets {
		if s != nil && !s.IsEmpty() {
			some = append(some, s)
		}
	}
	switch len(some) {
	case 0:
		return nil
	case 1:
		return some[0]
	case 2:
		return roaring.Or(some[0], some[1])
	}
	return roaring.FastOr(some...)
}

// intersect meets two bitmaps; nil is the empty one.
func intersect(a, b *roaring.Bitmap) *roaring.Bitmap {
	if a == nil || b == nil {
		return nil
	}
	return roaring.And(a, b)
}

// cardinality counts the documents of a set that are not deleted.
func (l *leaf) cardinality(set *roaring.Bitmap) uint64 {
	if set == nil {
		return 0
	}
	n := set.GetCardinality()
	if del := l.snap.Deleted(); del != nil {
		n -= set.AndCardinality(del)
	}
	return n
}

// alive is the set of all documents that are not deleted.
func (l *leaf) alive() *roaring.Bitmap {
	all := roaring.New()
	all.AddRange(0, uint64(l.size()))
	if del := l.snap.Deleted(); del != nil {
		all.AndNot(del)
	}
	return all
}
