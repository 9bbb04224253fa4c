package gitrepo

import (
	"context"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// slots bound how many do something at a time.
type slots chan struct{}

func newSlots(n int) slots { return make(slots, n) }

// take waits for a slot. The fault of waiting too long is of kind Unavailable: the
// server is busy for every client.
func (s slots) take(ctx context.Context, wait time.Duration) error {
	select {
	case s <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case s <- struct{}{}:
		return nil
	case <-timer.C:
		return fault.Wrap(fault.Unavailable, "gitrepo", "the server is busy with other pushes and clones; try again in a minute", busy{})
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, "gitrepo", "the server was busy for too long; try again in a minute", ctx.Err())
	}
}

func (s slots) release() { <-s }

// busy is the cause of a refusal for want of a slot: no failure of the server.
type busy struct{}

// Error implements error.
func (busy) Error() string { return "every slot is taken" }

// lock is a mutex whose waiting can be given up.
type lock chan struct{}

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

func (l lock) take(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, "gitrepo", "other pushes took too long; nothing of yours was published, push again", ctx.Err())
	}
}

func (l lock) release() { <-l }
