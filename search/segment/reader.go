package segment

import (
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	api "github.com/blevesearch/scorch_segment_api/v2"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/positions"
)

// Reader reads one immutable segment of a snapshot for one query, in one goroutine.
// Documents are numbered from 0 within the segment. Bitmaps that a Reader returns are
// shared: callers must not change them.
type Reader struct {
	snap    *scorch.SegmentSnapshot
	columns *columns
	dicts   map[string]api.TermDictionary
}

func newReader(s *scorch.SegmentSnapshot, c *columns) *Reader {
	return &Reader{snap: s, columns: c, dicts: make(map[string]api.TermDictionary, 4)}
}

// Size returns the number of documents, deleted ones included.
func (r *Reader) Size() int { return int(r.snap.Segment().Count()) }

// dict returns the dictionary of a field and retains it for the query.
func (r *Reader) dict(field string) (api.TermDictionary, error) {
	if d, ok := r.dicts[field]; ok {
		return d, nil
	}
	d, err := r.snap.Segment().Dictionary(field)
	if err != nil {
		return nil, fmt.Errorf("dictionary of %s: %w", field, err)
	}
	r.dicts[field] = d
	return d, nil
}

// Tokens returns the documents of wanted whose text has the word as a token: the word
// itself, not another with the same stem.
func (r *Reader) Tokens(word string, wanted *roaring.Bitmap) (*roaring.Bitmap, error) {
	if analysis.Stem(word) != word {
		docs, err := r.Docs(WordField, word)
		return Intersect(docs, wanted), err
	}
	p, err := r.Postings(TermField, word)
	if err != nil {
		return nil, err
	}
	out := roaring.New()
	err = p.Each(wanted, func(doc uint32, freq, _ uint8) {
		if freq%2 == 1 {
			out.Add(doc)
		}
	})
	return out, err
}

// Docs returns the documents that have a term, deleted ones included; nil for none.
func (r *Reader) Docs(field, term string) (*roaring.Bitmap, error) {
	p, err := r.Postings(field, term)
	return p.Docs, err
}

// Terms calls fn with the terms of a field that are >= from, in byte order, until fn
// returns false.
func (r *Reader) Terms(field, from string, fn func(term string) bool) error {
	return r.Search(field, nil, from, fn)
}

// Search is Terms for the terms that an automaton accepts; nil accepts all.
func (r *Reader) Search(field string, a api.Automaton, from string, fn func(term string) bool) error {
	d, err := r.dict(field)
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

// iterate prefers the iterator that does not read the postings of each term.
func iterate(d api.TermDictionary, a api.Automaton, start []byte) api.DictionaryIterator {
	type light interface {
		AutomatonIteratorOmitCount(a api.Automaton, start, end []byte) api.DictionaryIterator
	}
	if d, ok := d.(light); ok {
		return d.AutomatonIteratorOmitCount(a, start, nil)
	}
	return d.AutomatonIterator(a, start, nil)
}

// ID returns the id of a document.
func (r *Reader) ID(doc uint32) (string, error) {
	b, err := r.snap.DocID(uint64(doc))
	if err != nil {
		return "", fmt.Errorf("id of document %d: %w", doc, err)
	}
	return string(b), nil
}

// HasPhrase reports whether a document has a phrase. Every word must be known to be in
// the document.
func (r *Reader) HasPhrase(doc uint32, words []string) (found bool, err error) {
	err = r.Positions(doc, func(data []byte) { found = positions.Contains(data, words) })
	return found, err
}

// Positions calls fn with the encoded positions of a document, which are valid during
// the call.
func (r *Reader) Positions(doc uint32, fn func(data []byte)) error {
	err := r.snap.VisitDocument(uint64(doc), func(field string, _ byte, value []byte, _ []uint64) bool {
		if field == PosField {
			fn(value)
		}
		return true // a false here makes the engine return a buffer twice
	})
	if err != nil {
		return fmt.Errorf("positions of document %d: %w", doc, err)
	}
	return nil
}

// Cardinality returns the number of documents of a set that are not deleted.
func (r *Reader) Cardinality(set *roaring.Bitmap) uint64 {
	if set == nil {
		return 0
	}
	n := set.GetCardinality()
	if del := r.snap.Deleted(); del != nil {
		n -= set.AndCardinality(del)
	}
	return n
}

// Count returns the number of documents that are not deleted.
func (r *Reader) Count() uint64 { return r.snap.Count() }

// Alive returns all documents that are not deleted.
func (r *Reader) Alive() *roaring.Bitmap {
	all := roaring.New()
	all.AddRange(0, uint64(r.Size()))
	if del := r.snap.Deleted(); del != nil {
		all.AndNot(del)
	}
	return all
}
