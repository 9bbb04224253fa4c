package slo

import (
	"math"
	"time"
)

// Rule is one multi-window burn-rate rule: it fires while the budget is consumed faster
// than Factor over both the long and the short window.
type Rule struct {
	Share       float64 // of the budget that is spent when it has fired for Long
	Long, Short time.Duration
	Factor      float64 // k = Share * window / Long
	Severity    string  // "page" or "ticket"
}

// StandardRules are those of the SRE Workbook (ch. 5) for an objective's window:
// 2 % in an hour, 5 % in six, 10 % in a day and in three. The short window is a
// twelfth of the long one. For 30 days the factors are 14.4, 6, 3 and 1; for 28
// days 13.44, 5.6, 2.8 and 0.933.
func StandardRules(window time.Duration) []Rule {
	rules := []Rule{
		{Share: 0.02, Long: time.Hour, Severity: "page"},
		{Share: 0.05, Long: 6 * time.Hour, Severity: "page"},
		{Share: 0.10, Long: day, Severity: "ticket"},
		{Share: 0.10, Long: 3 * day, Severity: "ticket"},
	}
	for i := range rules {
		r := &rules[i]
		r.Short = r.Long / 12
		r.Factor = r.Share * float64(window) / float64(r.Long)
	}
	return rules
}

// Burn is how fast the budget was consumed over one window: 1 consumes exactly all of
// it in the SLO's window.
type Burn struct {
	Window time.Duration
	Rate   *float64 // nil: nothing was counted
	Total  float64  // events, for the guard against few of them
}

// Burns returns the burn rates over windows that end at t.
func Burns(s SLO, buckets []Bucket, t time.Time, windows []time.Duration) []Burn {
	p := s.prefix(buckets)
	out := make([]Burn, 0, len(windows))
	for _, w := range windows {
		out = append(out, p.burn(t, w))
	}
	return out
}

// BurnWindows returns the windows of the standard rules, short to long.
func BurnWindows() []time.Duration {
	return []time.Duration{5 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, day, 3 * day}
}

// Verdict is the result of a rule at one instant.
type Verdict string

// The verdicts of a rule. LowEvents: there are too few events for a verdict, because a
// single failure would exceed the rate.
const (
	Quiet     Verdict = "quiet"
	Fires     Verdict = "fires"
	LowEvents Verdict = "low traffic"
)

// Judge applies the rule to the burn rates over its windows. It does not judge
// when the short window has fewer than the objective's MinEvents, or when at the
// rule's factor less than one bad event would be expected in it.
func (r Rule) Judge(s SLO, long, short Burn) Verdict {
	if long.Rate == nil || short.Rate == nil || *long.Rate <= r.Factor || *short.Rate <= r.Factor {
		return Quiet
	}
	if short.Total < s.minEvents() || !s.sliced() && r.Factor*(1-s.Target)*short.Total < 1 {
		return LowEvents
	}
	return Fires
}

// Firing is a time in which a rule would have fired.
type Firing struct {
	Rule     Rule
	From, To time.Time // from the end of the first bucket to that of the first quiet one, or of the data
	Peak     float64   // highest burn rate over the long window
}

// Backtest returns when rules would have fired, evaluated at the end of each bucket
// in [from, to). Buckets should begin one long window earlier.
func Backtest(s SLO, buckets []Bucket, rules []Rule, span Span) []Firing {
	p := s.prefix(buckets)
	var out []Firing
	for _, r := range rules {
		var now *Firing
		for _, b := range within(buckets, span.From, span.until()) {
			t := b.Start.Add(b.Len)
			long, short := p.burn(t, r.Long), p.burn(t, r.Short)
			if r.Judge(s, long, short) != Fires {
				if now != nil {
					now.To = t
					out, now = append(out, *now), nil
				}
				continue
			}
			if now == nil {
				now = &Firing{Rule: r, From: t}
			}
			now.To, now.Peak = t, max(now.Peak, *long.Rate)
		}
		if now != nil {
			out = append(out, *now)
		}
	}
	return out
}

// prefix holds running sums over units, so that any window costs two searches.
type prefix struct {
	slo    SLO
	starts []time.Time
	good   []float64 // good[i]: of the units before i
	total  []float64
	events []float64
}

func (s SLO) prefix(buckets []Bucket) prefix {
	units := s.units(buckets)
	p := prefix{
		slo: s, starts: make([]time.Time, len(units)), good: make([]float64, len(units)+1),
		total: make([]float64, len(units)+1), events: make([]float64, len(units)+1),
	}
	for i, u := range units {
		p.starts[i] = u.start
		p.good[i+1], p.total[i+1], p.events[i+1] = p.good[i]+u.good, p.total[i]+u.total, p.events[i]+u.events
	}
	return p
}

// index returns the number of units that begin before t.
func (p prefix) index(t time.Time) int {
	lo, hi := 0, len(p.starts)
	for lo < hi {
		if mid := (lo + hi) / 2; p.starts[mid].Before(t) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// burn returns the burn rate over [t-w, t).
func (p prefix) burn(t time.Time, w time.Duration) Burn {
	lo, hi := p.index(t.Add(-w)), p.index(t)
	total := p.total[hi] - p.total[lo]
	b := Burn{Window: w, Total: p.events[hi] - p.events[lo]}
	if total <= 0 {
		return b
	}
	bad := max(total-(p.good[hi]-p.good[lo]), 0)
	rate := 0.0
	if bad > 0 {
		rate = bad / total / (1 - p.slo.Target)
	}
	b.Rate = &rate
	return b
}

// Exhaustion returns how long the budget lasts if this rate and the traffic do not change:
// left * window / rate. ok is false when nothing is consumed; 0 means that the budget is
// exhausted.
func Exhaustion(left, rate float64, window time.Duration) (lasts time.Duration, ok bool) {
	if left <= 0 {
		return 0, true
	}
	if rate <= 0 {
		return 0, false
	}
	ns := left * float64(window) / rate
	return time.Duration(min(ns, math.MaxInt64/2)), true
}
