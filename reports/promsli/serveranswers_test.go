package promsli_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"

	"github.com/postern/postern/reports/promsli"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/promql"
)

// What a server answers besides plain numbers, and what becomes of the day's
// state: every kind of answer has one.
func TestWhatAnswersMakeOfADay(t *testing.T) {
	number := func(v float64) func(string, time.Time) (float64, bool) {
		return func(q string, _ time.Time) (float64, bool) {
			if strings.HasPrefix(q, "bad") {
				return 0, true
			}
			return v, true
		}
	}
	for name, c := range map[string]struct {
		server   *server
		state    slo.State
		coverage float64
	}{
		"plain numbers":        {&server{value: number(10)}, slo.OK, 1},
		"remarks on the query": {&server{value: number(10), infos: []string{"PromQL info: metric might not be a counter"}}, slo.OK, 1},
		"warnings":             {&server{value: number(10), warnings: []string{"receive series from store: unavailable"}}, slo.Partial, 0.9},
		"zero":                 {&server{value: number(0)}, slo.NoTraffic, 1},
		"NaN":                  {&server{value: number(math.NaN())}, slo.NoData, 0},
		"+Inf":                 {&server{value: number(math.Inf(1))}, slo.Invalid, 0},
		"-Inf":                 {&server{value: number(math.Inf(-1))}, slo.Invalid, 0},
		"negative":             {&server{value: number(-5)}, slo.Invalid, 0},
		"nothing":              {&server{value: func(string, time.Time) (float64, bool) { return 0, false }}, slo.NoData, 0},
		"NaN every other time": {&server{value: func(q string, at time.Time) (float64, bool) {
			if at.Minute()%10 == 0 && !strings.HasPrefix(q, "bad") {
				return math.NaN(), true
			}
			return number(10)(q, at)
		}}, slo.Partial, 0.5},
		"more bad than all": {&server{value: func(q string, at time.Time) (float64, bool) {
			if strings.HasPrefix(q, "bad") {
				return 30, true
			}
			return 10, true
		}}, slo.Invalid, 0},
	} {
		w := newWorld(t, promsli.Source{Name: "main", Query: c.server})
		w.slos = []slo.SLO{events("a")}
		w.tick()
		var buckets []slo.Bucket
		for at := start; at.Before(start.Add(24 * time.Hour)); at = at.Add(fiveM) {
			if b, there := w.got["a"][at.Unix()]; there {
				buckets = append(buckets, b)
			}
		}
		r := slo.Evaluate(slo.SLO{Target: 0.9, Method: slo.Occurrences}, buckets, slo.Span{From: start, To: start.Add(24 * time.Hour)})
		if r.State != c.state || r.State != slo.Invalid && math.Abs(r.Coverage-c.coverage) > 0.01 {
			t.Errorf("%s: %s with %.2f measured (%s), want %s with %.2f", name, r.State, r.Coverage, r.Reason, c.state, c.coverage)
		}
	}
}

// fickle returns samples with a warning, or none.
type fickle struct {
	*counters
	warning string
	err     error
}

func (f fickle) Query(ctx context.Context, selector string, at time.Time) (promsli.Answer, error) {
	if f.err != nil {
		return promsli.Answer{}, f.err
	}
	a, err := f.counters.Query(ctx, selector, at)
	a.Warnings = append(a.Warnings, f.warning)
	return a, err
}

