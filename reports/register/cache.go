package register

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

const (
	// kept is how many windows of one view are kept: those that people look at.
	kept = 8
	// Stale is for how long a view may be wrong that is given while the next one is
	// being made.
	Stale = 5 * time.Second
)

// state is what a view was made of.
type state struct{ feeds, documents, services, own uint64 }

// window is a span that a view was made for.
type window struct{ from, to time.Time }

func (w window) is(o window) bool { return w.from.Equal(o.from) && w.to.Equal(o.to) }

// cache keeps the newest windows of one view. One reader makes a view that is
// wrong by now, so that many readers of a stale page cost one fold. The others are
// given the last view meanwhile, if it was right less than Stale ago; nobody waits
// for a lock that is held while something is read or folded.
type cache[T any] struct {
	mu    sync.Mutex // guards what follows, for moments
	views []view[T]  // last used first
	folds []*fold
}

type view[T any] struct {
	window
	state
	value T
	right time.Time // when it was last known to be right
}

// fold is a view in the making.
type fold struct {
	window
	done chan struct{}
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
// kinds are those of the feeds that it reads. build is given a Register that reads
// nothing stale: what is made of a stale view would be kept as a right one.
func (c *cache[T]) get(ctx context.Context, r *Register, w window, kinds []string, build func(exact *Register) (T, error)) (T, error) {
	var none T
	for {
		at := r.opt.Now()
		now, err := r.state(ctx)
		if err != nil {
			return none, err
		}
		v, known := c.find(w)
		if known {
			fresh, err := r.fresh(ctx, v.state, now, kinds)
			if err != nil {
				return none, err
			}
			if fresh {
				v.state, v.right = now, at
				c.keep(v)
				return v.value, nil
			}
		}
		f, mine := c.begin(w)
		if mine {
			return c.fold(f, view[T]{window: w, state: now, right: at}, func() (T, error) {
				if v, ok := c.find(w); ok && v.state == now {
					return v.value, nil // made since this one looked
				}
				return build(r.Exact())
			})
		}
		if known && r.mayBeStale(v.state, now) && at.Sub(v.right) < Stale && !at.Before(v.right) {
			return v.value, nil
		}
		select {
		case <-f.done: // made of a state that may have moved since: look again
		case <-ctx.Done():
			return none, fault.Wrap(fault.Timeout, "register.get", "the request ended while the incidents were being put together", ctx.Err())
		}
	}
}

// fold makes a view and keeps it, and tells those who wait, whatever comes of it.
// What is folded comes from outside and is folded in goroutines of jobs as well: a
// panic is an error of who asked, and not the end of the portal at every start.
func (c *cache[T]) fold(f *fold, v view[T], build func() (T, error)) (value T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fault.Internal, "register.fold", "", fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.folds = slices.DeleteFunc(c.folds, func(o *fold) bool { return o == f })
		close(f.done)
	}()
	value, err = build()
	if err == nil {
		v.value = value
		c.keep(v)
	}
	return value, err
}

// find is the newest view of a window.
func (c *cache[T]) find(w window) (v view[T], ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range c.views {
		if v.is(w) {
			return v, true
		}
	}
	return v, false
}

// keep puts a view first, instead of an older one of its window.
func (c *cache[T]) keep(v view[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.views, func(o view[T]) bool { return o.is(v.window) })
	switch {
	case i >= 0 && c.views[i].right.After(v.right):
		v = c.views[i] // somebody was faster
		fallthrough
	case i >= 0:
		c.views = slices.Delete(c.views, i, i+1)
	case len(c.views) == kept:
		c.views = c.views[:kept-1]
	}
	c.views = slices.Insert(c.views, 0, v)
}

// begin gives the fold of a window that is under way, or a new one, which is the
// caller's to make.
func (c *cache[T]) begin(w window) (f *fold, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.folds {
		if f.is(w) {
			return f, false
		}
	}
	f = &fold{w, make(chan struct{})}
	c.folds = append(c.folds, f)
	return f, true
}

// mayBeStale tells whether a view of an older state will do for a moment: only
// feeds moved, which are late by nature. Who changed something by hand sees it.
func (r *Register) mayBeStale(was, now state) bool {
	was.feeds = now.feeds
	return !r.exact && was == now
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
