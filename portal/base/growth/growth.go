//go:build unix

// Package growth holds that the time of a function grows with its input and not
// with the square of it. Only tests import it; it stores nothing.
//
// It compares the processor time of one function for an input and for one eight
// times as long, in one run, so the verdict does not depend on how fast or how busy
// the machine is: a linear function takes 8 times as long, a quadratic one 64.
package growth

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

const (
	// factor is how much longer the second input is.
	factor = 8
	// slack is how many times the linear growth is allowed: caches, allocation and
	// the garbage collector cost more with more data. A square would be factor times.
	slack = 3
	// runs is how often each input is measured; the least time counts.
	runs = 3
	// tries is how often both are measured before the growth counts as too fast:
	// the time is the whole process's, so a test beside this one can add to it.
	tries = 3
	// floor is the least that the short input is taken to need: what is shorter
	// cannot be measured.
	floor = 500 * time.Microsecond
)

// Linear fails the test when work on an input of 8n units takes far more than 8
// times the processor time of work on one of n. prepare makes the work for an input
// of so many units; it is not measured.
func Linear(t *testing.T, n int, prepare func(units int) (work func())) {
	t.Helper()
	var short, long time.Duration
	for range tries {
		short, long = least(prepare(n)), least(prepare(factor*n))
		if long <= slack*factor*max(short, floor) {
			return
		}
	}
	t.Errorf("%d units take %v, %d take %v; linear growth would be about %v", n, short, factor*n, long, factor*short)
}

// least is the least processor time of several runs.
func least(work func()) time.Duration {
	best := time.Duration(1<<63 - 1)
	for range runs {
		runtime.GC() // the waste of what ran before is not this one's
		start := used()
		work()
		best = min(best, used()-start)
		if best > 10*time.Second {
			break // once is enough to tell
		}
	}
	return best
}

// used is the processor time of this process.
func used() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return time.Duration(time.Now().UnixNano()) // elapsed time instead
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
