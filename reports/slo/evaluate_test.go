package slo_test

import (
	"math"
	"testing"
	"time"

	"github.com/postern/postern/reports/slo"
)

func TestEverySpanHasOneState(t *testing.T) {
	const n = 288
	events := slo.SLO{Name: "a", Target: 0.99, Method: slo.Occurrences}
	later := events
	later.EffectiveFrom = epoch.Add(day)
	change := func(b []slo.Bucket, fn func(*slo.Bucket)) []slo.Bucket {
		fn(&b[7])
		return b
	}
	for name, c := range map[string]struct {
		slo     slo.SLO
		buckets []slo.Bucket
		now     time.Time
		want    slo.State
		met     string
	}{
		"good":               {events, flat(epoch, n, fiveM, 100, 100), time.Time{}, slo.OK, "yes"},
		"missed":             {events, flat(epoch, n, fiveM, 98, 100), time.Time{}, slo.OK, "no"},
		"exactly the target": {events, flat(epoch, n, fiveM, 99, 100), time.Time{}, slo.OK, "yes"},
		"total outage":       {events, flat(epoch, n, fiveM, 0, 100), time.Time{}, slo.OK, "no"},
		"nothing measured":   {events, nil, time.Time{}, slo.NoData, ""},
		"less than half":     {events, flat(epoch, n/2-1, fiveM, 100, 100), time.Time{}, slo.NoData, ""},
		"half":               {events, flat(epoch, n/2, fiveM, 100, 100), time.Time{}, slo.Partial, "yes"},
		"under 95 %":         {events, flat(epoch, 273, fiveM, 100, 100), time.Time{}, slo.Partial, "yes"},
		"over 95 %":          {events, flat(epoch, 274, fiveM, 100, 100), time.Time{}, slo.OK, "yes"},
		"no traffic":         {events, flat(epoch, n, fiveM, 0, 0), time.Time{}, slo.NoTraffic, ""},
		"99 events": {events, append(flat(epoch, 99, fiveM, 1, 1), flat(epoch.Add(99*fiveM), n-99, fiveM, 0, 0)...), time.Time{},
			slo.LowTraffic, ""},
		"100 events": {events, append(flat(epoch, 100, fiveM, 1, 1), flat(epoch.Add(100*fiveM), n-100, fiveM, 0, 0)...), time.Time{},
			slo.OK, "yes"},
		"more good":   {events, change(flat(epoch, n, fiveM, 100, 100), func(b *slo.Bucket) { b.Good = 103 }), time.Time{}, slo.Invalid, ""},
		"scrape skew": {events, change(flat(epoch, n, fiveM, 100, 100), func(b *slo.Bucket) { b.Good = 102 }), time.Time{}, slo.OK, "yes"},
		"negative":    {events, change(flat(epoch, n, fiveM, 100, 100), func(b *slo.Bucket) { b.Total = -1 }), time.Time{}, slo.Invalid, ""},
		"infinite": {events, change(flat(epoch, n, fiveM, 100, 100), func(b *slo.Bucket) { b.Total = math.Inf(1) }), time.Time{},
			slo.Invalid, ""},
		"one NaN is a gap": {events, change(flat(epoch, n, fiveM, 100, 100), func(b *slo.Bucket) { b.Good = math.NaN() }), time.Time{},
			slo.OK, "yes"},
		"NaN only":      {events, flat(epoch, n, fiveM, math.NaN(), math.NaN()), time.Time{}, slo.Invalid, ""},
		"not in force":  {later, flat(epoch, n, fiveM, 100, 100), time.Time{}, slo.NotYet, ""},
		"in the future": {events, nil, epoch.Add(-time.Hour), slo.NotYet, ""},
		"not over":      {events, flat(epoch, n/2, fiveM, 100, 100), epoch.Add(12 * time.Hour), slo.OK, "yes"},
	} {
		r := slo.Evaluate(c.slo, c.buckets, slo.Span{From: epoch, To: epoch.Add(day), Now: c.now})
		met := ""
		if r.Met != nil {
			met = map[bool]string{true: "yes", false: "no"}[*r.Met]
		}
		if r.State != c.want || met != c.met {
			t.Errorf("%s: %s, met %q; want %s, met %q (%s)", name, r.State, met, c.want, c.met, r.Reason)
		}
		if (r.Reason == "") != (r.State == slo.OK) {
			t.Errorf("%s: state %s has the reason %q", name, r.State, r.Reason)
		}
	}
}

func TestZeroAbsentAndNoTrafficAreThreeThings(t *testing.T) {
	s := slo.SLO{Target: 0.999, Method: slo.Occurrences}
	outage := slo.Evaluate(s, flat(epoch, 288, fiveM, 0, 10), span(epoch, day))
	if got := value(t, "SLI", outage.SLI); got != 0 {
		t.Errorf("an outage has the SLI %g, want 0", got)
	}
	near(t, "spent", value(t, "spent", outage.Spent), 1000, 1e-12)
	near(t, "left", value(t, "left", outage.Left), -999, 1e-12)
	for name, r := range map[string]slo.Result{
		"absent": slo.Evaluate(s, nil, span(epoch, day)), "no traffic": slo.Evaluate(s, flat(epoch, 288, fiveM, 0, 0), span(epoch, day)),
	} {
		if r.SLI != nil || r.Spent != nil || r.Met != nil {
			t.Errorf("%s gives numbers: %+v", name, r)
		}
	}
}

