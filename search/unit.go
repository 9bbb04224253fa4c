package search

import (
	"github.com/RoaringBitmap/roaring/v2"

	"github.com/postern/postern/search/segment"
)

// unit is the smallest part of a query that is matched and scored: a word in all its
// forms, a bigram, or a word with the spellings or synonyms that replace it.
type unit struct {
	terms []string
	// first is how many of the terms are the word itself; the others are synonyms, which
	// have a lower weight. 0 means all.
	first int
	// Its worth as a share of its idf; 0 if it is not scored.
	share float32
	idf   float32
	// Number of documents that have it.
	found uint64
	lists [][]weighted // by leaf
	// By leaf; nil for none.
	docs []*roaring.Bitmap
}

// weighted is a posting list and the weight of its occurrences.
type weighted struct {
	segment.Postings
	weight float32
}

// load reads the posting lists of the terms in every leaf.
func (u *unit) load(e *evaluation) error {
	u.lists = make([][]weighted, len(e.leaves))
	u.docs = make([]*roaring.Bitmap, len(e.leaves))
	u.found = 0
	for i, l := range e.leaves {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		sets := make([]*roaring.Bitmap, 0, len(u.terms))
		for j, t := range u.terms {
			p, err := l.Postings(segment.TermField, t)
			if err != nil {
				return err
			}
			if p.Docs != nil {
				w := weighted{p, 1}
				if u.first > 0 && j >= u.first {
					w.weight = synonymShare
				}
				u.lists[i] = append(u.lists[i], w)
				sets = append(sets, p.Docs)
			}
		}
		u.docs[i] = segment.Union(sets...)
		u.found += l.Cardinality(u.docs[i])
	}
	u.idf = float32(idf(e.documents, u.found))
	return nil
}

// worth returns the limit of the unit's score in a document, without the factor k1+1.
func (u *unit) worth() float32 { return u.idf * u.share }

// score adds the unit's score to those of the wanted documents of a leaf. sums is
// scratch of the leaf's size, all zero before and after.
func (u *unit) score(leaf int, wanted *roaring.Bitmap, scores, sums []float32) error {
	lists := u.lists[leaf]
	if len(lists) == 0 {
		return nil
	}
	units, worth := segment.UnitTable(), u.worth()
	// With one list, as for most words, the weight of a document is in one posting.
	if len(lists) == 1 {
		weight := lists[0].weight
		return lists[0].Each(wanted, func(doc uint32, freq, norm uint8) {
			scores[doc] += worth * saturate(weight*segment.Units(freq)*units[norm])
		})
	}
	// With several, the weights are summed before they saturate.
	for _, p := range lists {
		err := p.Each(wanted, func(doc uint32, freq, norm uint8) {
			sums[doc] += p.weight * segment.Units(freq) * units[norm]
		})
		if err != nil {
			return err
		}
	}
	if hits := segment.Intersect(u.docs[leaf], wanted); hits != nil {
		hits.Iterate(func(doc uint32) bool {
			scores[doc] += worth * saturate(sums[doc])
			sums[doc] = 0
			return true
		})
	}
	return nil
}

// worths returns the terms of the units with their largest worth, for snippets.
func worths(units []*unit) map[string]float32 {
	out := make(map[string]float32)
	for _, u := range units {
		for _, t := range u.terms {
			out[t] = max(out[t], u.worth())
		}
	}
	return out
}
