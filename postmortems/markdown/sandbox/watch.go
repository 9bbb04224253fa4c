package sandbox

import (
	"sync"
	"time"
)

// patience is how many times its processor time a document may take on the clock:
// on a machine that is busy with other things a worker waits more than it works,
// and its author must not be told that the document is too slow.
const patience = 10

// shortestLook is the least time between two looks at a worker.
const shortestLook = 20 * time.Millisecond

// watch ends a worker that has used its processor time, or far too much of the
// clock.
type watch struct {
	limit time.Duration
	until time.Time // on the clock
	used  func() (time.Duration, bool)
	end   func()

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
	slow    bool
}

// startWatch begins to watch. used gives the processor time since then; where
// nobody knows it, the clock counts.
func startWatch(limit time.Duration, used func() (time.Duration, bool), end func()) *watch {
	w := &watch{limit: limit, until: time.Now().Add(patience * limit), used: used, end: end}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(limit, w.look)
	return w
}

func (w *watch) look() {
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

// stop ends watching; it tells whether the worker was in time.
func (w *watch) stop() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.timer.Stop()
	return !w.slow
}
