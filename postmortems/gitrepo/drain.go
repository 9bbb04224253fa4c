package gitrepo

import (
	"context"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// announceGrace is how long after a client asked for the branches its push is
// waited for: in between git packs what it will send.
const announceGrace = 5 * time.Second

// maxAnnounced bounds how many are waited for: who asks for the branches over and
// over and pushes nothing must not fill memory with timers.
const maxAnnounced = 1000

// announcements are pushes that have asked for the branches and have not come yet.
// For their authors they are under way.
type announcements struct {
	grace    time.Duration
	mu       sync.Mutex
	draining bool
	waiting  []announced // oldest first
	next     uint64
	expected sync.WaitGroup
}

// announced is one push that is waited for; its timer ends the wait.
type announced struct {
	number uint64
	timer  *time.Timer
}

// add notes that a push is about to come. It fails once Drain was called.
func (a *announcements) add() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.draining {
		return fault.New(fault.Unavailable, "gitrepo", "the server is stopping; try again in a moment")
	}
	if len(a.waiting) >= maxAnnounced {
		return nil // it is served, and a stop does not wait for it
	}
	a.expected.Add(1)
	number := a.next
	a.next++
	timer := time.AfterFunc(a.grace, func() { a.drop(number) })
	a.waiting = append(a.waiting, announced{number, timer})
	return nil
}

// arrive tells that a push has come. Which of those announced it is does not
// matter: only their number is waited for.
func (a *announcements) arrive() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) > 0 {
		a.waiting[0].timer.Stop()
		a.waiting = a.waiting[1:]
		a.expected.Done()
	}
}

// drop gives an announcement up whose push did not come.
func (a *announcements) drop(number uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, x := range a.waiting {
		if x.number == number {
			a.waiting = append(a.waiting[:i:i], a.waiting[i+1:]...)
			a.expected.Done()
			return
		}
	}
}

// Drain lets no new push begin and waits until those whose authors' git has asked
// for the branches have come, or have not for announceGrace. What has come is
// waited for by whoever serves it, and by Close.
func (r *Repo) Drain(ctx context.Context) error {
	a := &r.announced
	a.mu.Lock()
	a.draining = true
	a.mu.Unlock()
	done := make(chan struct{})
	go func() {
		a.expected.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, "gitrepo.Drain", "pushes were announced and did not come in time", ctx.Err())
	}
}
