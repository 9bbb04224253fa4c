package library

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
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

const (
	defaultActions = 500  // action items a list shows when nothing is asked
	maxActions     = 2000 // action items a list shows at most
	// countedList bounds how many documents are read to count within a filter.
	countedList = 100_000
)

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

// Actions lists action items over all documents by due date, those without one
// last.
func (l *Library) Actions(ctx context.Context, f ActionFilter) (out []ActionItem, err error) {
	docs, err := l.actionDocuments(ctx, f)
	if err != nil {
		return nil, err
	}
	for _, rec := range docs {
		d, err := l.content(ctx, rec.Revision.Blob, rec.Path)
		if err != nil {
			return nil, err
		}
		for _, a := range d.Actions {
			if f.admits(a) {
				out = append(out, ActionItem{Action: a, Document: rec})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b ActionItem) int { return compareDue(a.Action.Due, b.Action.Due) })
	if f.Limit <= 0 {
		f.Limit = defaultActions
	}
	return out[:min(len(out), f.Limit, maxActions)], nil
}

func (l *Library) actionDocuments(ctx context.Context, f ActionFilter) (out []Record, err error) {
	if f.Status == "open" && f.Service == "" {
		return l.WithOpenActions(ctx, countedList)
	}
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		return walk(r, Filter{Service: f.Service, Limit: countedList}, func(_ []byte, id string, rec storedRecord) bool {
			if rec.Actions > 0 {
				out = append(out, rec.record(id))
			}
			return true
		})
	})
	return out, err
}

func (f ActionFilter) admits(a postmortems.Action) bool {
	if f.Owner != "" && a.Owner != f.Owner {
		return false
	}
	switch f.Status {
	case "":
		return true
	case "open":
		return isOpen(a)
	}
	return a.Status == f.Status
}

func compareDue(a, b time.Time) int {
	switch {
	case a.Equal(b):
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}
