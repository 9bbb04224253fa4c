package promsli_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"

	"github.com/postern/postern/reports/promsli"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/promql"
)

// life is one series of a counter: its samples, and where it was marked stale.
type life struct {
	samples []slo.Sample
	stale   []time.Time
}

// at is the value that a server returns for an instant.
func (l life) at(t time.Time) (slo.Sample, bool) {
	var last slo.Sample
	for _, s := range l.samples {
		if !s.At.After(t) {
			last = s
		}
	}
	for _, x := range l.stale {
		if !x.After(t) && x.After(last.At) {
			return last, false
		}
	}
	return last, !last.At.IsZero() && last.At.After(t.Add(-promql.Reach))
}

// in are the samples in (from, to].
func (l life) in(from, to time.Time) (out []slo.Sample) {
	for _, s := range l.samples {
		if s.At.After(from) && !s.At.After(to) {
			out = append(out, s)
		}
	}
	return out
}

// grew is what the samples of a range say by themselves.
func grew(samples []slo.Sample) slo.Growth {
	if len(samples) == 0 {
		return slo.Growth{}
	}
	from := samples[0].At.Add(-1)
	return slo.Grow(samples, slo.Grid{From: from, Length: samples[len(samples)-1].At.Sub(from), N: 1}, 1000*time.Hour)[0]
}

// counters is a server that has one counter, and understands what is asked of it.
type counters struct {
	series []life
	limit  int // samples that it gives at once; 0: all
	asked  int // for samples
}

const counterName = "requests_total"

func (c *counters) QueryRange(_ context.Context, query string, from, to time.Time, step time.Duration) (promsli.Answer, error) {
	count, _ := promql.Count(counterName, true, step)
	answer := map[string]func(t time.Time) (float64, bool){
		count:                         func(t time.Time) (float64, bool) { return c.count(t, step) },
		promql.Odd(counterName, step): func(t time.Time) (float64, bool) { return c.odd(t, step) },
		promql.Present(counterName, 90*time.Second): func(t time.Time) (v float64, ok bool) {
			for _, l := range c.series {
				if len(l.in(t.Add(-90*time.Second), t)) > 0 {
					v++
				}
			}
			return v, v > 0
		},
	}[query]
	if answer == nil {
		return promsli.Answer{}, fault.New(fault.Invalid, "test", "what is "+query+"?")
	}
	var s promsli.Series
	for t := from; !t.After(to); t = t.Add(step) {
		if v, ok := answer(t); ok {
			s.Points = append(s.Points, promsli.Point{At: t, Value: v})
		}
	}
	return promsli.Answer{Series: []promsli.Series{s}}, nil
}

// count is promql.Count, with an increase() that is wrong on purpose.
func (c *counters) count(t time.Time, length time.Duration) (sum float64, ok bool) {
	for _, l := range c.series {
		end, there := l.at(t)
		begin, before := l.at(t.Add(-length))
		within := l.in(t.Add(-length), t)
		switch {
		case there && before && end.Value >= begin.Value && grew(within).Resets == 0:
			sum, ok = sum+end.Value-begin.Value, true
		case len(within) > 1:
			sum, ok = sum+1.5*grew(within).Count, true
		}
	}
	return sum, ok
}

// odd is promql.Odd.
func (c *counters) odd(t time.Time, length time.Duration) (samples float64, ok bool) {
	for _, l := range c.series {
		_, there := l.at(t)
		_, before := l.at(t.Add(-length))
		within := l.in(t.Add(-length), t)
		samples += float64(len(within))
		if len(within) > 0 && (!there || !before) || grew(l.in(t.Add(-length-promql.Reach), t)).Resets > 0 {
			ok = true
		}
	}
	return samples, ok && samples > 0
}

func (c *counters) Query(_ context.Context, selector string, at time.Time) (a promsli.Answer, err error) {
	c.asked++
	length, err := time.ParseDuration(strings.Trim(strings.TrimPrefix(selector, counterName), "[]"))
	if err != nil {
		return a, err
	}
	n := 0
	for i, l := range c.series {
		s := promsli.Series{Labels: map[string]string{"i": fmt.Sprint(i)}}
		for _, x := range l.in(at.Add(-length), at) {
			s.Points = append(s.Points, promsli.Point(x))
			n++
		}
		if len(s.Points) > 0 {
			a.Series = append(a.Series, s)
		}
	}
	if c.limit > 0 && n > c.limit {
		return a, fault.New(fault.TooLarge, "test", "too much")
	}
	return a, nil
}

// drawLife makes a series that is scraped each minute, reset now and then, away
// for a while, and marked stale when it goes. counted is what its pairs of
// neighbouring samples say, as far as they lie near enough to belong together.
func drawLife(t *rapid.T, n int) (l life, counted float64) {
	begins := rapid.IntRange(0, n/2).Draw(t, "begins")
	ends := rapid.IntRange(begins, n).Draw(t, "ends")
	value := float64(rapid.IntRange(0, 1000).Draw(t, "first"))
	for i := begins; i < ends; i++ {
		switch rapid.IntRange(0, 30).Draw(t, "what") {
		case 0:
			value = 0
		case 1:
			l.stale = append(l.stale, start.Add(time.Duration(i)*time.Minute+20*time.Second))
			i += rapid.IntRange(0, 12).Draw(t, "away")
		}
		value += float64(rapid.IntRange(0, 900).Draw(t, "grew"))
		l.samples = append(l.samples, slo.Sample{At: start.Add(time.Duration(i)*time.Minute + 20*time.Second), Value: value})
	}
	for i := 1; i < len(l.samples); i++ {
		a, b := l.samples[i-1], l.samples[i]
		if bucket := b.At.Add(-1).Truncate(fiveM); a.At.After(bucket.Add(-promql.Reach)) {
			if b.Value < a.Value {
				counted += b.Value
			} else {
				counted += b.Value - a.Value
			}
		}
	}
	return l, counted
}

