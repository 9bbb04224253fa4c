//go:build unix

package growth

import (
	"math"
	"runtime"
	"testing"
	"time"
)

const (
	// factor is the ratio of the two input lengths.
	factor = 8
	// slack is how many times linear growth is accepted: caches and allocation cost
	// more with more data. Quadratic growth is factor times linear growth.
	slack = 3
	// rounds is how often each input is measured; the shortest time of all rounds
	// counts, since every disturbance adds time and none removes any.
	rounds = 5
	// sample is the least processor time of one measurement: short work is repeated
	// until it takes that long.
	sample = 10 * time.Millisecond
	// enough ends the measuring of work that takes seconds: noise is small beside it.
	enough = 3 * time.Second
)

// Linear fails the test when work on an input of 8n units takes more than 24 times
// the processor time of work on one of n units. prepare returns the work for an input
// of the given number of units and is not measured itself. The work is called many
// times, always on the goroutine of the test; what it starts on other goroutines is
// not measured.
func Linear(t *testing.T, n int, prepare func(units int) (work func())) {
	t.Helper()
	small, large := newCost(t, prepare(n)), newCost(t, prepare(factor*n))
	for range rounds {
		small.measure()
		large.measure()
		if large.least <= slack*factor*small.least {
			return
		}
		if large.least > enough {
			break
		}
	}
	t.Errorf("%d units take %v, %d take %v; linear growth would be about %v", n, small.least, factor*n, large.least, factor*small.least)
}

// cost measures one piece of work.
type cost struct {
	t     *testing.T
	work  func()
	least time.Duration // for one call, the shortest so far
}

func newCost(t *testing.T, work func()) *cost { return &cost{t, work, math.MaxInt64} }

// measure calls the work until it has used a whole sample of processor time, and
// lowers least to the time of one call.
func (c *cost) measure() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	runtime.GC() // what earlier work left is not collected at the expense of this one
	for calls := 1; ; calls *= 2 {
		start := processorTime(c.t)
		for range calls {
			c.work()
		}
		if took := processorTime(c.t) - start; took >= sample {
			c.least = min(c.least, took/time.Duration(calls))
			return
		}
	}
}
