package page

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter counts the requests of each client, by class. Its table is bounded: when it is
// full, one of the longest unseen clients is dropped. At worst an attacker with many
// addresses gets the burst of an address again.
type limiter struct {
	now func() time.Time

	mu      sync.Mutex
	clients map[clientKey]*clientRate
}

// clientKey identifies a bucket.
type clientKey struct {
	class RateClass
	who   string // token id or address
}

// clientRate is the bucket of one client for one class.
type clientRate struct {
	bucket *rate.Limiter
	seen   time.Time
}

// newLimiter returns a limiter on the given clock.
func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, clients: map[clientKey]*clientRate{}}
}

// allow takes one request from the client's bucket. If the bucket is empty, ok is false
// and wait is how long to wait for the next request.
func (l *limiter) allow(class RateClass, who string) (wait time.Duration, ok bool) {
	perSecond, burst := class.Limit()
	if perSecond == 0 {
		return 0, true
	}
	now := l.now()
	b := l.client(clientKey{class, who}, now, perSecond, burst)
	r := b.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait, false
	}
	return 0, true
}

// client returns the client's bucket, and makes it on first use.
func (l *limiter) client(k clientKey, now time.Time, perSecond float64, burst int) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.clients[k]
	if c == nil {
		if len(l.clients) >= limiterEntries {
			l.forgetOne()
		}
		c = &clientRate{bucket: rate.NewLimiter(rate.Limit(perSecond), burst)}
		l.clients[k] = c
	}
	c.seen = now
	return c.bucket
}

// forgetOne removes the longest unseen of a few entries. The order of a map is random,
// so that is close enough to the longest unseen of all.
func (l *limiter) forgetOne() {
	const sample = 8
	var oldest clientKey
	var seen time.Time
	n := 0
	for k, c := range l.clients {
		if n == 0 || c.seen.Before(seen) {
			oldest, seen = k, c.seen
		}
		if n++; n == sample {
			break
		}
	}
	delete(l.clients, oldest)
}
