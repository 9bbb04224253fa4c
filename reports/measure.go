package reports

import (
	"fmt"
	"time"

	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

const (
	paceOver      = 24 * time.Hour // the pace of time to exhaustion
	burndownSteps = 28             // points of a burn-down
)

// Measurement is one SLO with its definitions and buckets.
type Measurement struct {
	SLO slo.SLO // at the end of the period
	// At returns the definition that counted at an instant; ok is false when there was none.
	// Nil is always SLO.
	At func(t time.Time) (s slo.SLO, ok bool)
	// Buckets are in order of time and reach back to Need.
	Buckets []slo.Bucket
}

// at returns the definition that counts for a span: the one at its end.
func (m Measurement) at(p period.Period) (slo.SLO, bool) {
	if m.At == nil {
		return m.SLO, true
	}
	return m.At(p.To.Add(-time.Nanosecond))
}

// ruleReach is the longest window of the burn-rate rules.
const ruleReach = 3 * 24 * time.Hour

// Need returns from when on the buckets of a period are read: the first span in which the
// SLO was defined, its window and the longest burn-rate rule.
func (m Measurement) Need(p period.Period, asOf time.Time) time.Time {
	windows := m.windows(p, asOf)
	need, end := windows[0].From, windows[len(windows)-1].To
	if t := asOf.Add(-slo.History); calendar(m.SLO) && end.After(asOf) && t.Before(need) {
		need = t
	}
	if t := p.From.Add(-ruleReach); t.Before(need) {
		need = t
	}
	for _, span := range Spans(p) {
		if _, ok := m.at(span); !ok {
			continue
		}
		if span.From.Before(need) {
			need = span.From
		}
		break
	}
	return need
}

// Measure computes the results of one SLO for a report: over every span and its own window,
// how the budget of the window was consumed, which rules would have fired.
func Measure(m Measurement, p period.Period, asOf time.Time) Objective {
	if asOf.IsZero() || asOf.After(p.To) {
		asOf = p.To
	}
	s, buckets := m.SLO, m.Buckets
	o := Objective{SLO: s}
	for _, span := range Spans(p) {
		at, ok := m.at(span)
		if !ok {
			o.Results = append(o.Results, slo.Result{From: span.From, To: span.To, State: slo.NotYet, Reason: "the objective was not defined"})
			continue
		}
		o.Results = append(o.Results, slo.Evaluate(at, buckets, slo.Span{From: span.From, To: span.To, Now: asOf}))
	}
	from, to := s.Window.Until(asOf)
	own := slo.Span{From: from, To: to, Now: asOf}
	budget := slo.BudgetOf(s, buckets, own)
	o.Window, o.Projected = budget.Window, budget.Whole
	all := m.budgets(p, o.Results, budget, asOf)
	o.Ended, o.Current = all[:len(all)-1], all[len(all)-1]
	length := to.Sub(from)
	for _, b := range budget.Burndown(s, buckets, own, max(length/burndownSteps, s.BucketLen())) {
		o.Left = append(o.Left, Point{At: b.At.UTC(), Value: finite(b.Left)})
	}
	if p.Kind != period.Monthly { // judging every bucket of a month costs more than all else, and a month is too late to page
		o.Rules = fired(s, buckets, length, slo.Span{From: p.From, To: asOf})
	}
	if left, _, ok := o.Remaining(); ok {
		if pace := slo.Burns(s, buckets, asOf, []time.Duration{paceOver})[0].Rate; pace != nil {
			if d, ok := slo.Exhaustion(left, *pace, length); ok {
				o.Exhausts = &d
			}
		}
	}
	return o
}

// fired adds up how long the condition of each standard rule held.
func fired(s slo.SLO, buckets []slo.Bucket, window time.Duration, span slo.Span) (out []BurnRule) {
	at := map[string]int{}
	for _, f := range slo.Backtest(s, buckets, slo.StandardRules(window), span) {
		name := ruleName(f.Rule)
		i, known := at[name]
		if !known {
			i = len(out)
			at[name] = i
			out = append(out, BurnRule{Name: name, Severity: f.Rule.Severity, Long: f.Rule.Long, Short: f.Rule.Short})
		}
		out[i].For += f.To.Sub(f.From)
	}
	return out
}

// ruleName names a pair of windows: "6 hours and 30 min". Keys of stored reports hold it,
// so its form is fixed and is not that of texts for people.
func ruleName(r slo.Rule) string {
	if r.Short < time.Hour {
		return fmt.Sprintf("%d hours and %d min", r.Long/time.Hour, r.Short/time.Minute)
	}
	return fmt.Sprintf("%d hours and %d h", r.Long/time.Hour, r.Short/time.Hour)
}
