package gitrepo

import (
	"context"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// announceGrace is how long Drain waits for a push after its client has listed the
// branches: in between, git packs what it will send.
const announceGrace = 5 * time.Second

// maxAnnounced bounds how many announced pushes are tracked: a client that lists the
// branches repeatedly without pushing must not fill memory with timers.
const maxAnnounced = 1000

// announcements counts pushes whose client has listed the branches and not yet sent
// its commands. For their authors these pushes are already in progress. Work that has
// begun is counted by Repo.working instead.
type announcements struct {
	grace    time.Duration
	mu       sync.Mutex
	draining bool
	waiting  []announced // oldest first
	next     uint64
	expected sync.WaitGroup
}

// announced is one push that Drain waits for; its timer ends the wait.
type announced struct {
	number uint64
	timer  *time.Timer
}

// add records that a push is about to arrive. It fails with a fault of kind
// Unavailable after Drain was called.
func (a *announcements) add() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.draining {
		return fault.New(fault.Unavailable, "gitrepo", "the server is stopping; try again in a moment")
	}
	if len(a.waiting) >= maxAnnounced {
		return nil // served, but a stop does not wait for it
	}
	a.expected.Add(1)
	number := a.next
	a.next++
	timer := time.AfterFunc(a.grace, func() { a.drop(number) })
	a.waiting = append(a.waiting, announced{number, timer})
	return nil
}

// arrive records that a push has arrived. Which of the announced pushes it is does
// not matter: only their number is waited for. A push that was not announced, as by a
// client with its own list of refs, is counted for another one.
func (a *announcements) arrive() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) > 0 {
		a.waiting[0].timer.Stop()
		a.waiting = a.waiting[1:]
		a.expected.Done()
	}
}

// drop removes an announcement whose push did not arrive. If arrive has removed it
// meanwhile, nothing happens.
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

// Drain lets no new push begin and waits for the pushes whose clients have listed the
// branches, each for at most announceGrace. Pushes that have arrived are waited for
// by Close and by the HTTP server. A ctx that ends first is a fault of kind Timeout.
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
		return fault.Wrap(fault.Timeout, "gitrepo.Drain", "announced pushes did not arrive in time", ctx.Err())
	}
}
