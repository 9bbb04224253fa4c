package page

import (
	"strconv"
	"testing"
	"time"
)

func TestLimiterLetsTheBurstThroughAndThenWaits(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	l := newLimiter(func() time.Time { return now })
	_, burst := RatePush.Limit()
	for i := range burst {
		if _, ok := l.allow(RatePush, "ana"); !ok {
			t.Fatalf("request %d of a burst of %d was refused", i+1, burst)
		}
	}
	wait, ok := l.allow(RatePush, "ana")
	if ok || wait <= 0 || wait > 6*time.Second {
		t.Fatalf("after the burst: ok %v, wait %v; want a wait of up to 6 s", ok, wait)
	}
	if _, ok := l.allow(RatePush, "bob"); !ok {
		t.Error("another client must not pay")
	}
	if _, ok := l.allow(RateSearch, "ana"); !ok {
		t.Error("another class must not pay")
	}
	now = now.Add(wait)
	if _, ok := l.allow(RatePush, "ana"); !ok {
		t.Error("still refused after the wait it named")
	}
}

func TestLimiterIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	l := newLimiter(func() time.Time { now = now.Add(time.Millisecond); return now })
	for i := range limiterEntries + 500 {
		l.allow(RateSearch, strconv.Itoa(i))
	}
	if n := len(l.clients); n > limiterEntries {
		t.Errorf("%d entries, at most %d are allowed", n, limiterEntries)
	}
}
