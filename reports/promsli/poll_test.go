package promsli_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports/feed"

	"github.com/postern/postern/reports/promsli"
	"github.com/postern/postern/reports/slo"
)

var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

const fiveM = 5 * time.Minute

// server is a source in memory: a value a query and step.
type server struct {
	mu       sync.Mutex
	value    func(query string, at time.Time) (v float64, ok bool)
	err      error
	warnings []string
	infos    []string
	asked    []string
}

func (s *server) QueryRange(ctx context.Context, query string, from, to time.Time, step time.Duration) (promsli.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, fmt.Sprintf("%s %s..%s/%s", query, from.Format("02T15:04"), to.Format("02T15:04"), step))
	if s.err != nil || ctx.Err() != nil {
		return promsli.Answer{}, s.err
	}
	a := promsli.Answer{Warnings: s.warnings, Infos: s.infos}
	series := promsli.Series{}
	for at := from; !at.After(to); at = at.Add(step) {
		if v, ok := s.value(query, at); ok {
			series.Points = append(series.Points, promsli.Point{At: at, Value: v})
		}
	}
	if len(series.Points) > 0 {
		a.Series = append(a.Series, series)
	}
	return a, nil
}

// Query returns no samples: the tests here are not about them.
func (s *server) Query(context.Context, string, time.Time) (promsli.Answer, error) {
	return promsli.Answer{}, fault.New(fault.Invalid, "test", "no samples here")
}

// world is a poller with its surroundings.
type world struct {
	t      *testing.T
	now    time.Time
	slos   []slo.SLO
	poller *promsli.Poller
	opt    promsli.Options
	got    map[string]map[int64]slo.Bucket // by series and start
	twice  int
	full   error // what recording fails with
	dies   error // what ends the process when it has recorded
	// recorded is called after facts were recorded; nil calls nothing.
	recorded func()
}

func (w *world) SLOs(context.Context) ([]slo.SLO, error) { return w.slos, nil }

func (w *world) Record(_ context.Context, facts []feed.Fact) error {
	if w.full != nil {
		return w.full
	}
	for _, f := range facts {
		if w.got[f.Entity] == nil {
			w.got[f.Entity] = map[int64]slo.Bucket{}
		}
		at := f.Bucket.Start.Unix()
		if was, there := w.got[f.Entity][at]; there {
			w.twice++
			if was.Rev > f.Rev || was.Rev == f.Rev && was != *f.Bucket { // the ledger keeps what it has
				w.t.Errorf("%+v is recorded over %+v", *f.Bucket, was)
			}
		}
		w.got[f.Entity][at] = *f.Bucket
	}
	if w.recorded != nil {
		w.recorded()
	}
	return w.dies
}

