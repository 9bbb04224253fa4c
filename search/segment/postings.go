package segment

import (
	"fmt"
	"math"

	"github.com/RoaringBitmap/roaring/v2"
	api "github.com/blevesearch/scorch_segment_api/v2"
)

// Postings is the list of documents that have one term, and the term's weight in each.
type Postings struct {
	of   *Reader
	term string
	Docs *roaring.Bitmap // deleted documents included; nil for none
	list api.PostingsList
}

// Postings returns the posting list of a term. It is valid as long as the snapshot.
func (r *Reader) Postings(field, term string) (Postings, error) {
	d, err := r.dict(field)
	if err != nil {
		return Postings{}, err
	}
	list, err := d.PostingsList([]byte(term), nil, nil)
	if err != nil {
		return Postings{}, fmt.Errorf("postings of %s:%q: %w", field, term, err)
	}
	it := list.Iterator(false, false, false, nil)
	opt, ok := it.(api.OptimizablePostingsIterator)
	if !ok {
		return Postings{}, fmt.Errorf("postings of %s:%q: a %T has no bitmap", field, term, it)
	}
	if doc, one := opt.DocNum1Hit(); one {
		return Postings{of: r, term: term, Docs: roaring.BitmapOf(uint32(doc)), list: list}, nil
	}
	docs := opt.ActualBitmap()
	if docs == nil || docs.IsEmpty() {
		return Postings{}, nil
	}
	return Postings{of: r, term: term, Docs: docs, list: list}, nil
}

// maxFrequency is the highest frequency that counts; a score is within one percent of
// its limit there. It is odd, as frequencies of tokens are.
const maxFrequency = 255

// read is Each without the retained lists. hits is a subset of the list.
func (p Postings) read(hits *roaring.Bitmap, fn func(doc uint32, freq, norm uint8)) error {
	it := p.list.Iterator(true, true, false, nil)
	if hits.GetCardinality() < p.Docs.GetCardinality() {
		it.(api.OptimizablePostingsIterator).ReplaceActual(hits)
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
		fn(uint32(hit.Number()), uint8(freq), uint8(min(normOf(hit), MaxUnitCode)))
	}
}

// normOf returns the norm as it was stored; Norm itself returns 1/sqrt of it.
func normOf(hit api.Posting) uint32 {
	if p, ok := hit.(interface{ NormUint64() uint64 }); ok {
		return uint32(p.NormUint64())
	}
	n := hit.Norm()
	return uint32(math.Round(1 / (n * n)))
}

// weights returns the frequencies and norms of a list by document. It returns nil if
// reading the wanted hits from the segment is faster: the list is short, or most of it
// is wanted. hits is the number of wanted documents.
func (p Postings) weights(hits uint64) ([]uint16, error) {
	size, all := p.of.Size(), p.Docs.GetCardinality()
	if size < denseFrom || all*denseShare < uint64(size) {
		return nil, nil
	}
	if hits*denseWorth >= all {
		return p.of.columns.dense.retained(p.term), nil
	}
	return p.of.columns.dense.of(p.term, func() ([]uint16, error) {
		out := make([]uint16, size)
		err := p.read(p.Docs, func(doc uint32, freq, norm uint8) {
			if int(doc) < size {
				out[doc] = uint16(freq)<<8 | uint16(norm)
			}
		})
		return out, err
	})
}

// Each calls fn with the documents of the list that are in wanted, in order, and their
// stored frequency and norm (see Units and UnitTable).
func (p Postings) Each(wanted *roaring.Bitmap, fn func(doc uint32, freq, norm uint8)) error {
	hits := Intersect(p.Docs, wanted)
	if hits == nil || hits.IsEmpty() {
		return nil
	}
	weights, err := p.weights(hits.GetCardinality())
	if err != nil {
		return err
	}
	if weights == nil {
		return p.read(hits, fn)
	}
	for it := hits.Iterator(); it.HasNext(); {
		doc := it.Next()
		if int(doc) < len(weights) { // damaged data must not read outside
			fn(doc, uint8(weights[doc]>>8), uint8(weights[doc]))
		}
	}
	return nil
}
