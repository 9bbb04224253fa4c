package gitrepo

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// holderShare divides the slots: one holder gets at most this fraction, half of them,
// so that the slow pushes of one author never take the last slot. A holder always gets
// at least one.
const holderShare = 2

// slots bound how many pushes or fetches run at a time, in total and for one holder: a
// token, or an address if there is no token. They are granted in the order of arrival;
// a holder that has its share waits for its own.
type slots struct {
	most, each int

	mu      sync.Mutex
	taken   int
	held    map[string]int // by holder
	waiting []*waiter      // in the order of arrival
}

// waiter waits for a slot. It is in slots.waiting until it is granted or gives up.
type waiter struct {
	holder string
	ready  chan struct{} // closed when the slot is granted
}

// n is at least 1.
func newSlots(n int) *slots {
	return &slots{most: n, each: max(n/holderShare, 1), held: map[string]int{}}
}

// take waits for a slot; the caller must release it. The fault of waiting too long is of
// kind Unavailable when the server is busy for every client, and of kind TooMany when
// the holder's own share is in use. ctx ends with the time of the push or fetch.
func (s *slots) take(ctx context.Context, holder string, wait time.Duration) error {
	s.mu.Lock()
	w := &waiter{holder: holder, ready: make(chan struct{})}
	s.waiting = append(s.waiting, w)
	s.grant()
	s.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	default:
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-w.ready:
		return nil
	case <-timer.C:
		return s.giveUp(w, nil)
	case <-ctx.Done():
		return s.giveUp(w, ctx.Err())
	}
}

// giveUp removes a waiter and returns why it got no slot. If a slot was granted at
// the same moment, a waiter whose ctx has not ended keeps it: the result is nil.
func (s *slots) giveUp(w *waiter, ended error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.waiting, w)
	if i < 0 { // granted at the same moment
		if ended == nil {
			return nil
		}
		s.free(w.holder)
	} else {
		s.waiting = slices.Delete(s.waiting, i, i+1)
		if s.held[w.holder] >= s.each {
			return fault.Wrap(fault.TooMany, "gitrepo",
				"your own pushes or clones take all the turns that one client may have; wait for them, then try again", busy{})
		}
	}
	if ended == nil {
		return fault.Wrap(fault.Unavailable, "gitrepo", "the server is busy with other pushes and clones; try again in a minute", busy{})
	}
	return fault.Wrap(fault.Timeout, "gitrepo", "the server was busy for too long; try again in a minute", busy{})
}

// release returns a slot. Each successful take needs one.
func (s *slots) release(holder string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free(holder)
}

// free returns a slot and grants it to a waiter. The caller holds mu.
func (s *slots) free(holder string) {
	s.taken--
	if s.held[holder]--; s.held[holder] == 0 {
		delete(s.held, holder)
	}
	s.grant()
}

// grant gives the free slots to the waiters that may have one. The caller holds mu. A
// waiter whose holder has its share is passed over and does not block those behind it.
func (s *slots) grant() {
	s.waiting = slices.DeleteFunc(s.waiting, func(w *waiter) bool {
		if s.taken == s.most || s.held[w.holder] >= s.each {
			return false
		}
		s.taken++
		s.held[w.holder]++
		close(w.ready)
		return true
	})
}

// busy is the cause of a refusal for lack of a slot, which is not a failure of the
// server.
type busy struct{}

// Error implements error.
func (busy) Error() string { return "every slot is taken" }
