package promsli_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/promsli"
	"github.com/postern/postern/reports/slo"
)

// late is a source to whose store the samples of half an hour come late: at 23:30
// half of each bucket's, and all of them, or none, when lag is over.
type late struct {
	*server
	since time.Time
	lag   time.Duration
	now   func() time.Time
}

func newLate(w **world, since time.Time, lag time.Duration) late {
	l := late{since: since, lag: lag, now: func() time.Time { return (*w).now }}
	l.server = &server{value: func(q string, at time.Time) (float64, bool) {
		behind := at.After(l.since) && !at.After(l.since.Add(30*time.Minute)) && l.now().Before(l.since.Add(l.lag))
		switch {
		case strings.HasPrefix(q, "sum(count_over_time("):
			return 0, false
		case strings.HasPrefix(q, "count("):
			return 1, !behind || at.Minute()%2 == 0
		case behind:
			return 4, true
		}
		return 10, true
	}}
	return l
}

func halfSeen(name string) slo.SLO {
	s := events(name)
	s.Hash = "first"
	s.Indicator = slo.Indicator{Type: "prometheus", Good: "good", Total: "all", Counter: true}
	return s
}

// halfSeenWorld measures one such objective. It has had no turn yet: a source may
// ask the world for the time.
func halfSeenWorld(t *testing.T, src promsli.Querier) *world {
	t.Helper()
	w := newWorld(t, promsli.Source{Name: "main", Query: src, Step: time.Minute, Grace: time.Minute})
	w.slos = []slo.SLO{halfSeen("a")}
	return w
}

// run lets the portal's clock go on, a turn every five minutes.
func (w *world) run(d time.Duration) {
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(fiveM) {
		w.tick()
	}
}

func TestLateDataMakesARevision(t *testing.T) {
	var w *world
	since := start.Add(24 * time.Hour)
	src := newLate(&w, since, 80*time.Minute)
	w = halfSeenWorld(t, src)
	w.tick()
	w.run(40 * time.Minute)
	at := since.Add(5 * time.Minute).Unix()
	if b := w.got["a"][at]; b.Total != 4 || b.Rev != 1 || b.Coverage > 0.7 {
		t.Fatalf("at first %+v", b)
	}
	w.poller = promsli.New(w.opt) // what is to be asked again outlives the process
	w.run(4 * time.Hour)
	for n := range 6 {
		b := w.got["a"][since.Add(time.Duration(n)*fiveM).Unix()]
		if b.Total != 10 || b.Coverage != 1 || b.Rev < 2 {
			t.Errorf("bucket %d is in the end %+v", n, b)
		}
	}
	if w.twice != 6 {
		t.Errorf("%d buckets were written again, want the 6 that changed", w.twice)
	}
	asked := len(src.asked)
	w.run(3 * time.Minute)
	if more := len(src.asked) - asked; more > 10 {
		t.Errorf("asked %d more times in three minutes", more)
	}
}

// A source that has nothing is asked a bounded number of times, and what it
// answers the same twice is not written twice.
func TestAskingAgainEnds(t *testing.T) {
	var w *world
	since := start.Add(24 * time.Hour)
	src := newLate(&w, since, 1000*time.Hour)
	w = halfSeenWorld(t, src)
	w.tick()
	w.run(13 * time.Hour)
	if w.twice != 0 {
		t.Errorf("%d buckets were written again, and nothing changed", w.twice)
	}
	asked := 0
	for _, q := range src.asked {
		if strings.HasPrefix(q, "count(") &&
			(strings.Contains(q, " 03T00:01..03T00:15/") || strings.Contains(q, " 03T00:16..03T00:30/") ||
				strings.Contains(q, " 03T00:01..03T00:30/")) {
			asked++
		}
	}
	if asked == 0 || asked > 6 {
		t.Errorf("the half hour was asked for again %d times", asked)
	}
}

