package slo_test

import (
	"testing"
	"time"

	"github.com/postern/postern/reports/slo"
)

func TestRulesFireWhileBothWindowsBurn(t *testing.T) {
	s := slo.SLO{Target: 0.999, Method: slo.Occurrences}
	rules := slo.StandardRules(30 * day)
	// Four days; on the fourth, from 10:00, half an hour of 10 % errors.
	buckets := flat(epoch, 4*288, fiveM, 10_000, 10_000)
	start := epoch.Add(3*day + 10*time.Hour)
	for i := range buckets {
		if at := buckets[i].Start; !at.Before(start) && at.Before(start.Add(30*minute)) {
			buckets[i].Good = 9_000
		}
	}
	firings := slo.Backtest(s, buckets, rules, slo.Span{From: epoch.Add(3 * day), To: epoch.Add(4 * day)})
	if len(firings) == 0 || firings[0].Rule.Long != time.Hour {
		t.Fatalf("got %+v", firings)
	}
	// 14.4 over an hour takes 0.144 * 60 = 8.64 minutes of 10 % errors: two buckets.
	f := firings[0]
	if !f.From.Equal(start.Add(2*fiveM)) || !f.To.Equal(start.Add(7*fiveM)) {
		t.Errorf("the first rule fires from %s to %s", f.From, f.To)
	}
	near(t, "peak", f.Peak, 50, 1e-9)
}

func TestFewEventsAreNotJudged(t *testing.T) {
	s := slo.SLO{Target: 0.999, Method: slo.Occurrences}
	rule := slo.StandardRules(30 * day)[0]
	b := slo.Burns(s, flat(epoch, 12, fiveM, 4, 5), epoch.Add(time.Hour), []time.Duration{time.Hour, fiveM})
	if got := rule.Judge(s, b[0], b[1]); got != slo.LowEvents {
		t.Errorf("five events in five minutes: %s", got)
	}
	b = slo.Burns(s, flat(epoch, 12, fiveM, 400, 500), epoch.Add(time.Hour), []time.Duration{time.Hour, fiveM})
	if got := rule.Judge(s, b[0], b[1]); got != slo.Fires {
		t.Errorf("500 events in five minutes: %s", got)
	}
	if got := rule.Judge(s, slo.Burn{}, slo.Burn{}); got != slo.Quiet {
		t.Errorf("nothing measured: %s", got)
	}
}

func TestExhaustion(t *testing.T) {
	for name, c := range map[string]struct {
		left, rate float64
		want       time.Duration
		ok         bool
	}{
		"half left at twice the rate": {0.5, 2, 7 * day, true},
		"gone":                        {-0.1, 2, 0, true},
		"nothing burns":               {0.5, 0, 0, false},
	} {
		if got, ok := slo.Exhaustion(c.left, c.rate, 28*day); got != c.want || ok != c.ok {
			t.Errorf("%s: %s, %v", name, got, ok)
		}
	}
}

func TestProjectionUsesTheSameHours(t *testing.T) {
	// 1000 events an hour by day, none by night, for four weeks and half a month.
	var past []slo.Bucket
	for i := range 6 * 7 * 288 {
		b := slo.Bucket{Start: epoch.Add(time.Duration(i) * fiveM), Len: fiveM, Coverage: 1}
		if h := b.Start.Hour(); h >= 8 && h < 20 {
			b.Total, b.Good = 1000, 999
		}
		past = append(past, b)
	}
	s := slo.SLO{Target: 0.99, Method: slo.Occurrences}
	at := slo.Span{From: epoch.Add(28 * day), To: epoch.Add(56 * day), Now: epoch.Add(42 * day)}
	r := slo.Evaluate(s, past, at)
	p, ok := slo.Project(s, r, past, at)
	if !ok {
		t.Fatal("no projection")
	}
	near(t, "total", p.Total, 28*12*12*1000, 1e-9)
	near(t, "spent", p.Spent, 0.05, 1e-9)
	if r.Total != 14*12*12*1000 || *r.Spent < 0.09 {
		t.Errorf("to date %g, spent %g", r.Total, *r.Spent)
	}
	if _, ok := slo.Project(s, slo.Evaluate(s, past, span(epoch, 28*day)), past, span(epoch, 28*day)); ok {
		t.Error("a span that is over was projected")
	}
}

// Of a month's first eight hours, with nothing before them, the other hours are
// taken to bring what those did: the month permits about 90 times what they do.
func TestProjectionWithoutHistory(t *testing.T) {
	s := slo.SLO{Target: 0.999, Method: slo.Occurrences}
	at := slo.Span{From: epoch, To: epoch.Add(30 * day), Now: epoch.Add(8 * time.Hour)}
	b := slo.BudgetOf(s, flat(epoch, 96, fiveM, 995, 1000), at)
	allowed, estimated, ok := b.Allowed()
	if !ok || !estimated || b.Whole.Unseen != b.Whole.Hours-4*8 {
		t.Fatalf("allowed %g, estimated %v, %v, %+v", allowed, estimated, ok, b.Whole)
	}
	near(t, "allowed", allowed, 0.001*1000*288*30, 1e-9)
	share, _, _ := b.Share(96 * 5)
	near(t, "share", share, 5.0/90, 1e-9)
	if slo.BudgetOf(s, nil, at).Known {
		t.Error("the budget of what was never measured is known")
	}
}
