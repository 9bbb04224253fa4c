// Package indexer updates the search index from the library. It owns no data: its
// cursor is the change number that the index stores in the same batch as the
// documents, so neither can be ahead of the other after a crash.
//
//	change log  --ids-->  source (current state)  --one batch-->  index + cursor
//
// If the log no longer has the changes after the cursor, if the index is missing or
// damaged, or on request, all documents are read and a new index is built beside the
// one in use.
package indexer

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/search"
)

const (
	// batch is how many changes are read from the log at a time. A push of 10,000 files
	// is indexed in 20 steps, and each can be searched when it is complete.
	batch = 500
	// retryAfter is the pause after a failure that may be temporary, such as a full
	// disk.
	retryAfter = 15 * time.Second
	// checkEvery is the minimum time between two checks of all checksums after failed
	// searches, which read the whole index from disk.
	checkEvery = time.Minute
)

// Log is the change log of the library.
type Log interface {
	Changes(ctx context.Context, after kv.Seq, limit int) ([]kv.Change, error)
	Wait(ctx context.Context, after kv.Seq) error
}

// Source returns the current documents of the library.
type Source interface {
	// Documents returns the documents with these ids, without those no longer published.
	Documents(ctx context.Context, ids []string) ([]search.Document, error)
	// Contents returns all documents, and the change number after which following
	// continues.
	Contents(ctx context.Context) (search.Contents, error)
}

// Index is the index that is updated.
type Index interface {
	State() search.State
	Apply(ctx context.Context, c search.Changes) error
	Rebuild(ctx context.Context, c search.Contents) error
	Check(ctx context.Context, documents int, sample []string) error
	Trouble() <-chan struct{}
}

// Options are the dependencies of an Indexer.
type Options struct {
	Changes Log
	// Of the changes that concern documents; their key is the id.
	Topic string
	// Other returns the id of the document that a change of another topic affects, ""
	// for none. It may be nil.
	Other  func(kv.Change) string
	Source Source
	Index  Index
	Log    *slog.Logger
	Now    func() time.Time
	// Of each batch; may be nil.
	Observe func(took time.Duration)
}

// Indexer follows the change log. Call Run once.
type Indexer struct {
	opt Options
	// Requests of a rebuild.
	rebuild chan struct{}
	// Last check after reported trouble.
	checked time.Time

	mu      sync.Mutex
	reached kv.Seq
	// Of the last step; nil if it succeeded.
	failure error
	// The index was read since the start: an empty one has reached 0.
	looked bool
	// Closed and replaced when reached or failure change.
	moved chan struct{}
}

// Status is the progress of the index.
type Status struct {
	// Last change number in the index.
	Seq        uint64
	Rebuilding bool
	// Documents of the rebuild.
	Done  int
	Total int
	// Documents that could not be indexed.
	Parked int
	// Message for the operator; "" if the last step succeeded.
	Failure string
}

// New returns an Indexer, which does nothing until Run.
func New(opt Options) *Indexer {
	x := &Indexer{opt: opt, rebuild: make(chan struct{}, 1), moved: make(chan struct{})}
	if s := opt.Index.State(); s.Usable {
		x.reached = kv.Seq(s.Seq)
	}
	return x
}

// Run follows the change log until the context ends; it returns the error of the
// context. It logs failures and tries again; until then the index lags. Run begins with
// a comparison of the checksums, because an index that was damaged while the portal was
// stopped may open and return wrong results.
func (x *Indexer) Run(ctx context.Context) error {
	step := x.verify
	for {
		err := step(ctx)
		step = x.step
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			continue
		}
		x.opt.Log.Error("search index", "error", err)
		x.report(x.current(), err)
		retry := time.NewTimer(retryAfter)
		select {
		case <-ctx.Done():
			retry.Stop()
			return ctx.Err()
		case <-x.rebuild:
			retry.Stop()
			x.Rebuild()
		case <-retry.C:
		}
	}
}

// step updates the index by one batch, or waits for work.
func (x *Indexer) step(ctx context.Context) error {
	select {
	case <-x.rebuild:
		return x.all(ctx)
	case <-x.opt.Index.Trouble():
		return x.checkup(ctx)
	default:
	}
	state := x.opt.Index.State()
	if !state.Usable || state.Outdated {
		return x.all(ctx)
	}
	changes, err := x.opt.Changes.Changes(ctx, kv.Seq(state.Seq), batch)
	if fault.KindOf(err) == fault.Gone {
		return x.all(ctx)
	}
	if err != nil {
		return err
	}
	if len(changes) > 0 {
		return x.some(ctx, changes)
	}
	x.report(kv.Seq(state.Seq), nil)
	return x.idle(ctx, kv.Seq(state.Seq))
}