// What was absent and is there later is the first revision; an answer that saw
// less than before changes nothing; another definition is not mixed in.
func TestRepeatedAnswers(t *testing.T) {
	var w *world
	since := start.Add(24 * time.Hour)
	hole := func(now time.Time) bool { return now.Before(since.Add(30 * time.Minute)) }
	src := &server{}
	src.value = func(q string, at time.Time) (float64, bool) {
		in := at.After(since) && !at.After(since.Add(fiveM))
		switch {
		case strings.HasPrefix(q, "sum(count_over_time("):
			return 0, false
		case strings.HasPrefix(q, "count("):
			return 1, !in || !hole(w.now) && at.Minute() != 1
		case in && hole(w.now):
			return 0, false
		}
		return 10, true
	}
	w = halfSeenWorld(t, src)
	w.tick()
	w.run(10 * time.Minute)
	if _, there := w.got["a"][since.Unix()]; there {
		t.Fatal("the hole is there")
	}
	w.run(2 * time.Hour)
	if b := w.got["a"][since.Unix()]; b.Total != 10 || math.Abs(b.Coverage-0.8) > 1e-9 || b.Rev > 2 {
		t.Errorf("the hole is filled with %+v", b)
	}
	src.warnings = []string{"a store is down"}
	before := w.got["a"][since.Unix()]
	other := w.slos[0]
	other.Hash = "second"
	w.slos[0] = other
	w.run(3 * time.Hour)
	if got := w.got["a"][since.Unix()]; got != before {
		t.Errorf("by another definition it became %+v", got)
	}
}

// A source that is down when buckets are due again is asked when it is back.
func TestAskingAgainOutlivesAnOutage(t *testing.T) {
	var w *world
	since := start.Add(24 * time.Hour)
	src := newLate(&w, since, 15*time.Minute)
	w = halfSeenWorld(t, src)
	w.tick()
	w.run(12 * time.Minute)
	src.err = fault.New(fault.Unavailable, "test", "no connection")
	w.run(5 * time.Hour)
	src.err = nil
	w.run(20 * time.Minute)
	for n := range 2 {
		if b := w.got["a"][since.Add(time.Duration(n)*fiveM).Unix()]; b.Total != 10 || b.Coverage != 1 {
			t.Errorf("bucket %d is %+v", n, b)
		}
	}
}

// The process dies when something is recorded and not remembered; meanwhile the rest
// of the data came. A repeated answer gets a new revision.
func TestWhatAProcessDidNotRememberIsRevised(t *testing.T) {
	var w *world
	since := start.Add(24 * time.Hour)
	src := newLate(&w, since, 12*time.Minute)
	w = halfSeenWorld(t, src)
	w.tick()
	w.now = since.Add(11 * time.Minute)
	die := func() {
		w.dies = fault.New(fault.Internal, "test", "killed")
		if err := w.poller.Tick(t.Context()); err == nil {
			t.Fatal("nothing was recorded")
		}
		w.dies = nil
		w.poller = promsli.New(w.opt)
	}
	die()
	at := since.Add(fiveM).Unix()
	if b := w.got["a"][at]; b.Total != 4 || b.Rev != 1 {
		t.Fatalf("at first %+v", b)
	}
	w.now = since.Add(13 * time.Minute) // all is there
	w.tick()
	if b := w.got["a"][at]; b.Total != 10 || b.Coverage != 1 || b.Rev != 2 {
		t.Errorf("after the death %+v", b)
	}

	src.since = since.Add(15 * time.Minute) // and now while it asks again
	src.lag = 55 * time.Minute
	w.now = since.Add(22 * time.Minute)
	w.tick()
	w.now = since.Add(15*time.Minute + 50*time.Minute)
	die()
	w.now = since.Add(15*time.Minute + 60*time.Minute)
	w.run(3 * time.Hour)
	if b := w.got["a"][src.since.Unix()]; b.Total != 10 || b.Coverage != 1 {
		t.Errorf("after the second death %+v", b)
	}
}

func FuzzWhatIsStored(f *testing.F) {
	f.Add([]byte("a\x0000000000111111110"), append(make([]byte, 37), "hash"...))
	f.Add([]byte("a\x00series\x00\x00\x00\x50\x00"), append([]byte{0xac, 0x02}, make([]byte, 36)...))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		if !promsli.RoundTrips(key, value) {
			t.Errorf("%q %q is not written as it was read", key, value)
		}
	})
}
