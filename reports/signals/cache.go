package signals

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
	// defaultFold is how long one fold may take, reading included, before it ends
	// with an error: ten times what the largest one takes on two busy cores.
	defaultFold = 60 * time.Second
	// defaultWeight is how many things the kept windows of one view may hold
	// together, when nothing else is configured.
	defaultWeight = 25_000
)

// state is what a view was made of.
type state struct{ feeds, documents, services, own uint64 }

// window is a span that a view was made for.
type window struct{ from, to time.Time }

func (w window) is(o window) bool { return w.from.Equal(o.from) && w.to.Equal(o.to) }

// cache keeps the newest windows of one view. One reader makes a view that is
// wrong by now, so that many readers of a stale page cost one fold. The others are
// given the last view meanwhile, if it was right less than Stale ago; no reader waits
// for a lock that is held while something is read or folded.
//
// One window at a time is folded, of all views, since what a fold holds is several
// times what is kept of it. A fold outlives the reader who asked for it, up to its
// own time limit.
type cache[T any] struct {
	weigh func(T) int // how many things a view holds

	mu    sync.Mutex // guards what follows, for moments
	views []view[T]  // last used first
	folds []*fold[T]
}

type view[T any] struct {
	window
	state
	value T
	wide  error     // fault.TooWide: the window holds too much, and value nothing
	right time.Time // when it was last known to be right
}

// fold is a view in the making.
type fold[T any] struct {
	window
	done  chan struct{}
	value T // and err, when done is closed
	err   error
}

// state reads the present numbers.
func (r *Store) state(ctx context.Context) (s state, err error) {
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
// kinds are those of the feeds that it reads. build is given a context that ends
// with the time of the fold, and a Register that reads nothing stale: what is made
// of a stale view would be kept as a right one.
func (c *cache[T]) get(ctx context.Context, r *Store, w window, kinds []string, build func(ctx context.Context, exact *Store) (T, error)) (T, error) {
	var none T
	turn := turn{r: r}
	defer turn.end()
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
				c.keep(v, r)
				return v.value, v.wide
			}
		}
		stale := known && r.mayBeStale(v.state, now) && at.Sub(v.right) < Stale && !at.Before(v.right)
		f := c.running(w)
		switch {
		case f != nil && stale:
			return v.value, v.wide
		case f != nil:
			turn.end() // it is not needed to wait
			err = f.wait(ctx)
		case stale && !turn.try():
			return v.value, v.wide // others are being folded
		case !turn.mine():
			err = turn.wait(ctx) // then look again: another may have made it meanwhile
		default:
			f = c.begin(w)
			go c.fold(ctx, f, view[T]{window: w, state: now, right: at}, r, turn.hand(), build)
			if err = f.wait(ctx); err == nil {
				return f.value, f.err
			}
		}
		if err != nil {
			return none, err
		}
	}
}

// wait waits for a fold; it was made of a state that may have moved since.
func (f *fold[T]) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, "register.get", "the request ended while the incidents were being put together", ctx.Err())
	}
}

// turn is a reader's right to make a fold. What a fold itself reads needs none: it
// is part of it.
type turn struct {
	r    *Store
	held bool
}

func (t *turn) mine() bool { return t.held || t.r.folding }

// try takes the turn if no fold has it.
func (t *turn) try() bool {
	if t.mine() {
		return true
	}
	select {
	case t.r.turns <- struct{}{}:
		t.held = true
	default:
	}
	return t.held
}

func (t *turn) wait(ctx context.Context) error {
	select {
	case t.r.turns <- struct{}{}:
		t.held = true
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, "register.get", "the request ended while others were being put together", ctx.Err())
	}
}

// hand gives the turn to a fold, which calls the function when it is over.
func (t *turn) hand() (end func()) {
	if !t.held {
		return func() {}
	}
	t.held = false
	return func() { <-t.r.turns }
}

func (t *turn) end() {
	if t.held {
		t.hand()()
	}
}

// fold makes a view and keeps it, and tells those who wait, whatever comes of it.
// What is folded comes from outside: a panic is an error of the one who asked, and
// not the end of the portal at every start.
func (c *cache[T]) fold(ctx context.Context, f *fold[T], v view[T], r *Store, end func(), build func(ctx context.Context, exact *Store) (T, error)) {
	limit := r.opt.FoldTime
	if limit <= 0 {
		limit = defaultFold
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			f.err = fault.Wrap(fault.Internal, "register.fold", "", fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.folds = slices.DeleteFunc(c.folds, func(o *fold[T]) bool { return o == f })
		end()
		close(f.done)
	}()
	if now, ok := c.find(v.window); ok && now.state == v.state {
		f.value, f.err = now.value, now.wide // made since this one looked
		return
	}
	f.value, f.err = build(ctx, r.inFold())
	if wide := fault.KindOf(f.err) == fault.TooWide; f.err == nil || wide {
		v.value, v.wide = f.value, f.err
		c.keep(v, r)
	}
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

// keep puts a view first, instead of an older one of its window, and forgets those
// that were not used for longest when they are too many or too large together.
func (c *cache[T]) keep(v view[T], r *Store) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.IndexFunc(c.views, func(o view[T]) bool { return o.is(v.window) }); i >= 0 {
		if c.views[i].right.After(v.right) {
			v = c.views[i] // another reader was faster
		}
		c.views = slices.Delete(c.views, i, i+1)
	}
	c.views = slices.Insert(c.views, 0, v)
	most, weight := r.opt.MostKept, 0
	if most <= 0 {
		most = defaultWeight
	}
	for i := range c.views {
		weight += c.weigh(c.views[i].value)
		if i > 0 && (i == kept || weight > most) {
			clear(c.views[i:])
			c.views = c.views[:i]
			return
		}
	}
}

// running returns the fold of a window that is under way; nil: there is none.
func (c *cache[T]) running(w window) *fold[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.folds {
		if f.is(w) {
			return f
		}
	}
	return nil
}

// begin notes that a window is being folded.
func (c *cache[T]) begin(w window) *fold[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := &fold[T]{window: w, done: make(chan struct{})}
	c.folds = append(c.folds, f)
	return f
}

// mayBeStale tells whether a view of an older state will do for a moment: only
// feeds moved, which are late by nature. Who changed something by hand sees it.
func (r *Store) mayBeStale(was, now state) bool {
	was.feeds = now.feeds
	return !r.exact && was == now
}

// fresh tells whether a view of an older state still holds.
func (r *Store) fresh(ctx context.Context, was, now state, kinds []string) (bool, error) {
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
func (r *Store) Seq(ctx context.Context) (n uint64, err error) { return r.seq(ctx) }
