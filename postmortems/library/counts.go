package library

import (
	"cmp"
	"context"
	"slices"

	"github.com/postern/postern/portal/base/kv"
)

// Seq returns the number of the library's state: equal numbers mean equal content. It
// is the number of the whole database, so it also changes with writes of other
// packages. Caches and ETags use it.
func (l *Library) Seq(ctx context.Context) (n uint64, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		s, err := r.Seq()
		n = uint64(s)
		return err
	})
	return n, err
}

// countedList bounds how many documents are read to count those of a filter. Beyond it
// the counts would be too small; no knowledge base is near it.
const countedList = 100_000

// Counts returns the values of a facet among the documents that match the filter, most
// frequent first. Without a filter it returns the stored counts; with one it reads the
// documents. Limit and Cursor of the filter are ignored, and stored counts include
// archived documents. Values of equal frequency are in alphabetical order. facet is one
// of the exported constants; another one has no values.
func (l *Library) Counts(ctx context.Context, facet string, f Filter) ([]Count, error) {
	f.Limit, f.Cursor = 0, ""
	if f == (Filter{}) || f == (Filter{Archived: true}) {
		return l.storedCounts(ctx, facet)
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
