package search

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// Limits are the limits of the resources that searches use.
type Limits struct {
	// Searches is how many queries run at once. More than there are cores make all of
	// them slower: with 16 clients on two cores, the p99 latency of two at once was a
	// twelfth of that of sixteen. The default is one per core, at least 2.
	Searches int
	// Waiting is how many more may wait. The default is 64.
	Waiting int
	// Budget is how long one query may take, including waiting. The default is 2 s.
	Budget time.Duration
}

// withDefaults returns the limits with defaults for zero fields.
func (l Limits) withDefaults() Limits {
	if l.Searches <= 0 {
		l.Searches = max(2, runtime.GOMAXPROCS(0))
	}
	if l.Waiting <= 0 {
		l.Waiting = 64
	}
	if l.Budget <= 0 {
		l.Budget = 2 * time.Second
	}
	return l
}

// admission admits a limited number of searches at once, and a limited number to wait.
//
// The channels are semaphores: a search holds one element of present while it waits or
// runs, and one of running while it runs.
type admission struct {
	running chan struct{}
	// Running or waiting.
	present chan struct{}
}

// newAdmission returns an admission that admits no search yet.
func newAdmission(l Limits) *admission {
	return &admission{running: make(chan struct{}, l.Searches), present: make(chan struct{}, l.Searches+l.Waiting)}
}

// errBusy returns the error of a search that was not admitted. Its kind is Unavailable:
// the server is busy, the client has not exceeded a limit of its own.
func errBusy(cause error) error {
	return &fault.Error{Kind: fault.Unavailable, Op: "search.Search", Msg: "too many searches are waiting: try again in a moment", Err: cause}
}

// enter waits for admission. If it returns nil, the caller must call leave. It fails
// with fault.Unavailable if the queue is full or the deadline passes: the query itself
// has not taken any time yet.
func (g *admission) enter(ctx context.Context) error {
	select {
	case g.present <- struct{}{}:
	default:
		return errBusy(nil)
	}
	// Admit without waiting even if ctx has ended: the query checks it.
	select {
	case g.running <- struct{}{}:
		return nil
	default:
	}
	select {
	case g.running <- struct{}{}:
		return nil
	case <-ctx.Done():
		<-g.present
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return errBusy(ctx.Err())
		}
		return ctx.Err()
	}
}

// leave ends a search that enter admitted.
func (g *admission) leave() {
	<-g.running
	<-g.present
}
