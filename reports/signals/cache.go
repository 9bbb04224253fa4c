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

// The change numbers of the inputs decide whether a cached view is up to
// date; no time to live is involved. A number is read before the view is
// computed, so that a change during the computation makes the view out of
// date rather than being missed.

const (
	// maxWindows is the number of cached windows per view.
	maxWindows = 8
	// Stale is how old a view may be that is returned while the next one is
	// computed.
	Stale = 5 * time.Second
	// defaultFold bounds one fold with its reads: ten times what the largest
	// takes on two busy cores.
	defaultFold = 60 * time.Second
	// defaultWeight bounds the entries of all cached windows of one view
	// together, if Options.MostKept is 0.
	defaultWeight = 25_000
)

// state is the change numbers of a view's inputs.
type state struct{ feeds, documents, services, own uint64 }

// window is the span of a view.
type window struct{ from, to time.Time }

// is reports whether two windows are equal.
func (w window) is(o window) bool { return w.from.Equal(o.from) && w.to.Equal(o.to) }

// cache holds recent windows of one view. A window whose inputs have
// changed is computed again by one reader (single flight), so that many
// readers cost one fold. Others get the last view if it was up to date less
// than Stale ago. No reader waits for a lock that is held during reads or
// folds.
//
// One window of all views is folded at a time, because a fold needs several
// times the memory of its result. A fold continues when its reader leaves,
// up to its own time limit.
type cache[T any] struct {
	weigh func(T) int // number of entries of a view

	mu    sync.Mutex // guards the fields below, briefly
	views []view[T]  // most recently used first
	folds []*fold[T]
}

// view is a cached result.
type view[T any] struct {
	window
	state
	value   T
	wide    error     // fault.TooWide if the window holds too much; value is then empty
	validAt time.Time // when it was last known to be up to date
}

// fold is a view that is being computed.
type fold[T any] struct {
	window
	end   func() // ends the turn
	done  chan struct{}
	value T // value and err are set when done is closed
	err   error
}

// state returns the current change numbers.
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

// lookup is what a reader finds in the cache.
type lookup[T any] struct {
	view  view[T]
	now   state     // of the inputs
	at    time.Time // when that was read
	fresh bool      // the view is up to date
	stale bool      // the view is not, and may be returned while another is computed
}

// look looks a window up. The time is read before the state, so that validAt is never
// later than the moment at which the view was known to be up to date.
func (c *cache[T]) look(ctx context.Context, r *Store, w window, kinds []string) (l lookup[T], err error) {
	l.at = r.opt.Now()
	if l.now, err = r.state(ctx); err != nil {
		return l, err
	}
	v, known := c.find(w)
	if !known {
		return l, nil
	}
	if l.fresh, err = r.fresh(ctx, v.state, l.now, kinds); err != nil {
		return l, err
	}
	l.view = v
	l.stale = r.mayBeStale(v.state, l.now) && l.at.Sub(v.validAt) < Stale && !l.at.Before(v.validAt)
	return l, nil
}

// get returns the view of a window, computed again if its inputs have
// changed. kinds are the kinds of facts that it reads. build gets a context
// that ends with the time of the fold, and a Store that returns nothing
// stale: what is computed from a stale view would be cached as an
// up-to-date one. It returns fault.TooWide if the window holds too much,
// and fault.Timeout if the reader's context ends first.
func (c *cache[T]) get(
	ctx context.Context, r *Store, w window, kinds []string, build func(ctx context.Context, exact *Store) (T, error),
) (T, error) {
	var none T
	turn := turn{r: r}
	defer turn.end()
	for {
		l, err := c.look(ctx, r, w, kinds)
		if err != nil {
			return none, err
		}
		if l.fresh {
			l.view.state, l.view.validAt = l.now, l.at
			c.keep(l.view, r)
			return l.view.value, l.view.wide
		}
		f := c.running(w)
		switch {
		case f != nil && l.stale:
			return l.view.value, l.view.wide
		case f != nil:
			turn.end() // waiting needs none
			err = f.wait(ctx)
		case l.stale && !turn.try():
			return l.view.value, l.view.wide // another window is being folded
		case !turn.mine():
			err = turn.wait(ctx) // then look again: another reader may have folded it
		default:
			f = c.begin(w, turn.handOver())
			go c.fold(ctx, f, view[T]{window: w, state: l.now, validAt: l.at}, r, build)
			if err = f.wait(ctx); err == nil {
				return f.value, f.err
			}
		}
		if err != nil {
			return none, err
		}
	}
}

