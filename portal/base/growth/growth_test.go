//go:build unix

package growth

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

var sink int // keeps the compiler from removing loops

// loop returns work of n steps.
func loop(n int) func() {
	return func() {
		for i := range n {
			sink += i
		}
	}
}

func TestLinearAcceptsLinearWork(t *testing.T) {
	for name, n := range map[string]int{"of nanoseconds": 10, "of microseconds": 10_000, "of milliseconds": 4_000_000} {
		t.Run(name, func(t *testing.T) { Linear(t, n, loop) })
	}
}

// Work whose time grows with the square of its input is far from the accepted growth.
func TestQuadraticWorkExceedsTheSlack(t *testing.T) {
	const n = 300
	small, large := newCost(t, loop(n*n)), newCost(t, loop(factor*n*factor*n))
	small.measure()
	large.measure()
	if large.least <= slack*factor*small.least {
		t.Errorf("quadratic work grew from %v to %v only", small.least, large.least)
	}
}

// A measurement lasts a whole sample and is divided by the number of calls.
func TestMeasureRepeatsShortWork(t *testing.T) {
	calls := 0
	work := loop(1000)
	c := newCost(t, func() { calls++; work() })
	c.measure()
	if calls < 100 || c.least <= 0 || c.least > sample/10 {
		t.Errorf("%d calls, %v each", calls, c.least)
	}
}

// Processor time of another goroutine is not counted.
func TestOtherThreadsAreNotMeasured(t *testing.T) {
	if whose == syscall.RUSAGE_SELF {
		t.Skip("this system counts the whole process")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for busy := true; busy; {
			select {
			case <-stop:
				busy = false
			default:
				runtime.Gosched() // another thread is busy; this test's thread sleeps
			}
		}
	}()
	start := processorTime(t)
	for range 20 {
		time.Sleep(time.Millisecond)
	}
	if took := processorTime(t) - start; took > sample {
		t.Errorf("20 sleeps used %v of processor time", took)
	}
}