func TestPartialIsBounded(t *testing.T) {
	r := slo.Evaluate(slo.SLO{Target: 0.9, Method: slo.Occurrences}, flat(epoch, 216, fiveM, 98, 100), span(epoch, day))
	if r.State != slo.Partial {
		t.Fatal(r.State)
	}
	near(t, "low", value(t, "low", r.Low), 0.98*0.75, 1e-12)
	near(t, "high", value(t, "high", r.High), 0.98, 1e-12)
}

func TestTargetZeroAllowsEverything(t *testing.T) {
	r := slo.Evaluate(slo.SLO{Target: 0, Method: slo.Occurrences}, flat(epoch, 288, fiveM, 0, 10), span(epoch, day))
	if !*r.Met || *r.Spent != 1 || *r.Allowed != 2880 {
		t.Errorf("got met %v, spent %g, allowed %g", *r.Met, *r.Spent, *r.Allowed)
	}
}

func TestTargetOneHasNoBudget(t *testing.T) {
	s := slo.SLO{Target: 1, Method: slo.Occurrences}
	if r := slo.Evaluate(s, flat(epoch, 288, fiveM, 10, 10), span(epoch, day)); *r.Spent != 0 || !*r.Met {
		t.Errorf("nothing bad: spent %g", *r.Spent)
	}
	if r := slo.Evaluate(s, flat(epoch, 288, fiveM, 9, 10), span(epoch, day)); !math.IsInf(*r.Spent, 1) || *r.Met {
		t.Errorf("something bad: spent %g", *r.Spent)
	}
}

func TestEmptySlices(t *testing.T) {
	// 12 slices: 6 good, 3 without traffic, 3 bad.
	buckets := append(flat(epoch, 6, fiveM, 10, 10), flat(epoch.Add(6*fiveM), 3, fiveM, 0, 0)...)
	buckets = append(buckets, flat(epoch.Add(9*fiveM), 3, fiveM, 1, 10)...)
	for policy, want := range map[string][2]float64{"": {6, 9}, slo.EmptyExclude: {6, 9}, slo.EmptyGood: {9, 12}, slo.EmptyBad: {6, 12}} {
		s := slo.SLO{Target: 0.5, Method: slo.Timeslices, SliceLen: fiveM, SliceTarget: 0.9, EmptySlice: policy}
		r := slo.Evaluate(s, buckets, span(epoch, time.Hour))
		if r.Good != want[0] || r.Total != want[1] || r.Slices.Empty != 3 {
			t.Errorf("%q: %g of %g slices, %g empty; want %v", policy, r.Good, r.Total, r.Slices.Empty, want)
		}
	}
}

func TestSlicesAreLongerOrShorterThanBuckets(t *testing.T) {
	// Per hour one bucket of twelve is all bad: 11/12 = 0.9167 of the events.
	var buckets []slo.Bucket
	for h := range 24 {
		b := flat(epoch.Add(time.Duration(h)*time.Hour), 12, fiveM, 10, 10)
		b[3].Good = 0
		buckets = append(buckets, b...)
	}
	s := slo.SLO{Target: 0.5, Method: slo.Timeslices, SliceLen: time.Hour, SliceTarget: 0.9}
	if r := slo.Evaluate(s, buckets, span(epoch, day)); r.Good != 24 || r.Total != 24 {
		t.Errorf("by the hour: %g of %g", r.Good, r.Total)
	}
	s.SliceLen = minute
	if r := slo.Evaluate(s, buckets, span(epoch, day)); r.Good != 1320 || r.Total != 1440 {
		t.Errorf("by the minute: %g of %g", r.Good, r.Total)
	}
	s.SliceLen, s.Method = fiveM, slo.RatioTimeslices
	r := slo.Evaluate(s, buckets, span(epoch, day))
	near(t, "mean of ratios", *r.SLI, 11.0/12, 1e-12)
}

func TestABudgetOfSlicesKnowsItsWindow(t *testing.T) {
	s := slo.SLO{Target: 0.99, Method: slo.Timeslices, SliceLen: fiveM, SliceTarget: 0.95}
	at := slo.Span{From: epoch, To: epoch.Add(7 * day), Now: epoch.Add(day)}
	r := slo.Evaluate(s, flat(epoch, 288, fiveM, 10, 10), at)
	if !r.Open || r.Slices.Ahead != 6*288 {
		t.Fatalf("open %v, %g slices ahead", r.Open, r.Slices.Ahead)
	}
	near(t, "allowed", *r.Allowed, 0.01*7*288, 1e-9)
}

func TestBucketLenFitsSlices(t *testing.T) {
	for slice, want := range map[time.Duration]time.Duration{
		0: fiveM, minute: minute, 5 * minute: fiveM, 7 * minute: minute, 10 * minute: fiveM, time.Hour: fiveM, 90 * time.Second: 30 * time.Second,
	} {
		if got := (slo.SLO{SliceLen: slice}).BucketLen(); got != want {
			t.Errorf("slices of %s: buckets of %s, want %s", slice, got, want)
		}
	}
}
