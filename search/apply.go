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

// chunk is how many documents are in one batch of the engine. Larger batches index
// faster, but take memory: some 100 KB a document while the batch is built.
const chunk = 500

// Changes are the changes from one state of the library to another.
type Changes struct {
	// Change number of the new state.
	UpTo uint64
	// Current state of new and changed documents.
	Put    []Document
	Delete []string // ids
}

// composed is a document ready for the engine.
type composed = document.Document

// composeSafely composes a document and returns a panic as an error, because a
// document that cannot be composed must not stop indexing.
func composeSafely(c *composer, d Document) (out *composed, err error) {
	err = recoverPanics(func() error { out = c.compose(d); return nil })
	return out, err
}

// Apply applies changes and advances the cursor, in one batch or, if there are many, in
// several of which the last advances the cursor. A document that cannot be indexed is
// parked: it is removed from the index, and State lists it until it is changed or
// removed. The changes can be searched when Apply returns. Apply fails with
// fault.Unavailable if the index is outdated and must be rebuilt first.
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

// writer writes batches to one engine. Its methods are safe for concurrent use, because
// a rebuild composes and writes on all cores.
type writer struct {
	index  *Index
	engine *engine

	mu sync.Mutex
	// By id: why the document could not be indexed.
	parked map[string]string
	// Idle ones, with their caches of stems.
	composers []*composer
}

// composer returns an idle or a new composer.
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

// release returns a composer to the idle ones.
func (w *writer) release(c *composer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.composers = append(w.composers, c)
}

// put indexes documents without advancing the cursor.
func (w *writer) put(docs []Document) error {
	return w.write(w.composeAll(docs, runtime.GOMAXPROCS(0)), nil, nil)
}

// finish indexes and removes documents, and advances the cursor.
func (w *writer) finish(ctx context.Context, docs []Document, del []string, upTo uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, id := range del {
		w.setParked(id, nil)
	}
	return w.write(w.composeAll(docs, runtime.GOMAXPROCS(0)), del, &upTo)
}

// composeAll composes documents on several cores and returns them by id. Documents that
// cannot be composed are parked and nil in the result.
func (w *writer) composeAll(docs []Document, cores int) map[string]*composed {
	out := make(map[string]*composed, len(docs))
	var mu sync.Mutex
	var wg sync.WaitGroup
	// Documents are of very different sizes, so workers take them one by one.
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
				w.setParked(d.ID, err)
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

// setParked parks a document whose indexing failed, or unparks it if err is nil.
func (w *writer) setParked(id string, err error) {
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

// write passes one batch to the engine. If the engine panics, write tries the two halves
// of the batch, so that only the document that causes the panic is parked.
func (w *writer) write(docs map[string]*composed, del []string, upTo *uint64) error {
	err := recoverPanics(func() error {
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
			if err := w.setKeys(b, *upTo); err != nil {
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
		// The document at fault is parked, and its old version leaves the index.
		for id := range docs {
			w.setParked(id, err)
			return w.write(map[string]*composed{id: nil}, del, upTo)
		}
	}
	// The engine panicked on one of several documents: halve the batch until it is
	// alone.
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

// setKeys adds the internal keys to a batch.
func (w *writer) setKeys(b *index.Batch, upTo uint64) error {
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
