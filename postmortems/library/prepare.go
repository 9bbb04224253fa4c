package library

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

const (
	// spillBytes bounds the compiled documents in memory, in bytes. Those of a larger push
	// are written to the database during the check. The rows are derived and keyed by
	// content, so a refused push leaves nothing visible.
	spillBytes = 64 << 20
	// progressEvery is the number of documents between two progress lines.
	progressEvery = 1000
)

// Prepared is a validated change set, ready to be applied. Its Receipt holds the
// problems and what the push does or would do. apply is valid as long as Published is
// still the commit that was checked against.
type Prepared struct {
	Receipt postmortems.Receipt
	apply   func(kv.Writer) error
}

// Refused reports whether the change set has errors and must not be published. Warnings
// do not refuse.
func (p *Prepared) Refused() bool {
	return slices.ContainsFunc(p.Receipt.Problems, func(x postmortems.Problem) bool { return x.Weight == postmortems.Error })
}

// Apply writes all rows of the change set, the change log and the published commit. It
// runs inside one Update and may run again. The caller must have asked Refused and
// holds the publishing lock.
func (p *Prepared) Apply(w kv.Writer) error { return p.apply(w) }

// Prepare validates a change set and computes what publishing it would do. It reads
// contents through cs.Content, which may be in quarantine, and changes nothing that a
// reader can see. If main is false, the branch is a draft. say prints a progress line
// for the author. Problems of the content are in the result; an error is a failure of
// the server. say may be called from several goroutines, but never concurrently.
func (l *Library) Prepare(ctx context.Context, cs postmortems.ChangeSet, main bool, say func(string)) (*Prepared, error) {
	if !main {
		return l.prepareDraft(ctx, cs, say)
	}
	docs, problems, err := l.compileAll(ctx, cs, say)
	if err != nil {
		return nil, err
	}
	var p *plan
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		p, err = newPlan(ctx, r, cs, docs)
		return err
	})
	if err != nil {
		return nil, err
	}
	p.receipt.Branch = cs.Branch
	p.receipt.Problems = sorted(append(problems, p.receipt.Problems...))
	return &Prepared{Receipt: p.receipt, apply: p.apply}, nil
}

// checkContext returns a fault of kind Timeout when the push has ended: at the latest
// after limits.push_time, or when the author has disconnected.
func checkContext(ctx context.Context) error {
	return fault.Wrap(fault.Timeout, "library.Prepare", "the check was interrupted; push again", ctx.Err())
}

// sorted sorts problems by path and place. Problems at one place stay in their order.
// ps itself is sorted.
func sorted(ps []postmortems.Problem) []postmortems.Problem {
	slices.SortStableFunc(ps, func(a, b postmortems.Problem) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), a.Line-b.Line, a.Col-b.Col)
	})
	return ps
}

// compileAll compiles every document of the change set and returns them by path.
// Documents are rendered concurrently while git reads the next ones. The first error
// cancels the others. The data of a blob is cloned, because it is valid only during the
// call of Blobs.
func (l *Library) compileAll(ctx context.Context, cs postmortems.ChangeSet,
	say func(string)) (map[string]compiled, []postmortems.Problem, error) {
	changes := slices.DeleteFunc(slices.Clone(cs.Net), func(c postmortems.Change) bool {
		return c.Status == postmortems.Deleted || !isDocument(c.Path)
	})
	ids := make([]postmortems.OID, len(changes))
	for i, c := range changes {
		ids[i] = c.Blob
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	b := &batch{lib: l, docs: make(map[string]compiled, len(changes)), total: len(changes), say: say}
	type job struct {
		path string
		blob postmortems.OID
		src  []byte
	}
	// Unbuffered: git reads no further ahead than the workers can compile, which bounds
	// the sources in memory.
	jobs := make(chan job)
	var workers sync.WaitGroup
	for range l.opt.Workers {
		workers.Go(func() {
			for j := range jobs {
				if err := b.compile(ctx, j.blob, j.path, j.src); err != nil {
					cancel(err)
				}
			}
		})
	}
	err := cs.Content.Blobs(ctx, ids, func(i int, data []byte) error {
		select {
		case jobs <- job{changes[i].Path, changes[i].Blob, slices.Clone(data)}:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	close(jobs)
	workers.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return b.docs, b.problems, err
}

// batch collects compiled documents from several workers.
type batch struct {
	lib   *Library
	say   func(string)
	total int

	mu       sync.Mutex
	docs     map[string]compiled
	problems []postmortems.Problem
	held     int // bytes of content and text in docs
}

// compile compiles one document and adds it to the batch. An error names the path. say
// is called while mu is held, so its lines are in order.
func (b *batch) compile(ctx context.Context, blob postmortems.OID, path string, src []byte) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	d, problems, err := postmortems.Compile(ctx, path, src, b.lib.opt.Policy(), b.lib.opt.Renderer)
	if err != nil {
		return fmt.Errorf("compile %s: %w", path, err)
	}
	c, err := newCompiled(blob, d)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.docs[path] = c
	b.problems = append(b.problems, problems...)
	if n := len(b.docs); n%progressEvery == 0 && n < b.total {
		b.say(fmt.Sprintf("checked %d of %d documents", n, b.total))
	}
	if b.held += len(c.content) + len(c.text); b.held > spillBytes {
		return b.spill(ctx)
	}
	return nil
}

// spill writes the collected rows and releases their memory. The caller holds mu, so
// the other workers wait until the rows are written.
func (b *batch) spill(ctx context.Context) error {
	err := b.lib.opt.DB.Update(ctx, func(w kv.Writer) error {
		for _, c := range b.docs {
			if c.content == nil {
				continue
			}
			if err := putContent(w, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for path, c := range b.docs {
		c.content, c.text = nil, nil
		b.docs[path] = c
	}
	b.held = 0
	return nil
}
