package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/postern/postern/search/segment"
)

// Internal keys; see the package comment.
const (
	seqKey    = "seq"
	formatKey = "format"
	parkedKey = "parked"
)

// lockWait is how long opening waits for another process to release the index.
const lockWait = "3s"

// engine is one open index folder.
type engine struct {
	store index.Index
	queue *index.AnalysisQueue
	cache segment.Cache
	// Batches that can be searched but are not on disk.
	unsaved sync.WaitGroup
	// scratches holds idle *scratch.
	scratches sync.Pool
}

const (
	// saveWait is how long close waits for the last batches to reach the disk. Documents
	// of lost batches are indexed again after the next start.
	saveWait = 5 * time.Second
	// closeWait is how long close waits for the engine. A read of a damaged file that
	// panics may leave a lock of the engine's database held, and closing it then never
	// returns.
	closeWait = 5 * time.Second
)

// openEngine opens or creates the index in dir. Durable batches return when they are on
// disk, others when they can be searched. That is enough for following the change log,
// because after a crash the cursor is as old as the documents.
func openEngine(dir string, durable bool) (*engine, error) {
	// The engine passes every document to this queue for analysis. These documents are
	// analysed already, so one worker is enough.
	queue := index.NewAnalysisQueue(1)
	store, err := scorch.NewScorch(scorch.Name, map[string]any{
		"path":         dir,
		"bolt_timeout": lockWait,
		"unsafe_batch": !durable,
	}, queue)
	if err == nil {
		err = store.Open()
	}
	if err != nil {
		queue.Close()
		return nil, fmt.Errorf("opening %s: %w", dir, err)
	}
	// From here on, close owns the queue.
	return &engine{store: store, queue: queue}, nil
}

// batch makes a batch visible. The error does not include later failures to write it
// to disk.
func (g *engine) batch(b *index.Batch) error {
	var once sync.Once
	saved := func(error) { once.Do(g.unsaved.Done) }
	g.unsaved.Add(1)
	b.SetPersistedCallback(saved)
	accepted := false
	defer func() {
		// Error or panic.
		if !accepted {
			saved(nil)
		}
	}()
	err := g.store.Batch(b)
	accepted = err == nil
	return err
}

// close waits up to saveWait for batches to reach the disk, and closes the index. It
// fails if the engine does not close within closeWait; the engine is then abandoned.
func (g *engine) close() error {
	saved := make(chan struct{})
	go func() { g.unsaved.Wait(); close(saved) }()
	select {
	case <-saved:
	case <-time.After(saveWait):
	}
	closed := make(chan error, 1)
	go func() { closed <- recoverPanics(g.store.Close) }()
	select {
	case err := <-closed:
		g.queue.Close()
		return err
	case <-time.After(closeWait):
		return errors.New("the index did not close: a lock of the damaged index is held")
	}
}

// snapshot returns a consistent state of the index, which the caller must close.
func (g *engine) snapshot() (*scorch.IndexSnapshot, error) {
	r, err := g.store.Reader()
	if err != nil {
		return nil, err
	}
	s, ok := r.(*scorch.IndexSnapshot)
	if !ok || s == nil {
		return nil, fmt.Errorf("the index returned a %T instead of a snapshot", r)
	}
	return s, nil
}

// evaluate calls fn with the current snapshot.
func (g *engine) evaluate(ctx context.Context, fn func(*evaluation) error) error {
	snap, err := g.snapshot()
	if err != nil {
		return err
	}
	defer snap.Close()
	s, ok := g.scratches.Get().(*scratch)
	if !ok {
		s = &scratch{}
	}
	e := &evaluation{ctx: ctx, leaves: g.cache.Readers(snap), scratch: s, joins: g.cache.Joins(snap)}
	for _, l := range e.leaves {
		e.documents += l.Count()
	}
	if err := fn(e); err != nil {
		// Drop the scratch: its slices may not be zero.
		return err
	}
	g.scratches.Put(s)
	return nil
}

