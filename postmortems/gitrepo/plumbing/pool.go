package plumbing

import (
	"context"
	"errors"
	"sync"

	"github.com/postern/postern/portal/base/fault"
)

// Pool holds a few cat-file processes for readers. A process that died is replaced. A
// running one finds the objects of later pushes, because git looks for new packs when an
// object is missing.
type Pool struct {
	git    *Git
	limits Limits
	free   chan *CatFile // nil entries: not started yet
	close  sync.Once
	ctx    context.Context
	cancel context.CancelFunc
}

// NewPool returns a pool of size processes, each started on first use. They end with ctx
// or Close.
func NewPool(ctx context.Context, git *Git, size int, limits Limits) *Pool {
	p := &Pool{git: git, limits: limits, free: make(chan *CatFile, size)}
	p.ctx, p.cancel = context.WithCancel(ctx)
	for range size {
		p.free <- nil
	}
	return p
}

// Do calls fn with a process that no one else uses meanwhile. A pool that is busy until
// ctx ends is a fault of kind Timeout. fn must not call Do of the same pool: with every
// process in use, both would wait for each other. A process that fn broke is replaced
// by the next call.
func (p *Pool) Do(ctx context.Context, fn func(*CatFile) error) error {
	var c *CatFile
	select {
	case c = <-p.free:
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, "git cat-file", "the repository is busy; try again", ctx.Err())
	case <-p.ctx.Done():
		return fault.New(fault.Unavailable, "git cat-file", "the server is stopping; try again in a moment")
	}
	defer func() { p.free <- c }()
	if c == nil || !c.usable() {
		fresh, err := p.git.OpenCatFile(p.ctx, p.limits)
		if err != nil {
			return err
		}
		if c != nil {
			_ = c.Close() // the process has ended
		}
		c = fresh
	}
	return fn(c)
}

// Close ends all processes; it waits for those in use. Later calls of Do are faults of
// kind Unavailable.
func (p *Pool) Close() error {
	var errs []error
	p.close.Do(func() {
		p.cancel()
		for range cap(p.free) {
			if c := <-p.free; c != nil {
				errs = append(errs, c.Close())
			}
		}
	})
	return errors.Join(errs...)
}
