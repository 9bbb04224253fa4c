package search

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/postern/postern/portal/base/fault"
)

// chunk is how many documents go into one batch of the engine: larger batches
// index faster but take memory (some 100 KB a document while it is built).
const chunk = 500

// Changes bring the index from one state of the library to another.
type Changes struct {
	UpTo   uint64     // change number of the state reached
	Put    []Document // present state of new and changed documents
	Delete []string   // ids
}

// composed is a document ready for the engine.
type composed = document.Document

// composeSafely composes a document; a panic is the document's fault, not the
// index's.
func composeSafely(c *composer, d Document) (out *composed, err error) {
	err = guard(func() error { out = c.compose(d); return nil })
	return out, err
}

// Apply makes the changes and moves the cursor, in one batch or, when they are
// many, in several of which the last moves the cursor. A document that cannot be
// indexed is parked: it leaves the index, and State names it until it is changed
// or removed. The changes can be searched when Apply returns. An outdated index
// takes none (fault.Unavailable): it is rebuilt first.
func (x *Index) Apply(ctx context.Context, c Changes) error {
	x.write.Lock()
	defer x.write.Unlock()
	err := x.reading(func(g *engine) error {
		m, err := g.meta()
		if err != nil {
			return err
		}
		if m.format != format {
			return fault.New(fault.Unavailable, "search.Apply", "the search index is about to be rebuilt in a new format")
		}
		w := &writer{index: x, engine: g, parked: maps.Clone(*x.parked.Load())}
		put := c.Put
		for len(put) > chunk {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := w.put(put[:chunk]); err != nil {
				return err
			}
			put = put[chunk:]
		}
		return w.finish(ctx, put, c.Delete, c.UpTo)
	})
	if err == nil || ctx.Err() != nil || fault.KindOf(err) == fault.Unavailable {
		return err
	}
	x.reportTrouble()
	return fault.Wrap(fault.Internal, "search.Apply", "the search index could not be written", err)
}

// writer writes batches to one engine.
type writer struct {
	index  *Index
	engine *engine

	mu        sync.Mutex
	parked    map[string]string // id -> why it could not be indexed
	composers []*composer       // idle ones, with the stems they remember
}

func (w *writer) composer() *composer {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.composers); n > 0 {
		c := w.composers[n-1]
		w.composers = w.composers[:n-1]
		return c
	}
	return newComposer()
}

func (w *writer) release(c *composer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.composers = append(w.composers, c)
}

// put indexes documents without moving the cursor.
func (w *writer) put(docs []Document) error {
	return w.write(w.composeAll(docs, runtime.GOMAXPROCS(0)), nil, nil)
}

// finish indexes and removes documents and moves the cursor.
func (w *writer) finish(ctx context.Context, docs []Document, del []string, upTo uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, id := range del {
		w.judge(id, nil)
	}
	return w.write(w.composeAll(docs, runtime.GOMAXPROCS(0)), del, &upTo)
}

// composeAll composes documents on several cores. What cannot be composed is
// parked and comes back as nil.
func (w *writer) composeAll(docs []Document, cores int) map[string]*composed {
	out := make(map[string]*composed, len(docs))
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan Document)
	for range min(cores, len(docs)) {
		wg.Go(func() {
			c := w.composer()
			defer func() { w.release(c) }()
			for d := range next {
				doc, err := w.index.compose(c, d)
				if err != nil {
					c, doc = newComposer(), nil
				}
				w.judge(d.ID, err)
				mu.Lock()
				out[d.ID] = doc
				mu.Unlock()
			}
		})
	}
	for _, d := range docs {
		next <- d
	}
	close(next)
	wg.Wait()
	return out
}

// judge parks a document that failed, or lets one go that did not.
func (w *writer) judge(id string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		delete(w.parked, id)
		return
	}
	w.index.opt.Log.Error("search: a document cannot be indexed and is parked", "id", id, "error", err)
	reason, _, _ := strings.Cut(err.Error(), "\n")
	w.parked[id] = reason
}

// write hands one batch to the engine. When the engine itself fails on it by a
// panic, the documents are tried in halves, so that only the one at fault is
// parked.
func (w *writer) write(docs map[string]*composed, del []string, upTo *uint64) error {
	err := guard(func() error {
		b := index.NewBatch()
		for id, d := range docs {
			if d == nil {
				b.Delete(id)
			} else {
				b.Update(d)
			}
		}
		for _, id := range del {
			b.Delete(id)
		}
		if upTo != nil {
			if err := w.stamp(b, *upTo); err != nil {
				return err
			}
		}
		return w.engine.batch(b)
	})
	if _, panicked := err.(*panicError); !panicked || len(docs) == 0 {
		if err == nil {
			w.mu.Lock()
			parked := maps.Clone(w.parked)
			w.mu.Unlock()
			w.index.parked.Store(&parked)
		}
		return err
	}
	if len(docs) == 1 {
		for id := range docs {
			w.judge(id, err)
			return w.write(map[string]*composed{id: nil}, del, upTo)
		}
	}
	first, second := make(map[string]*composed), make(map[string]*composed)
	for id, d := range docs {
		if len(first) < len(docs)/2 {
			first[id] = d
		} else {
			second[id] = d
		}
	}
	if err := w.write(first, nil, nil); err != nil {
		return err
	}
	return w.write(second, del, upTo)
}

// stamp puts the internal keys of a consistent state into a batch.
func (w *writer) stamp(b *index.Batch, upTo uint64) error {
	w.mu.Lock()
	parked, err := json.Marshal(w.parked)
	w.mu.Unlock()
	if err != nil {
		return fmt.Errorf("parked documents: %w", err)
	}
	b.SetInternal([]byte(formatKey), []byte(format))
	b.SetInternal([]byte(seqKey), strconv.AppendUint(nil, upTo, 10))
	b.SetInternal([]byte(parkedKey), parked)
	return nil
}