func newWorld(t *testing.T, sources ...promsli.Source) *world {
	t.Helper()
	w := &world{t: t, now: start.Add(24*time.Hour + 2*time.Minute), got: map[string]map[int64]slo.Bucket{}}
	db, err := boltkv.Open(context.Background(), filepath.Join(t.TempDir(), "db"), boltkv.Options{
		Schemas: []kv.Schema{promsli.Schema()}, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w.opt = promsli.Options{
		DB: db, Catalog: w, Recorder: w, Sources: sources, Now: func() time.Time { return w.now },
		Log: slog.New(slog.DiscardHandler), Backfill: 24 * time.Hour,
	}
	w.poller = promsli.New(w.opt)
	return w
}

func (w *world) tick() {
	w.t.Helper()
	if err := w.poller.Tick(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

func events(name string) slo.SLO {
	return slo.SLO{
		Name:      name,
		Method:    slo.Occurrences,
		Indicator: slo.Indicator{Type: "prometheus", Bad: "bad[{{.window}}]", Total: "all[{{.window}}]"},
	}
}

func TestADayIsMeasuredOnce(t *testing.T) {
	srv := &server{value: func(q string, at time.Time) (float64, bool) {
		if strings.HasPrefix(q, "bad") {
			return 1, at.Hour() == 3 // absent otherwise: nothing failed
		}
		return 10, true
	}}
	w := newWorld(t, promsli.Source{Name: "main", Query: srv, Grace: time.Minute})
	w.slos = []slo.SLO{events("a")}
	w.tick()
	if n := len(w.got["a"]); n != 288 {
		t.Fatalf("%d buckets: %v", n, srv.asked)
	}
	if srv.asked[0] != "all[5m] 02T00:05..03T00:00/5m0s" {
		t.Errorf("asked %s", srv.asked[0])
	}
	b := w.got["a"][start.Add(3*time.Hour).Unix()]
	if b.Good != 9 || b.Total != 10 || b.Coverage != 1 || b.Len != fiveM {
		t.Errorf("at 3 o'clock: %+v", b)
	}
	w.tick()
	w.now = w.now.Add(3 * time.Minute) // the next bucket has ended, its grace has not
	w.tick()
	if len(w.got["a"]) != 288 || w.twice != 0 {
		t.Errorf("%d buckets, %d of them twice", len(w.got["a"]), w.twice)
	}
	w.now = w.now.Add(time.Minute)
	w.tick()
	if len(w.got["a"]) != 289 || w.twice != 0 {
		t.Errorf("%d buckets, %d of them twice", len(w.got["a"]), w.twice)
	}
}

func TestWhatWasMissedIsAskedForLater(t *testing.T) {
	srv := &server{value: func(string, time.Time) (float64, bool) { return 1, true }}
	w := newWorld(t, promsli.Source{Name: "main", Query: srv, Grace: time.Minute})
	w.opt.Backfill = 20 * 24 * time.Hour
	w.poller = promsli.New(w.opt)
	w.slos = []slo.SLO{events("a")}
	srv.err = fault.New(fault.Unavailable, "test", "no connection")
	for range 50 {
		w.tick()
		w.now = w.now.Add(time.Minute)
	}
	if st := w.poller.Status()[0]; st.State != promsli.Paused && st.State != promsli.Failing || st.Trouble != "no connection" {
		t.Errorf("status %+v", st)
	}
	if n := len(srv.asked); n > 20 {
		t.Errorf("a dead source was asked %d times in 50 minutes", n)
	}
	srv.err = nil
	w.now = w.now.Add(5*24*time.Hour + time.Hour) // the portal was down as well
	w.poller = promsli.New(w.opt)
	w.tick()
	want := int(20 * 24 * time.Hour / fiveM)
	if len(w.got["a"]) != want || w.twice != 0 {
		t.Errorf("%d buckets, want %d; %d twice", len(w.got["a"]), want, w.twice)
	}
	if st := w.poller.Status()[0]; st.State != promsli.Working || st.Behind != 0 || st.Series != 1 {
		t.Errorf("status %+v", st)
	}
}

func TestNothingIsForgottenThatIsNotDurable(t *testing.T) {
	srv := &server{value: func(string, time.Time) (float64, bool) { return 1, true }}
	w := newWorld(t, promsli.Source{Name: "main", Query: srv})
	w.slos = []slo.SLO{events("a")}
	w.full = fault.New(fault.Full, "test", "no room")
	if err := w.poller.Tick(context.Background()); fault.KindOf(err) != fault.Full {
		t.Errorf("got %v", err)
	}
	w.full = nil
	w.tick()
	if len(w.got["a"]) != 288 {
		t.Errorf("%d buckets", len(w.got["a"]))
	}
}

// stuck is a source that fails only once another has done its work.
type stuck struct{ other <-chan struct{} }

func (s stuck) QueryRange(ctx context.Context, _ string, _, _ time.Time, _ time.Duration) (promsli.Answer, error) {
	select {
	case <-s.other:
	case <-ctx.Done():
	}
	return promsli.Answer{}, fault.New(fault.Unavailable, "test", "the source does not answer")
}

func (s stuck) Query(ctx context.Context, _ string, at time.Time) (promsli.Answer, error) {
	return s.QueryRange(ctx, "", at, at, 0)
}

// If the good source waited for the slow one, both would wait until the turn ends.
func TestSourcesDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	good := &server{value: func(string, time.Time) (float64, bool) { return 1, true }}
	done := make(chan struct{})
	w := newWorld(t, promsli.Source{Name: "slow", Query: stuck{done}}, promsli.Source{Name: "good", Query: good})
	w.opt.Turn = 2 * time.Minute // ends a test that hangs
	w.poller = promsli.New(w.opt)
	a, b := events("a"), events("b")
	b.Indicator.Source = "good"
	w.slos = []slo.SLO{a, b}
	w.recorded = func() {
		if len(w.got["b"]) == 288 {
			close(done)
			w.recorded = nil
		}
	}
	for range 4 {
		w.tick()
	}
	if len(w.got["a"]) != 0 || len(w.got["b"]) != 288 {
		t.Errorf("%d and %d buckets", len(w.got["a"]), len(w.got["b"]))
	}
	if st := w.poller.Status(); st[0].State != promsli.Paused || st[1].State != promsli.Working {
		t.Errorf("status %+v", st)
	}
}

func TestRefusedQueryDoesNotStopOthers(t *testing.T) {
	srv := &server{}
	srv.value = func(q string, _ time.Time) (float64, bool) { return 1, true }
	w := newWorld(t, promsli.Source{Name: "main", Query: refusing{srv}})
	bad := events("bad")
	bad.Indicator.Total = "((("
	w.slos = []slo.SLO{bad, events("good")}
	w.tick()
	st := w.poller.Status()[0]
	if len(w.got["good"]) != 288 || len(st.Refused) != 1 || st.Refused[0] != (promsli.RefusedQuery{SLO: "bad", Why: "parse error"}) ||
		st.State != promsli.Working {
		t.Errorf("%d buckets, status %+v", len(w.got["good"]), st)
	}
}

type refusing struct{ *server }

func (r refusing) QueryRange(ctx context.Context, q string, from, to time.Time, step time.Duration) (promsli.Answer, error) {
	if q == "(((" {
		return promsli.Answer{}, fault.New(fault.Invalid, "test", "parse error")
	}
	return r.server.QueryRange(ctx, q, from, to, step)
}

func TestWarningsMakeBucketsPartial(t *testing.T) {
	srv := &server{value: func(string, time.Time) (float64, bool) { return 1, true }, warnings: []string{"a store is down"}}
	w := newWorld(t, promsli.Source{Name: "main", Query: srv})
	w.slos = []slo.SLO{events("a")}
	w.tick()
	if b := w.got["a"][start.Add(time.Hour).Unix()]; b.Coverage != 0.9 {
		t.Errorf("%+v", b)
	}
	if st := w.poller.Status()[0]; st.Warning != "a: a store is down" {
		t.Errorf("status %+v", st)
	}
}

func TestGapsNaNAndCoverage(t *testing.T) {
	srv := &server{value: func(q string, at time.Time) (float64, bool) {
		switch {
		case strings.HasPrefix(q, "sum(count_over_time("):
			return 0, false // no series was reset
		case strings.HasPrefix(q, "count("):
			return 1, at.Minute()%5 != 1 || at.Hour() != 2 // a scrape in five is missing at 2 o'clock
		case at.Hour() == 1:
			return math.NaN(), true
		case at.Hour() == 4:
			return 0, false
		}
		return 10, true
	}}
	w := newWorld(t, promsli.Source{Name: "main", Query: srv, Step: time.Minute})
	s := events("a")
	s.Indicator = slo.Indicator{Type: "prometheus", Good: "good", Total: "all", Counter: true}
	w.slos = []slo.SLO{s}
	w.tick()
	if n := len(w.got["a"]); n != 288-24 {
		t.Errorf("%d buckets", n)
	}
	if b := w.got["a"][start.Add(2*time.Hour+10*time.Minute).Unix()]; math.Abs(b.Coverage-0.8) > 1e-12 {
		t.Errorf("at 2 o'clock: %+v", b)
	}
	if _, there := w.got["a"][start.Add(70*time.Minute).Unix()]; there {
		t.Error("a bucket of NaN is there")
	}
}

func TestThresholdsAndRawRatios(t *testing.T) {
	srv := &server{value: func(q string, at time.Time) (float64, bool) {
		if q == "raw" {
			return 0.25, true
		}
		return float64(at.Minute()%5) * 100, true // 100, 200, 300, 400, 0 in each bucket
	}}
	w := newWorld(t, promsli.Source{Name: "main", Query: srv, Step: time.Minute})
	a, b := events("a"), events("b")
	a.Indicator = slo.Indicator{Type: "prometheus", Metric: "latency", Op: "lt", Value: 300}
	b.Indicator = slo.Indicator{Type: "prometheus", Raw: "raw", RawFailure: true}
	w.slos = []slo.SLO{a, b}
	w.tick()
	at := start.Add(time.Hour).Unix()
	if got := w.got["a"][at]; got.Good != 3 || got.Total != 5 || got.Coverage != 1 {
		t.Errorf("threshold: %+v", got)
	}
	if got := w.got["b"][at]; got.Good != 0.75 || got.Total != 1 {
		t.Errorf("raw: %+v", got)
	}
}
