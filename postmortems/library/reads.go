package library

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/postern/postern/portal/base/kv"
)

// mostReadKept is the length of the most-read list: the home page shows fewer, and some
// of the documents may have been removed since.
const mostReadKept = 50

// reads counts page views in memory and adds them to the database periodically, so that
// a view costs no disk write. A crash loses the views since the last flush; no other
// data depends on them.
type reads struct {
	mu      sync.Mutex
	pending map[string]uint64
	top     []string // ids, most read first; nil until loaded
}

// MarkRead counts one page view. It never waits for the disk. An id that does not exist
// is counted and has no effect on the list.
func (l *Library) MarkRead(id string) {
	l.reads.mu.Lock()
	defer l.reads.mu.Unlock()
	l.reads.pending[id]++
}

// FlushReads stores the views counted since the last call. After an error the views are
// counted again with the next call. A count that cannot be read is skipped.
func (l *Library) FlushReads(ctx context.Context) error {
	l.reads.mu.Lock()
	pending := l.reads.pending
	l.reads.pending = map[string]uint64{}
	l.reads.mu.Unlock()
	if len(pending) == 0 {
		return nil
	}
	err := l.opt.DB.Update(ctx, func(w kv.Writer) error {
		for id, n := range pending {
			if err := kv.AddNumber(w, bReads, []byte(id), n); err != nil && !kv.Unreadable(err) {
				return err
			}
		}
		return nil
	})
	l.reads.mu.Lock()
	defer l.reads.mu.Unlock()
	if err != nil { // restored for the next attempt
		for id, n := range pending {
			l.reads.pending[id] += n
		}
		return err
	}
	l.reads.top = nil
	return nil
}

// MostRead returns the documents with the most page views, most first. Documents with
// equal counts are in the order of their ids. The list changes only with FlushReads.
func (l *Library) MostRead(ctx context.Context, limit int) ([]Record, error) {
	ids, err := l.topRead(ctx)
	if err != nil {
		return nil, err
	}
	out, err := l.Many(ctx, ids)
	return out[:min(limit, len(out))], err
}

// topRead returns the ids of the most-read list. The caller must not change the result,
// which is shared.
func (l *Library) topRead(ctx context.Context) ([]string, error) {
	l.reads.mu.Lock()
	top := l.reads.top
	l.reads.mu.Unlock()
	if top != nil {
		return top, nil
	}
	counts := map[string]uint64{}
	err := l.opt.DB.View(ctx, func(r kv.Reader) error {
		for item, err := range r.Scan(bReads, nil, nil) {
			if err != nil {
				return err
			}
			if n, ok := kv.NumberOf(item.Value); ok {
				counts[string(item.Key)] = n
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	top = slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	top = slices.Clone(top[:min(mostReadKept, len(top))])
	if top == nil {
		top = []string{}
	}
	l.reads.mu.Lock()
	defer l.reads.mu.Unlock()
	l.reads.top = top
	return top, nil
}