// wait waits until the fold is done. The inputs may have changed since it
// started.
func (f *fold[T]) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, "signals.get", "the request ended while the incidents were being computed", ctx.Err())
	}
}

// turn is a reader's right to fold. A fold's own reads need none: they are
// part of it.
type turn struct {
	r    *Store
	held bool
}

// mine reports whether the reader may fold.
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

// wait waits for the turn.
func (t *turn) wait(ctx context.Context) error {
	select {
	case t.r.turns <- struct{}{}:
		t.held = true
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, "signals.get", "the request ended while it waited for another view", ctx.Err())
	}
}

// handOver passes the turn to a fold, which calls the function at its end.
func (t *turn) handOver() (end func()) {
	if !t.held {
		return func() {}
	}
	t.held = false
	return func() { <-t.r.turns }
}

// end gives the turn back.
func (t *turn) end() {
	if t.held {
		t.handOver()()
	}
}

// fold computes a view, caches it and wakes the waiting readers, whatever
// the result. The input is untrusted: a panic is an error of this read, not
// the end of the process.
func (c *cache[T]) fold(ctx context.Context, f *fold[T], v view[T], r *Store, build func(ctx context.Context, exact *Store) (T, error)) {
	limit := r.opt.FoldTime
	if limit <= 0 {
		limit = defaultFold
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			f.err = fault.Wrap(fault.Internal, "signals.fold", "", fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.folds = slices.DeleteFunc(c.folds, func(o *fold[T]) bool { return o == f })
		f.end()
		close(f.done)
	}()
	// Another reader may have folded the window between this reader's look and its
	// turn.
	if now, ok := c.find(v.window); ok && now.state == v.state {
		f.value, f.err = now.value, now.wide // computed since this reader looked
		return
	}
	f.value, f.err = build(ctx, r.inFold())
	// fault.TooWide is cached as well: it would take as long to compute again.
	if wide := fault.KindOf(f.err) == fault.TooWide; f.err == nil || wide {
		v.value, v.wide = f.value, f.err
		c.keep(v, r)
	}
}

// find returns the cached view of a window, up to date or not.
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

// keep caches a view as the most recently used one, in place of an older
// one of its window, and drops the least recently used ones if they are too
// many or too large together.
func (c *cache[T]) keep(v view[T], r *Store) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.IndexFunc(c.views, func(o view[T]) bool { return o.is(v.window) }); i >= 0 {
		if c.views[i].validAt.After(v.validAt) {
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
		if i > 0 && (i == maxWindows || weight > most) {
			clear(c.views[i:])
			c.views = c.views[:i]
			return
		}
	}
}

// running returns the fold of a window that is in progress; nil if there is
// none.
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

// begin registers the fold of a window. Its caller must have the turn, or read for
// another fold that has it.
func (c *cache[T]) begin(w window, end func()) *fold[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := &fold[T]{window: w, end: end, done: make(chan struct{})}
	c.folds = append(c.folds, f)
	return f
}

// mayBeStale reports whether a view of an older state may be returned for a
// moment: only feeds changed, which are late by nature. A reader that
// changed something by hand must see it.
func (r *Store) mayBeStale(was, now state) bool {
	was.feeds = now.feeds
	return !r.exact && was == now
}

// fresh reports whether a view of an older state is still up to date: no input has
// changed, or only facts of other kinds than those that the view reads.
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

// Seq changes with every edit, entry and decision of a person.
func (r *Store) Seq(ctx context.Context) (n uint64, err error) { return r.seq(ctx) }
