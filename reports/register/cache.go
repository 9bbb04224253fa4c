package register

import (
	"context"
	"sync"
	"time"
)

// kept is how many windows of one view are kept: those that people look at.
const kept = 8

// state is what a view was made of.
type state struct{ feeds, documents, services, own uint64 }

// window is a span that a view was made for.
type window struct{ from, to time.Time }

// cache keeps the newest windows of one view. One goroutine makes a view at a
// time, so that many readers of a stale page cost one fold.
type cache[T any] struct {
	mu    sync.Mutex
	views []view[T] // last used first
}

type view[T any] struct {
	window
	state
	value T
}

// state reads the present numbers.
func (r *Register) state(ctx context.Context) (s state, err error) {
	if s.feeds, err = r.opt.Feeds.Seq(ctx); err != nil {
		return s, err
	}
	if s.documents, err = r.opt.Documents.Seq(ctx); err != nil {
		return s, err
	}
	if s.services, err = r.opt.Services.Seq(ctx); err != nil {
		return s, err
	}
	s.own, err = r.seq(ctx)
	return s, err
}

// get gives the view of a window, made anew when what it depends on has moved.
// kinds are those of the feeds that it reads.
func (c *cache[T]) get(ctx context.Context, r *Register, w window, kinds []string, build func() (T, error)) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var none T
	now, err := r.state(ctx)
	if err != nil {
		return none, err
	}
	for i, v := range c.views {
		if !v.from.Equal(w.from) || !v.to.Equal(w.to) {
			continue
		}
		fresh, err := r.fresh(ctx, v.state, now, kinds)
		if err != nil {
			return none, err
		}
		copy(c.views[1:i+1], c.views[:i])
		if v.state = now; fresh {
			c.views[0] = v
			return v.value, nil
		}
		c.views = c.views[1:]
		break
	}
	value, err := build()
	if err != nil {
		return none, err
	}
	c.views = append([]view[T]{{w, now, value}}, c.views[:min(len(c.views), kept-1)]...)
	return value, nil
}

// fresh tells whether a view of an older state still holds.
func (r *Register) fresh(ctx context.Context, was, now state, kinds []string) (bool, error) {
	feeds := was.feeds
	was.feeds = now.feeds
	if was != now {
		return false, nil
	}
	if feeds == now.feeds {
		return true, nil
	}
	for _, k := range kinds {
		if moved, err := r.opt.Feeds.Moved(ctx, k, feeds); moved || err != nil {
			return false, err
		}
	}
	return true, nil
}

// Seq moves with every edit, entry and decision that a person made.
func (r *Register) Seq(ctx context.Context) (n uint64, err error) { return r.seq(ctx) }
