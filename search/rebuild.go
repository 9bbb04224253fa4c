package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/postern/postern/portal/base/durable"
	"github.com/postern/postern/portal/base/fault"
)

// Contents are all documents of the library at one state.
type Contents struct {
	// Change number of the state, or of an earlier one.
	UpTo uint64
	// Number of documents, for progress.
	Total     int
	Documents iter.Seq2[Document, error]
}

// Rebuild builds a new index beside the current one and replaces it. Until then, the
// current index, if it is usable, serves searches.
func (x *Index) Rebuild(ctx context.Context, c Contents) error {
	x.write.Lock()
	defer x.write.Unlock()
	x.progress.Store(&Progress{Total: c.Total})
	defer x.progress.Store(nil)
	x.opt.Log.Info("search: rebuilding the index", "documents", c.Total)
	// The current index serves searches during build, and waits only for swap.
	if err := x.build(ctx, c); err != nil {
		// Also removed at the next start.
		_ = os.RemoveAll(x.path(buildName))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fault.Wrap(fault.Internal, "search.Rebuild", "the search index could not be rebuilt", err)
	}
	if err := x.swap(); err != nil {
		return fault.Wrap(fault.Internal, "search.Rebuild", "the rebuilt search index could not replace the old one", err)
	}
	x.opt.Log.Info("search: the index is rebuilt", "documents", c.Total)
	return nil
}

// build writes the new index and syncs it to disk.
func (x *Index) build(ctx context.Context, c Contents) error {
	dir := x.path(buildName)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	g, err := openEngine(dir, true)
	if err != nil {
		return err
	}
	was := x.parked.Load()
	err = recoverPanics(func() error { return x.fill(ctx, g, c) })
	if err != nil {
		x.parked.Store(was)
		return errors.Join(err, recoverPanics(g.close))
	}
	if err := g.close(); err != nil {
		return err
	}
	return errors.Join(durable.SyncTree(dir), durable.Sync(filepath.Dir(dir)))
}

// fill indexes all documents, one chunk per core at a time, because composing and
// building a segment use one core.
func (x *Index) fill(ctx context.Context, g *engine, c Contents) error {
	w := &writer{index: x, engine: g, parked: map[string]string{}}
	// The first error stops the other workers and the feed.
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	chunks := make(chan []Document)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for docs := range chunks {
				err := recoverPanics(func() error { return w.write(w.composeAll(docs, 1), nil, nil) })
				if err != nil {
					stop(err)
				}
				x.addProgress(len(docs))
			}
		})
	}
	err := feed(ctx, c, chunks)
	close(chunks)
	wg.Wait()
	if err = errors.Join(err, context.Cause(ctx)); err != nil {
		return err
	}
	return w.finish(ctx, nil, nil, c.UpTo)
}

// The batches of a rebuild are larger than those of changes, for which people wait: one
// segment of twice the documents takes less time than two and their merging. The amount
// of text is limited too, because building takes about 25 times as much memory.
const (
	rebuildChunk = 1000
	rebuildBytes = 8 << 20
)

// textBytes returns the size of a document's text.
func textBytes(d *Document) int {
	n := len(d.Title) + len(d.Summary)
	for _, s := range d.Sections {
		n += len(s.Heading) + len(s.Text) + len(s.Code)
	}
	return n
}

// feed sends the documents in chunks.
func feed(ctx context.Context, c Contents, chunks chan<- []Document) error {
	var docs []Document
	bytes := 0
	send := func() error {
		select {
		case chunks <- docs:
			docs, bytes = nil, 0
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	for d, err := range c.Documents {
		if err != nil {
			return fmt.Errorf("reading the library: %w", err)
		}
		docs = append(docs, d)
		if bytes += textBytes(&d); len(docs) == rebuildChunk || bytes >= rebuildBytes {
			if err := send(); err != nil {
				return err
			}
		}
	}
	return send()
}

// addProgress adds n finished documents to the progress of the rebuild.
func (x *Index) addProgress(n int) {
	x.counting.Lock()
	defer x.counting.Unlock()
	p := *x.progress.Load()
	p.Done += n
	p.Total = max(p.Total, p.Done)
	x.progress.Store(&p)
}

// swap replaces the old index by the new one. Searches wait for the fraction of a second
// that this takes.
func (x *Index) swap() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return x.unusable()
	}
	// The old index is closed before its files are removed. An error does not matter:
	// the new index replaces it.
	if x.engine != nil {
		if err := recoverPanics(x.engine.close); err != nil {
			x.opt.Log.Warn("search: the old index did not close cleanly", "error", err)
		}
		x.engine = nil
	}
	if err := os.RemoveAll(x.path(liveName)); err != nil {
		return err
	}
	if err := os.Rename(x.path(buildName), x.path(liveName)); err != nil {
		return err
	}
	if err := durable.Sync(x.opt.Dir); err != nil {
		return err
	}
	return x.openLive()
}