// A warning about samples counts as one about values; a server that is away when
// it is asked for samples is asked again, and nothing is guessed meanwhile.
func TestSamplesThatDoNotCome(t *testing.T) {
	l := life{}
	for i := range 120 {
		l.samples = append(l.samples, slo.Sample{At: start.Add(time.Duration(i-30) * time.Minute), Value: float64((i * 10) % 700)})
	}
	f := &fickle{counters: &counters{series: []life{l}}, warning: "a store is down"}
	at := start.Add(fiveM * 7).Unix() // … 680, 690, and 0 at minute 40
	w := counterWorld(t, f.counters)
	w.opt.Sources[0].Query = f
	w.poller = promsli.New(w.opt)
	w.tick()
	if b := w.got["a"][at]; b.Total != 40 || b.Coverage != 0.9 {
		t.Errorf("with a warning %+v", b)
	}

	f.err = fault.New(fault.Unavailable, "test", "no connection")
	w = counterWorld(t, f.counters)
	w.opt.Sources[0].Query = f
	w.poller = promsli.New(w.opt)
	w.tick()
	if len(w.got["a"]) > 0 {
		t.Errorf("%d buckets without their samples", len(w.got["a"]))
	}
	f.err, f.warning = fault.New(fault.Invalid, "test", "only ranges here"), ""
	w.now = w.now.Add(2 * time.Minute)
	w.tick()
	est, err := w.poller.Estimated(context.Background(), "a", start, w.now)
	if err != nil || len(est) == 0 || len(w.got["a"]) == 0 {
		t.Errorf("a server that gives no samples leaves %d estimates of %d buckets, %v", len(est), len(w.got["a"]), err)
	}
}

// narrow refuses to look for odd buckets, as a server does whose limit of samples
// is too low for it.
type narrow struct{ *counters }

func (n narrow) QueryRange(ctx context.Context, query string, from, to time.Time, step time.Duration) (promsli.Answer, error) {
	if query == promql.Odd(counterName, step) {
		return promsli.Answer{}, fault.New(fault.Invalid, "test", "query processing would load too many samples into memory")
	}
	return n.counters.QueryRange(ctx, query, from, to, step)
}

// steadyWorld has had one turn over a counter that grows by ten a minute, whose
// server answers through wrap.
func steadyWorld(t *testing.T, wrap func(*counters) promsli.Querier) (*counters, *world) {
	t.Helper()
	l := life{}
	for i := range 60 {
		l.samples = append(l.samples, slo.Sample{At: start.Add(time.Duration(i-30) * time.Minute), Value: float64(10 * i)})
	}
	c := &counters{series: []life{l}}
	w := counterWorld(t, c)
	w.opt.Sources[0].Query = wrap(c)
	w.poller = promsli.New(w.opt)
	w.tick()
	return c, w
}

// An objective is measured all the same, and every bucket says that it is an
// estimate.
func TestAServerThatCannotTellWhichBucketsAreOdd(t *testing.T) {
	_, w := steadyWorld(t, func(c *counters) promsli.Querier { return narrow{c} })
	est, err := w.poller.Estimated(context.Background(), "a", start.Add(-time.Hour), w.now)
	if err != nil || len(w.got["a"]) == 0 || len(est) < len(w.got["a"]) {
		t.Errorf("%d buckets, %d estimates, %v", len(w.got["a"]), len(est), err)
	}
	if st := w.poller.Status()[0]; st.State != promsli.Working || len(st.Refused) > 0 {
		t.Errorf("status %+v", st)
	}
}

// babbling reports buckets as irregular that were not queried: of other years, and
// between those there are.
type babbling struct{ *counters }

func (b babbling) QueryRange(ctx context.Context, query string, from, to time.Time, step time.Duration) (promsli.Answer, error) {
	a, err := b.counters.QueryRange(ctx, query, from, to, step)
	if query == promql.Odd(counterName, step) {
		var s promsli.Series
		for i := range 500 {
			s.Points = append(
				s.Points,
				promsli.Point{At: from.AddDate(10+i, 0, 0), Value: -1},
				promsli.Point{At: from.Add(time.Duration(i) * time.Second), Value: math.Inf(-1)},
			)
		}
		a.Series = append(a.Series, s)
	}
	return a, err
}

// TestAServerThatBabblesIsNotAskedWithoutEnd: samples are asked for of buckets of the
// range only, however many others are called odd.
func TestAServerThatBabblesIsNotAskedWithoutEnd(t *testing.T) {
	c, w := steadyWorld(t, func(c *counters) promsli.Querier { return babbling{c} })
	if buckets := 24 * 60 / 5; c.asked > 2*buckets {
		t.Errorf("asked for samples %d times, there are %d buckets", c.asked, buckets)
	}
	if len(w.got["a"]) == 0 {
		t.Error("nothing was measured")
	}
}
