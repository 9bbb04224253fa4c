// Package indexer keeps the search index in step with the library. It owns no
// data: its cursor is the change number that the index itself stores in the same
// batch as the documents, so neither can be ahead of the other after a crash.
//
//	change log  --ids-->  source (present state)  --one batch-->  index + cursor
//
// When the log no longer reaches back to the cursor, when the index is missing
// or damaged, or when somebody asks, everything is read anew and built beside
// the index in use.
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
	// batch is how many changes are taken from the log at a time: a push of
	// 10,000 files is indexed in some twenty steps, each of which can be searched.
	batch = 500
	// retryAfter is the pause after a failure that may pass: a full disk, a
	// damaged file that is being looked at.
	retryAfter = 15 * time.Second
	// checkEvery is how often searches that fail may have the whole index read and
	// its checksums compared: a query that fails for its own reasons must not keep
	// the disk busy.
	checkEvery = time.Minute
)

// Log is the change log that is followed.
type Log interface {
	Changes(ctx context.Context, after kv.Seq, limit int) ([]kv.Change, error)
	Wait(ctx context.Context, after kv.Seq) error
}

// Source gives documents as the library has them now.
type Source interface {
	// Documents leaves out ids that are not published any more.
	Documents(ctx context.Context, ids []string) ([]search.Document, error)
	// Contents are all documents, and a change number from which following goes on.
	Contents(ctx context.Context) (search.Contents, error)
}

// Index is what is kept in step.
type Index interface {
	State() search.State
	Apply(ctx context.Context, c search.Changes) error
	Rebuild(ctx context.Context, c search.Contents) error
	Check(ctx context.Context, documents int, sample []string) error
	Trouble() <-chan struct{}
}

// Options are what an Indexer works with.
type Options struct {
	Changes Log
	Topic   string // of the changes that concern documents; their key is the id
	// Other gives the id that a change of another topic is about, "" for none; it
	// may be nil.
	Other   func(kv.Change) string
	Source  Source
	Index   Index
	Log     *slog.Logger
	Now     func() time.Time
	Observe func(took time.Duration) // of each batch; may be nil
}

// Indexer follows the change log. Run it once.
type Indexer struct {
	opt     Options
	rebuild chan struct{} // asks for a rebuild
	checked time.Time     // when trouble was last looked into

	mu      sync.Mutex
	reached kv.Seq
	failure error         // of the last step; nil while all is well
	looked  bool          // the index was looked at since the start: an empty one reached 0
	moved   chan struct{} // closed and replaced when reached or failure change
}

// Status is how far search is.
type Status struct {
	Seq        uint64 // change number that search knows
	Rebuilding bool
	Done       int // documents of the rebuild
	Total      int
	Parked     int    // documents that could not be indexed
	Failure    string // "" or a word for the operator
}

// New makes an Indexer. Nothing happens until Run.
func New(opt Options) *Indexer {
	x := &Indexer{opt: opt, rebuild: make(chan struct{}, 1), moved: make(chan struct{})}
	if s := opt.Index.State(); s.Usable {
		x.reached = kv.Seq(s.Seq)
	}
	return x
}

// Run follows until the context ends, whose error it returns. Failures are
// logged and tried again: search lags then, and nothing else stops. It begins by
// comparing checksums, because damage done while the portal was stopped can open
// and answer, wrongly.
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

// step brings the index forward by one batch, or waits for something to do.
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

// some indexes what a run of changes touched.
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

// touched are the ids of the documents in the changes, each once.
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

// absent are the ids without a document: they are removed from the index.
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

// all reads everything anew.
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
			return nil // the next step reads everything anew
		}
		return err
	case <-x.rebuild:
		x.Rebuild() // taken up by the next step
	case <-x.opt.Index.Trouble():
		cancel()
		<-changed
		return x.checkup(ctx)
	}
	cancel()
	<-changed
	return nil
}

// checkup looks whether reported trouble is damage.
func (x *Indexer) checkup(ctx context.Context) error {
	now := x.opt.Now()
	if !x.checked.IsZero() && now.Sub(x.checked) < checkEvery {
		return nil
	}
	x.checked = now
	return x.verify(ctx)
}

// verify rebuilds a usable index that is damaged.
func (x *Indexer) verify(ctx context.Context) error {
	if !x.opt.Index.State().Usable {
		return nil // the next step makes one
	}
	if err := x.opt.Index.Check(ctx, -1, nil); err != nil && ctx.Err() == nil {
		x.opt.Log.Warn("search index is damaged and will be rebuilt", "error", err)
		return x.all(ctx)
	}
	return nil
}

// Rebuild asks for everything to be read anew, beside the index in use. A failure
// so far is forgotten: whoever waits then waits for the rebuild.
func (x *Indexer) Rebuild() {
	x.report(x.current(), nil)
	select {
	case x.rebuild <- struct{}{}:
	default: // asked for already
	}
}

func (x *Indexer) current() kv.Seq {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.reached
}

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

// WaitFor returns when search knows the change of that number. It fails with
// fault.Unavailable when indexing fails for now, and with the context's error.
func (x *Indexer) WaitFor(ctx context.Context, seq kv.Seq) error {
	for {
		x.mu.Lock()
		looked, reached, failure, moved := x.looked, x.reached, x.failure, x.moved
		x.mu.Unlock()
		switch {
		case looked && reached >= seq && failure == nil:
			return nil
		case failure != nil:
			return fault.Wrap(fault.Unavailable, "indexer.WaitFor", "search is not up to date and is being mended", failure)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

// Status tells how search stands.
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
