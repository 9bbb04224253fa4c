package library

import (
	"cmp"
	"context"
	"slices"

	"github.com/postern/postern/portal/base/kv"
)

// Seq numbers the state of the library: equal numbers mean equal answers.
func (l *Library) Seq(ctx context.Context) (n uint64, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		s, err := r.Seq()
		n = uint64(s)
		return err
	})
	return n, err
}

// countedList bounds how many documents are read to count within a filter.
const countedList = 100_000

// Counts gives the values of a facet among the documents that the filter
// admits, most frequent first. Without a filter the kept counts answer; with one
// the documents are read.
func (l *Library) Counts(ctx context.Context, facet string, f Filter) ([]Count, error) {
	f.Limit, f.Cursor = 0, ""
	if f == (Filter{}) || f == (Filter{Archived: true}) {
		return l.keptCounts(ctx, facet)
	}
	n := map[string]int{}
	err := l.opt.DB.View(ctx, func(r kv.Reader) error {
		f.Limit = countedList
		return walk(r, f, func(_ []byte, _ string, rec storedRecord) bool {
			for _, x := range rec.facets() {
				if x[0] == facet {
					n[x[1]]++
				}
			}
			return true
		})
	})
	out := make([]Count, 0, len(n))
	for v, k := range n {
		out = append(out, Count{Value: v, N: k})
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Value, b.Value)) })
	return out, err
}
