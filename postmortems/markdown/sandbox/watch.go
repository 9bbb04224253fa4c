package sandbox

import (
	"sync"
	"time"
)

// patience is the limit of elapsed time as a multiple of the limit of processor time.
// On a busy machine a worker waits longer than it works, and the document must not be
// refused for it.
const patience = 10

// shortestLook is the shortest interval between two checks of a worker.
const shortestLook = 20 * time.Millisecond

// watch kills a worker that has used its processor time, or far too much elapsed time.
type watch struct {
	limit time.Duration
	until time.Time // limit of elapsed time
	used  func() (time.Duration, bool)
	end   func()

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
	slow    bool
}

// startWatch starts watching. used returns the processor time since then; where it is
// not known, elapsed time counts. end is called at most once, while the mutex of the
// watch is held. The first check is after limit, because with GOMAXPROCS=1 a worker
// uses hardly more processor time than has elapsed.
func startWatch(limit time.Duration, used func() (time.Duration, bool), end func()) *watch {
	w := &watch{limit: limit, until: time.Now().Add(patience * limit), used: used, end: end}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(limit, w.check)
	return w
}

// check kills the worker if it has used its time, and otherwise schedules the next check.
func (w *watch) check() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return
	}
	if used, known := w.used(); known && used < w.limit && time.Now().Before(w.until) {
		w.timer.Reset(max(w.limit-used, shortestLook))
		return
	}
	w.slow = true
	w.end()
}

// stop ends watching and reports whether the worker was in time. end is not called
// after it returns.
func (w *watch) stop() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.timer.Stop()
	return !w.slow
}
