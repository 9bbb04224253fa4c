package indexer

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/search"
)

const bucket = "docs.title"

// world is a library of titles in a real database, and an index in memory.
type world struct {
	t  *testing.T
	db kv.DB

	mu       sync.Mutex
	usable   bool
	outdated bool
	seq      uint64
	docs     map[string]string
	rebuilds int
	fail     error // of the next Apply
	trouble  chan struct{}
	damaged  bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	schema := kv.Schema{Name: "docs", Version: 1, Buckets: []string{bucket}}
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"), boltkv.Options{Schemas: []kv.Schema{schema}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &world{t: t, db: db, docs: map[string]string{}, trouble: make(chan struct{}, 1)}
}

// put publishes a title, "" removes it.
func (w *world) put(id, title string) kv.Seq {
	w.t.Helper()
	var seq kv.Seq
	err := w.db.Update(w.t.Context(), func(x kv.Writer) (err error) {
		if title == "" {
			err = x.Delete(bucket, []byte(id))
		} else {
			err = x.Put(bucket, []byte(id), []byte(title))
		}
		if err == nil {
			seq, err = x.Log("document", []byte(id))
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return seq
}

func (w *world) Documents(ctx context.Context, ids []string) (out []search.Document, err error) {
	err = w.db.View(ctx, func(r kv.Reader) error {
		for _, id := range ids {
			b, err := r.Get(bucket, []byte(id))
			if err != nil {
				return err
			}
			if b != nil {
				out = append(out, search.Document{ID: id, Title: string(b)})
			}
		}
		return nil
	})
	return out, err
}

func (w *world) Contents(ctx context.Context) (c search.Contents, err error) {
	var docs []search.Document
	err = w.db.View(ctx, func(r kv.Reader) error {
		seq, err := r.Seq()
		c.UpTo = uint64(seq)
		for item, e := range r.Scan(bucket, nil, nil) {
			if e != nil {
				return e
			}
			docs = append(docs, search.Document{ID: string(item.Key), Title: string(item.Value)})
		}
		return err
	})
	c.Documents = func(yield func(search.Document, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}
	return c, err
}

func (w *world) State() search.State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return search.State{Usable: w.usable, Outdated: w.outdated, Seq: w.seq}
}

func (w *world) Apply(_ context.Context, c search.Changes) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fail; err != nil {
		return err
	}
	for _, d := range c.Put {
		w.docs[d.ID] = d.Title
	}
	for _, id := range c.Delete {
		delete(w.docs, id)
	}
	w.seq = c.UpTo
	return nil
}

func (w *world) Rebuild(_ context.Context, c search.Contents) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.docs = map[string]string{}
	for d := range c.Documents {
		w.docs[d.ID] = d.Title
	}
	w.seq, w.usable, w.damaged, w.outdated = c.UpTo, true, false, false
	w.rebuilds++
	return nil
}

func (w *world) Check(context.Context, int, []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.damaged {
		return errors.New("a checksum is wrong")
	}
	return nil
}

func (w *world) Trouble() <-chan struct{} { return w.trouble }

func (w *world) start() (*Indexer, func()) {
	x := New(Options{Changes: w.db, Topic: "document", Source: w, Index: w, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- x.Run(ctx) }()
	return x, func() { cancel(); <-done }
}

func (w *world) want(x *Indexer, seq kv.Seq, docs map[string]string) {
	w.t.Helper()
	if err := x.WaitFor(w.t.Context(), seq); err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !maps.Equal(w.docs, docs) {
		w.t.Errorf("index has %v, want %v", w.docs, docs)
	}
}

func TestFollows(t *testing.T) {
	w := newWorld(t)
	w.put("a", "Alpha")
	x, stop := w.start()
	w.want(x, 1, map[string]string{"a": "Alpha"})
	w.put("b", "Beta")
	w.put("a", "")
	w.want(x, w.put("b", "Better"), map[string]string{"b": "Better"})
	stop()

	seq := w.put("c", "Gamma") // while Run is not running
	x, stop = w.start()
	defer stop()
	w.want(x, seq, map[string]string{"b": "Better", "c": "Gamma"})
	if w.rebuilds != 1 {
		t.Errorf("%d rebuilds, want only that of the missing index", w.rebuilds)
	}
}

func TestTrimmedLogRebuilds(t *testing.T) {
	w := newWorld(t)
	w.usable = true
	seq := w.put("a", "Alpha")
	if err := w.db.Trim(t.Context(), seq); err != nil {
		t.Fatal(err)
	}
	x, stop := w.start()
	defer stop()
	w.want(x, seq, map[string]string{"a": "Alpha"})
	if w.rebuilds != 1 {
		t.Errorf("%d rebuilds", w.rebuilds)
	}
}

func TestDamageAndRequestsRebuild(t *testing.T) {
	w := newWorld(t)
	x, stop := w.start()
	defer stop()
	w.want(x, w.put("a", "Alpha"), map[string]string{"a": "Alpha"})
	w.mu.Lock()
	w.damaged, w.docs = true, map[string]string{}
	w.mu.Unlock()
	w.trouble <- struct{}{}
	seq := w.put("b", "Beta")
	w.want(x, seq, map[string]string{"a": "Alpha", "b": "Beta"})
}

func TestDamageWhileStoppedIsFoundAtStart(t *testing.T) {
	w := newWorld(t)
	seq := w.put("a", "Alpha")
	w.usable, w.seq, w.damaged = true, uint64(seq), true
	x, stop := w.start()
	defer stop()
	w.want(x, w.put("b", "Beta"), map[string]string{"a": "Alpha", "b": "Beta"})
	if w.rebuilds != 1 {
		t.Errorf("%d rebuilds, want 1", w.rebuilds)
	}
}

// An index of an older format is replaced before it takes changes.
func TestAnOutdatedIndexIsReplaced(t *testing.T) {
	w := newWorld(t)
	seq := w.put("a", "Alpha")
	w.usable, w.outdated, w.seq = true, true, uint64(seq)
	x, stop := w.start()
	defer stop()
	w.want(x, w.put("b", "Beta"), map[string]string{"a": "Alpha", "b": "Beta"})
	if w.rebuilds != 1 {
		t.Errorf("%d rebuilds, want 1", w.rebuilds)
	}
}

func TestTroubleIsCheckedAtIntervals(t *testing.T) {
	w := newWorld(t)
	w.usable, w.damaged = true, true
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	x := New(Options{Source: w, Index: w, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	for _, after := range []time.Duration{0, time.Second, checkEvery} {
		now = now.Add(after)
		w.usable, w.damaged = true, true
		if err := x.checkup(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if w.rebuilds != 2 {
		t.Errorf("%d rebuilds, want 2: the second report came too soon", w.rebuilds)
	}
}

func TestWaitForReturnsTheFailure(t *testing.T) {
	w := newWorld(t)
	w.usable = true
	w.fail = errors.New("no space left")
	x, stop := w.start()
	defer stop()
	err := x.WaitFor(t.Context(), w.put("a", "Alpha"))
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("WaitFor = %v, want Unavailable", err)
	}
	if s := x.Status(); s.Failure == "" {
		t.Errorf("status %+v says nothing of the failure", s)
	}
	w.mu.Lock()
	w.fail = nil
	w.mu.Unlock()
	x.Rebuild() // an operator's reindex does not wait for the next try
	w.want(x, 1, map[string]string{"a": "Alpha"})
}

func TestTouchedAndAbsent(t *testing.T) {
	x := New(Options{Topic: "document", Index: newWorld(t)})
	ids := x.touched([]kv.Change{{Topic: "document", Key: []byte("a")}, {Topic: "draft", Key: []byte("d")},
		{Topic: "document", Key: []byte("b")}, {Topic: "document", Key: []byte("a")}})
	if !slices.Equal(ids, []string{"a", "b"}) {
		t.Errorf("touched %v", ids)
	}
	if got := absent(ids, []search.Document{{ID: "b"}}); !slices.Equal(got, []string{"a"}) {
		t.Errorf("absent %v", got)
	}
}