// some indexes the documents that a batch of changes affects.
func (x *Indexer) some(ctx context.Context, changes []kv.Change) error {
	began := x.opt.Now()
	last := changes[len(changes)-1].Seq
	ids := x.touched(changes)
	docs, err := x.opt.Source.Documents(ctx, ids)
	if err != nil {
		return err
	}
	c := search.Changes{UpTo: uint64(last), Put: docs, Delete: absent(ids, docs)}
	if err := x.opt.Index.Apply(ctx, c); err != nil {
		return err
	}
	x.report(last, nil)
	if x.opt.Observe != nil {
		x.opt.Observe(x.opt.Now().Sub(began))
	}
	return nil
}

// touched returns the ids of the affected documents, each once.
func (x *Indexer) touched(changes []kv.Change) (ids []string) {
	seen := map[string]bool{}
	for _, c := range changes {
		id := ""
		if c.Topic == x.opt.Topic {
			id = string(c.Key)
		} else if x.opt.Other != nil {
			id = x.opt.Other(c)
		}
		if id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// absent returns the ids without a document, which are removed from the index.
func absent(ids []string, docs []search.Document) (out []string) {
	there := make(map[string]bool, len(docs))
	for _, d := range docs {
		there[d.ID] = true
	}
	for _, id := range ids {
		if !there[id] {
			out = append(out, id)
		}
	}
	return out
}

// all rebuilds the index from all documents.
func (x *Indexer) all(ctx context.Context) error {
	contents, err := x.opt.Source.Contents(ctx)
	if err != nil {
		return err
	}
	if err := x.opt.Index.Rebuild(ctx, contents); err != nil {
		return err
	}
	x.report(kv.Seq(contents.UpTo), nil)
	return nil
}

// idle waits for a change, a request to rebuild or a report of trouble.
func (x *Indexer) idle(ctx context.Context, after kv.Seq) error {
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	changed := make(chan error, 1)
	go func() { changed <- x.opt.Changes.Wait(waiting, after) }()
	select {
	case err := <-changed:
		if fault.KindOf(err) == fault.Gone {
			// The next step rebuilds the index.
			return nil
		}
		return err
	case <-x.rebuild:
		// For the next step.
		x.Rebuild()
	case <-x.opt.Index.Trouble():
		cancel()
		<-changed
		return x.checkup(ctx)
	}
	cancel()
	<-changed
	return nil
}

// checkup checks whether reported trouble is damage, at most every checkEvery.
func (x *Indexer) checkup(ctx context.Context) error {
	now := x.opt.Now()
	if !x.checked.IsZero() && now.Sub(x.checked) < checkEvery {
		return nil
	}
	x.checked = now
	return x.verify(ctx)
}

// verify rebuilds the index if it is usable, but damaged.
func (x *Indexer) verify(ctx context.Context) error {
	if !x.opt.Index.State().Usable {
		// The next step builds one.
		return nil
	}
	if err := x.opt.Index.Check(ctx, -1, nil); err != nil && ctx.Err() == nil {
		x.opt.Log.Warn("search index is damaged and will be rebuilt", "error", err)
		return x.all(ctx)
	}
	return nil
}

// Rebuild requests a rebuild beside the index in use. It clears the failure of the last
// step, so that callers of WaitFor wait for the rebuild.
func (x *Indexer) Rebuild() {
	x.report(x.current(), nil)
	select {
	case x.rebuild <- struct{}{}:
	default: // already requested
	}
}

// current returns the last change number in the index.
func (x *Indexer) current() kv.Seq {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.reached
}

// report stores the result of a step and wakes the callers of WaitFor.
func (x *Indexer) report(reached kv.Seq, failure error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.looked && reached == x.reached && failure == nil && x.failure == nil {
		return
	}
	x.reached, x.failure = reached, failure
	x.looked = true
	close(x.moved)
	x.moved = make(chan struct{})
}

// WaitFor waits until the index has the change with a number. It fails with
// fault.Unavailable if the last step failed, and with the error of the context.
func (x *Indexer) WaitFor(ctx context.Context, seq kv.Seq) error {
	for {
		x.mu.Lock()
		looked, reached, failure, moved := x.looked, x.reached, x.failure, x.moved
		x.mu.Unlock()
		switch {
		case looked && reached >= seq && failure == nil:
			return nil
		case failure != nil:
			return fault.Wrap(fault.Unavailable, "indexer.WaitFor", "the search index is not up to date; indexing is being retried", failure)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

// Status returns the progress of the index.
func (x *Indexer) Status() Status {
	state := x.opt.Index.State()
	x.mu.Lock()
	defer x.mu.Unlock()
	s := Status{Seq: uint64(x.reached), Rebuilding: state.Rebuild != nil || !state.Usable, Parked: len(state.Parked)}
	if state.Rebuild != nil {
		s.Done, s.Total = state.Rebuild.Done, state.Rebuild.Total
	}
	if x.failure != nil {
		s.Failure = fault.Message(x.failure)
	}
	return s
}