// meta holds the internal keys of the index.
type meta struct {
	format    string
	seq       uint64
	documents uint64
	parked    map[string]string
}

// meta returns the internal keys. It fails if the format is not readable.
func (g *engine) meta() (meta, error) {
	s, err := g.snapshot()
	if err != nil {
		return meta{}, err
	}
	defer s.Close()
	var m meta
	f, err := s.GetInternal([]byte(formatKey))
	if m.format = string(f); err != nil || !readable(m.format) {
		return m, fmt.Errorf("format is %q, this build writes %q (%w)", f, format, errors.Join(err))
	}
	seq, err := s.GetInternal([]byte(seqKey))
	if err != nil {
		return m, err
	}
	if m.seq, err = strconv.ParseUint(string(seq), 10, 64); err != nil {
		return m, fmt.Errorf("cursor: %w", err)
	}
	if m.documents, err = s.DocCount(); err != nil {
		return m, err
	}
	parked, err := s.GetInternal([]byte(parkedKey))
	if err != nil || len(parked) == 0 {
		return m, err
	}
	if err := json.Unmarshal(parked, &m.parked); err != nil {
		return m, fmt.Errorf("parked documents: %w", err)
	}
	return m, nil
}

// probe reads a sample of all data that queries read, so that major damage is found
// when the index is opened.
func (g *engine) probe() error {
	s, err := g.snapshot()
	if err != nil {
		return err
	}
	defer s.Close()
	// Damage shows when data is read: opening reads only the footers of the segments.
	// The first and the last document of each segment are at the ends of its file.
	for _, l := range g.cache.Readers(s) {
		if n := l.Size(); n > 0 {
			for _, doc := range []uint32{0, uint32(n - 1)} {
				if _, err := l.ID(doc); err != nil {
					return err
				}
				if _, err := l.HasPhrase(doc, nil); err != nil {
					return err
				}
			}
		}
		for _, field := range []string{segment.TermField, segment.WordField, segment.KindField, segment.DayField} {
			var first string
			err := l.Terms(field, "", func(t string) bool { first = t; return false })
			if err != nil {
				return err
			}
			if _, err := l.Docs(field, first); err != nil {
				return err
			}
		}
	}
	return nil
}

// verify fails if a segment on disk does not have its checksum.
func (g *engine) verify(ctx context.Context) error {
	s, err := g.snapshot()
	if err != nil {
		return err
	}
	defer s.Close()
	for _, seg := range s.Segments() {
		if err := ctx.Err(); err != nil {
			return err
		}
		file, ok := seg.Segment().(interface {
			Data() []byte
			CRC() uint32
			Path() string
		})
		if !ok {
			// Still in memory.
			continue
		}
		data := file.Data()
		if len(data) < 4 || crc32.ChecksumIEEE(data[:len(data)-4]) != file.CRC() {
			return fmt.Errorf("segment %s does not have its checksum", filepath.Base(file.Path()))
		}
	}
	return nil
}

// recoverPanics calls fn and returns a panic as a *panicError. It also recovers faults
// of reading a mapped file that was truncated: a damaged index must not stop the portal.
func recoverPanics(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = &panicError{value: r, stack: debug.Stack()}
		}
	}()
	return fn()
}

// panicError is a recovered panic.
type panicError struct {
	value any
	stack []byte
}

// Error returns the value of the panic and the stack.
func (p *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// checkContains fails if one of the documents is neither in the index nor parked.
func (g *engine) checkContains(ids []string, parked map[string]string) error {
	s, err := g.snapshot()
	if err != nil {
		return err
	}
	defer s.Close()
	for _, id := range ids {
		if _, ok := parked[id]; ok {
			continue
		}
		found := false
		for _, seg := range s.Segments() {
			docs, err := seg.DocNumbers([]string{id})
			if err != nil {
				return err
			}
			found = found || docs != nil && !docs.IsEmpty()
		}
		if !found {
			return fmt.Errorf("document %s is not in the index", id)
		}
	}
	return nil
}
