package search

import (
	"cmp"

	"github.com/RoaringBitmap/roaring/v2"
)

// unit is the smallest thing that is matched and scored: a word in all its forms,
// a bigram, or a word with the neighbours that stand in for it.
type unit struct {
	terms []string
	share float32 // of its idf that it is worth; 0 stands for 1
	idf   float32
	found uint64 // documents that have it
	lists [][]postings
	docs  []*roaring.Bitmap // by leaf; nil for none
}

// load looks the terms up in every leaf.
func (u *unit) load(e *evaluation) error {
	u.lists = make([][]postings, len(e.leaves))
	u.docs = make([]*roaring.Bitmap, len(e.leaves))
	u.found = 0
	for i, l := range e.leaves {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		sets := make([]*roaring.Bitmap, 0, len(u.terms))
		for _, t := range u.terms {
			p, err := l.postings(termField, t)
			if err != nil {
				return err
			}
			if p.docs != nil {
				u.lists[i] = append(u.lists[i], p)
				sets = append(sets, p.docs)
			}
		}
		u.docs[i] = union(sets...)
		u.found += l.cardinality(u.docs[i])
	}
	u.idf = float32(idf(e.documents, u.found)) * cmp.Or(u.share, 1)
	return nil
}

// score adds what the unit is worth to the scores of the wanted documents of a
// leaf. sums is scratch of the leaf's size, all zero before and after.
func (u *unit) score(leaf int, wanted *roaring.Bitmap, scores, sums []float32) error {
	lists := u.lists[leaf]
	if len(lists) == 0 {
		return nil
	}
	units := unitTable()
	if len(lists) == 1 {
		return lists[0].each(wanted, func(doc uint32, freq uint64, norm uint32) {
			scores[doc] += u.idf * saturate(float32((freq+1)/2)*units[norm])
		})
	}
	for _, p := range lists {
		err := p.each(wanted, func(doc uint32, freq uint64, norm uint32) {
			sums[doc] += float32((freq+1)/2) * units[norm]
		})
		if err != nil {
			return err
		}
	}
	if hits := intersect(u.docs[leaf], wanted); hits != nil {
		hits.Iterate(func(doc uint32) bool {
			scores[doc] += u.idf * saturate(sums[doc])
			sums[doc] = 0
			return true
		})
	}
	return nil
}