func total(buckets map[int64]slo.Bucket) (sum float64) {
	for _, b := range buckets {
		sum += b.Total
	}
	return sum
}

func counterWorld(t *testing.T, c *counters) *world {
	w := newWorld(t, promsli.Source{Name: "main", Query: c, Step: time.Minute})
	a := events("a")
	a.Indicator = slo.Indicator{Type: "prometheus", Counter: true, Good: counterName, Total: "sum(" + counterName + ")"}
	w.slos = []slo.SLO{a}
	return w
}

// Series that are reset, come and go: the buckets add up to what was counted, to
// the last event, and none of them is an estimate.
func TestCountersAreCountedToTheLastEvent(t *testing.T) {
	resets, n := 0, 0
	c := &counters{}
	w := counterWorld(t, c)
	rapid.Check(t, func(rt *rapid.T) {
		c.series = nil
		n++
		w.slos[0].Name = fmt.Sprint("a", n) // a series that was not asked for before
		var want float64
		for range rapid.IntRange(1, 4).Draw(rt, "series") {
			l, counted := drawLife(rt, 150)
			c.series, want = append(c.series, l), want+counted
			resets += grew(l.samples).Resets
		}
		w.tick()
		if got := total(w.got[w.slos[0].Name]); math.Abs(got-want) > 1e-6 {
			rt.Fatalf("the buckets add up to %g, %g was counted", got, want)
		}
		est, err := w.poller.Estimated(context.Background(), w.slos[0].Name, start, w.now)
		if err != nil || len(est) > 0 {
			rt.Fatalf("estimates: %v, %v", est, err)
		}
		for at, b := range w.got[w.slos[0].Name] {
			if b.Good != b.Total {
				rt.Fatalf("at %d: %+v", at, b)
			}
		}
	})
	if resets == 0 {
		t.Error("no series was ever reset")
	}
}

// Where samples are more than is read one by one, increase() stands in, and the
// bucket says so; it stops saying so when it is counted after all.
func TestWhatIsTooMuchIsEstimatedAndSaysSo(t *testing.T) {
	l := life{}
	for i := range 60 { // reset at minute 7, in the second bucket, and climbing above
		v := float64(100 + 10*i)
		if i >= 7 {
			v = float64(500 * (i - 6))
		}
		l.samples = append(l.samples, slo.Sample{At: start.Add(time.Duration(i) * time.Minute), Value: v})
	}
	l.samples[7].Value = 3
	c := &counters{series: []life{l}, limit: 1}
	w := counterWorld(t, c)
	w.tick()
	est, err := w.poller.Estimated(context.Background(), "a", start, w.now)
	if err != nil || len(est) != 2 || !est[0].Equal(start.Add(fiveM)) { // that of the reset, and the one that may begin before it
		t.Fatalf("estimates %v, %v", est, err)
	}
	if b := w.got["a"][start.Add(fiveM).Unix()]; b.Total == 0 || b.Coverage != 1 {
		t.Errorf("the estimate is %+v", b)
	}
	inside, err := w.poller.Estimated(context.Background(), "a", start.Add(fiveM), start.Add(2*fiveM))
	if err != nil || len(inside) != 1 || !inside[0].Equal(start.Add(fiveM)) {
		t.Errorf("estimates of the one bucket: %v, %v", inside, err)
	}
	c.limit = 0
	retried := counterWorld(t, c)
	retried.tick()
	if got, want := total(retried.got["a"]), grew(l.samples).Count; got != want {
		t.Errorf("counted %g, want %g", got, want)
	}
}

// A month without anything odd asks for no samples at all, and odd buckets side by
// side are asked for in one go.
func TestSamplesAreAskedForWhereTheyAreNeeded(t *testing.T) {
	l := life{}
	for i := range 24 * 60 {
		l.samples = append(l.samples, slo.Sample{At: start.Add(time.Duration(i-10) * time.Minute), Value: float64(i)})
	}
	c := &counters{series: []life{l}}
	w := counterWorld(t, c)
	w.now = start.Add(20 * time.Hour)
	w.opt.Backfill = 20 * time.Hour
	w.poller = promsli.New(w.opt)
	w.tick()
	if c.asked != 0 {
		t.Errorf("asked for samples %d times of a series that only grew", c.asked)
	}
	for i := 600; i < len(l.samples); i++ {
		l.samples[i].Value -= 590
	}
	w = counterWorld(t, c)
	w.now, w.opt.Backfill = start.Add(20*time.Hour), 20*time.Hour
	w.poller = promsli.New(w.opt)
	w.tick()
	if c.asked != 2 { // good and total, the bucket of the reset and the one after in one go
		t.Errorf("asked for samples %d times of one reset", c.asked)
	}
}
