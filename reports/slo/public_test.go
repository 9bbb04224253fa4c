package slo_test

import (
	"math"
	"testing"
	"time"

	"github.com/postern/postern/reports/slo"
)

// The numbers of chapter 2 of the SRE Workbook: four weeks of one API.
func TestWorkbookChapter2(t *testing.T) {
	const good, total = 3_557_865, 3_663_253
	buckets := []slo.Bucket{{Start: epoch, Len: 28 * day, Good: good, Total: total, Coverage: 1}}
	for target, want := range map[float64]float64{0.97: 109_897, 0.90: 366_325, 0.99: 36_632} {
		r := slo.Evaluate(slo.SLO{Target: target, Method: slo.Occurrences}, buckets, span(epoch, 28*day))
		if got := math.Floor(*r.Allowed); got != want {
			t.Errorf("%g allows %.2f, want %g", target, *r.Allowed, want)
		}
		near(t, "SLI", *r.SLI, 0.97123, 5e-6)
	}
	s := slo.SLO{Target: 0.97, Method: slo.Occurrences}
	r := slo.Evaluate(s, buckets, span(epoch, 28*day))
	near(t, "spent", *r.Spent, 0.959, 5e-4)
	if bad := r.Total - r.Good; bad != 105_388 {
		t.Errorf("%g bad events", bad)
	}

	incident := []slo.Bucket{{Start: epoch.Add(day), Len: fiveM, Good: 0, Total: 14_066, Coverage: 1}}
	bad := slo.BadDuring(s, incident, epoch.Add(day+time.Minute), epoch.Add(day+4*time.Minute), epoch, epoch.Add(28*day))
	share, estimated, ok := slo.BudgetOf(s, buckets, span(epoch, 28*day)).Share(bad)
	if !ok || estimated || bad != 14_066 {
		t.Fatalf("the incident had %g bad events, estimated %v, %v", bad, estimated, ok)
	}
	near(t, "share of the budget", share, 0.128, 5e-4)
}

func TestBurnFactors(t *testing.T) {
	for window, want := range map[time.Duration][4]float64{30 * day: {14.4, 6, 3, 1}, 28 * day: {13.44, 5.6, 2.8, 28.0 / 30}} {
		for i, r := range slo.StandardRules(window) {
			near(t, window.String(), r.Factor, want[i], 1e-12)
			if r.Short != r.Long/12 {
				t.Errorf("%s goes with %s", r.Long, r.Short)
			}
		}
	}
}

// OpenSLO's examples/budgeting-method: two weeks, 24,000 requests a day, 99 %
// good, an objective of 95 %; under attack 1 % is good.
func TestOpenSLOBudgetingMethods(t *testing.T) {
	const n = 14 * 24 * 60
	exhausts := func(s slo.SLO) (minutes int) {
		lo, hi := 0, n
		for lo < hi {
			mid := (lo + hi) / 2
			buckets := append(flat(epoch, mid, minute, 1, 100), flat(epoch.Add(time.Duration(mid)*minute), n-mid, minute, 99, 100)...)
			if r := slo.Evaluate(s, buckets, span(epoch, 14*day)); *r.Left > 1e-9 {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		return lo
	}
	s := slo.SLO{Target: 0.95, Method: slo.Timeslices, SliceLen: minute, SliceTarget: 0.95}
	if got := exhausts(s); got != 1008 {
		t.Errorf("Timeslices: %d minutes, want 16 h 48 min", got)
	}
	s.Method = slo.RatioTimeslices
	if got := exhausts(s); got != 823 {
		t.Errorf("RatioTimeslices: %d minutes, want about 13 h 45 min", got)
	}
	// The budget falls by as much in each minute: it is used up after 822.86.
	left := func(minutes int) float64 {
		buckets := append(flat(epoch, minutes, minute, 1, 100), flat(epoch.Add(time.Duration(minutes)*minute), n-minutes, minute, 99, 100)...)
		return *slo.Evaluate(s, buckets, span(epoch, 14*day)).Left
	}
	near(t, "minutes until it is used up", 822+left(822)/(left(822)-left(823)), 822.86, 1e-5)
}

// The same example for Occurrences says that 16,632 failed requests use up the
// budget. That cannot be reproduced: of 336,000 requests 5 % are 16,800, and when
// the attack comes on top of them, 1 % failing as before, it takes 14,155.
func TestOpenSLOOccurrencesAreNotWhatTheTextSays(t *testing.T) {
	s := slo.SLO{Target: 0.95, Method: slo.Occurrences}
	left := func(good, total float64) float64 {
		return *slo.Evaluate(s, []slo.Bucket{{Start: epoch, Len: 14 * day, Good: good, Total: total, Coverage: 1}}, span(epoch, 14*day)).Left
	}
	near(t, "without a background", left(336_000-16_800, 336_000), 0, 1e-12)
	if l := left(336_000-16_632, 336_000); l <= 0 {
		t.Errorf("16,632 use the budget up: %g is left", l)
	}
	const attack = 14_155 / 0.99 // requests, of which 1 % succeed
	near(t, "on top of the usual traffic", left(336_000*0.99+attack*0.01, 336_000+attack), 0, 1e-5)
}

// OpenSLO's examples/treat-low-traffic-as-equally-important: a week, 99.95 % of
// whose minutes must be good from 95 % on; 5 minutes and 2.4 seconds may be bad.
func TestOpenSLOLowTraffic(t *testing.T) {
	s := slo.SLO{Target: 0.9995, Method: slo.Timeslices, SliceLen: minute, SliceTarget: 0.95}
	week := func(bad int) slo.Result { // a bad minute fails 6 of its 100 requests, or 1 of 10
		buckets := append(flat(epoch, bad, minute, 94, 100), flat(epoch.Add(time.Duration(bad)*minute), 10_080-bad, minute, 10, 10)...)
		for i := range buckets[:bad/2] {
			buckets[i].Good, buckets[i].Total = 9, 10
		}
		return slo.Evaluate(s, buckets, span(epoch, 7*day))
	}
	r := week(5)
	if allowed := time.Duration(*r.Allowed * float64(minute)).Round(time.Millisecond); allowed != 5*time.Minute+2400*time.Millisecond {
		t.Errorf("%s may be bad", allowed)
	}
	if !*r.Met || *week(6).Met {
		t.Errorf("five bad minutes: met %v; six: met %v", *r.Met, *week(6).Met)
	}
}

// A night slot that fails every day: a mean of ratios is wrong by a factor of 34.
func TestTheMeanOfRatiosIsNotWhatIsReported(t *testing.T) {
	var buckets []slo.Bucket
	for d := range 28 {
		b := flat(epoch.Add(time.Duration(d)*day), 288, fiveM, 9_999, 10_000)
		b[40].Good, b[40].Total = 0, 10
		buckets = append(buckets, b...)
	}
	s := slo.SLO{Target: 0.999, Method: slo.Occurrences}
	near(t, "events", *slo.Evaluate(s, buckets, span(epoch, 28*day)).Spent, 0.1034, 5e-3)
	s.Method, s.SliceLen = slo.RatioTimeslices, fiveM
	near(t, "mean of ratios", *slo.Evaluate(s, buckets, span(epoch, 28*day)).Spent, 3.57, 5e-3)
}
