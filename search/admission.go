package search

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// Limits bound what searching may take from the machine.
type Limits struct {
	// Searches is how many queries run at once. More than the cores there are
	// only makes all of them slower: with 16 clients, two at once had twelve times
	// less p99 latency than sixteen. Default: one a core, at least 2.
	Searches int
	// Waiting is how many more may wait for their turn. Default 64.
	Waiting int
	// Budget is how long one query may take, waiting included. Default 2 s.
	Budget time.Duration
}

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

// gate admits a bounded number of searches, in a bounded queue.
type gate struct {
	running chan struct{}
	present chan struct{} // running or waiting
}

func newGate(l Limits) *gate {
	return &gate{running: make(chan struct{}, l.Searches), present: make(chan struct{}, l.Searches+l.Waiting)}
}

// errBusy is the refusal of a search for which there is no turn: the server's state,
// not one client's excess.
func errBusy(cause error) error {
	return &fault.Error{Kind: fault.Unavailable, Op: "search.Search", Msg: "too many searches are waiting: try again in a moment", Err: cause}
}

// enter waits for a turn; leave must follow when it returns nil. Without a turn
// before the deadline it returns fault.Unavailable, as when the queue is full: the
// query itself took no time yet.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.present <- struct{}{}:
	default:
		return errBusy(nil)
	}
	select { // a turn that is free is taken whatever ctx says: the query finds out
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

func (g *gate) leave() {
	<-g.running
	<-g.present
}
