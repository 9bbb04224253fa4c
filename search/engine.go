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

// lockWait is how long opening waits for another process to let go of the index.
const lockWait = "3s"

// engine is one open index folder.
type engine struct {
	store   index.Index
	queue   *index.AnalysisQueue
	cache   segment.Cache
	unsaved sync.WaitGroup // batches that can be searched but are not on disk
	// scratches are idle; a query borrows one.
	scratches sync.Pool
}

// saveWait bounds how long closing waits for the last batches to reach the disk;
// what does not is indexed again after the next start.
const saveWait = 5 * time.Second

// openEngine opens or creates the index in dir. Durable batches return when they
// are on disk; others when they can be searched, which is all that following the
// change log needs: after a crash the cursor is as old as the documents.
func openEngine(dir string, durable bool) (*engine, error) {
	// The engine hands every document to this queue for analysis; ours arrive
	// analysed, so one worker is plenty.
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
	return &engine{store: store, queue: queue}, nil
}

// batch makes a batch visible; the returned error is of that only.
func (g *engine) batch(b *index.Batch) error {
	var once sync.Once
	saved := func(error) { once.Do(g.unsaved.Done) }
	g.unsaved.Add(1)
	b.SetPersistedCallback(saved)
	accepted := false
	defer func() {
		if !accepted { // by an error or by a panic
			saved(nil)
		}
	}()
	err := g.store.Batch(b)
	accepted = err == nil
	return err
}

func (g *engine) close() error {
	saved := make(chan struct{})
	go func() { g.unsaved.Wait(); close(saved) }()
	select {
	case <-saved:
	case <-time.After(saveWait):
	}
	err := g.store.Close()
	g.queue.Close()
	return err
}

// snapshot is a consistent state of the index; close it.
func (g *engine) snapshot() (*scorch.IndexSnapshot, error) {
	r, err := g.store.Reader()
	if err != nil {
		return nil, err
	}
	s, ok := r.(*scorch.IndexSnapshot)
	if !ok || s == nil {
		return nil, fmt.Errorf("the index gave a %T for a snapshot", r)
	}
	return s, nil
}

// evaluate runs fn over the present snapshot.
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
		return err // the scratch may be in any state
	}
	g.scratches.Put(s)
	return nil
}

// meta is what the index knows of itself.
type meta struct {
	format    string
	seq       uint64
	documents uint64
	parked    map[string]string
}

// meta reads the internal keys; it refuses an index of another format.
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

// probe reads a little of everything that a query reads, so that gross damage is
// met while opening and not by a reader.
func (g *engine) probe() error {
	s, err := g.snapshot()
	if err != nil {
		return err
	}
	defer s.Close()
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

// verify compares every segment with its checksum.
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
			continue // still in memory
		}
		data := file.Data()
		if len(data) < 4 || crc32.ChecksumIEEE(data[:len(data)-4]) != file.CRC() {
			return fmt.Errorf("segment %s does not have its checksum", filepath.Base(file.Path()))
		}
	}
	return nil
}

// guard turns a panic into an error, also one from reading a mapped file that
// was cut short: a damaged index must not stop the portal.
func guard(fn func() error) (err error) {
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

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// contains tells whether the documents are in the index, or parked.
func (g *engine) contains(ids []string, parked map[string]string) error {
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
