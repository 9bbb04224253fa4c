package gitrepo

import (
	"context"

	"github.com/postern/postern/portal/base/fault"
)

// lock is a mutex whose waiters can give up.
type lock chan struct{}

// The lock is free.
func newLock() lock { return make(lock, 1) }

// try takes the lock when it is free.
func (l lock) try() bool {
	select {
	case l <- struct{}{}:
		return true
	default:
		return false
	}
}

// take waits for the lock. A ctx that ends first is a fault of kind Timeout.
func (l lock) take(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, "gitrepo", "other pushes took too long; nothing of yours was published, push again", ctx.Err())
	}
}

// The caller must hold the lock: otherwise it blocks.
func (l lock) release() { <-l }
