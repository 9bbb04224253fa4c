package reports

import (
	"time"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

const (
	paceOver      = 24 * time.Hour // the pace of time to exhaustion
	burndownSteps = 28             // points of a burn-down
)

// Measurement is one objective with what is known of it.
type Measurement struct {
	SLO slo.SLO // as it stood when the period ended
	// At gives the definition that counted at an instant, ok false when there was
	// none; nil is always SLO.
	At func(t time.Time) (s slo.SLO, ok bool)
	// Buckets are in order of time and reach back to Need.
	Buckets []slo.Bucket
}

// at is the definition by which a span is judged: the one at its end.
func (m Measurement) at(p period.Period) (slo.SLO, bool) {
	if m.At == nil {
		return m.SLO, true
	}
	return m.At(p.To.Add(-time.Nanosecond))
}

// ruleReach is the longest window of the burn-rate rules.
const ruleReach = 3 * 24 * time.Hour

// Need is from when on the buckets are read for a period: the first span in which
// the objective was defined, its window and the longest burn-rate rule.
func (m Measurement) Need(p period.Period, asOf time.Time) time.Time {
	need, end := window(m.SLO, asOf)
	if t := asOf.Add(-projectReach); !m.SLO.Window.Rolling && end.After(asOf) && t.Before(need) {
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

// window is the objective's own window as it stands at an instant: one that ends
// exactly then is over, not the next one just begun.
func window(s slo.SLO, asOf time.Time) (from, to time.Time) {
	if s.Window.Rolling || s.Window.Count == 0 {
		w := s.Window
		if w.Count == 0 { // not stated: four weeks
			w = slo.Window{Rolling: true, Count: 4, Unit: "w"}
		}
		return w.At(asOf)
	}
	return s.Window.At(asOf.Add(-time.Nanosecond))
}

// Measure judges one objective for a report: every span, its own window, how the
// window's budget went, which rules fired.
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
	from, to := window(s, asOf)
	own := slo.Span{From: from, To: to, Now: asOf}
	o.Window = slo.Evaluate(s, buckets, own)
	o.Projected = projected(s, o.Window, buckets, own)
	length := to.Sub(from)
	for _, b := range slo.Burndown(s, buckets, own, max(length/burndownSteps, s.BucketLen())) {
		o.Left = append(o.Left, Point{At: b.At.UTC(), Value: finite(b.Left)})
	}
	if p.Kind != period.Monthly { // judging every bucket of a month costs more than all else, and a month is too late to page
		o.Rules = fired(s, buckets, length, slo.Span{From: p.From, To: asOf})
	}
	if o.Window.Left != nil && o.Window.Met != nil {
		if pace := slo.Burns(s, buckets, asOf, []time.Duration{paceOver})[0].Rate; pace != nil {
			if d, ok := slo.Exhaustion(*o.Window.Left, *pace, length); ok {
				o.Exhausts = &d
			}
		}
	}
	return o
}

func finite(x *float64) *float64 {
	if x == nil {
		return nil
	}
	return number(*x)
}

// fired adds up how long each standard rule held.
func fired(s slo.SLO, buckets []slo.Bucket, window time.Duration, span slo.Span) (out []BurnRule) {
	at := map[string]int{}
	for _, f := range slo.Backtest(s, buckets, slo.StandardRules(window), span) {
		name := hoursText(f.Rule.Long) + " and " + durationText(f.Rule.Short)
		i, known := at[name]
		if !known {
			i = len(out)
			at[name] = i
			out = append(out, BurnRule{Name: name, Severity: f.Rule.Severity})
		}
		out[i].For += f.To.Sub(f.From)
	}
	return out
}

// held is the result whose budget the period is held against: the objective's own
// window (window is true), or the period itself when it is longer. A month can take
// more than all of 28 days' budget and leave some, and its first days lie before
// the window.
func (o Objective) held() (r slo.Result, window bool) {
	if n := len(o.Results); n > 0 {
		if own := o.Results[n-1]; own.To.Sub(own.From) > o.Window.To.Sub(o.Window.From) {
			return own, false
		}
	}
	return o.Window, true
}

// Cost is what an incident took of an objective's budget in its window, or in the
// period when that is longer; ok is false when nothing is known of it.
func Cost(o Objective, buckets []slo.Bucket, i incident.Incident, asOf time.Time) (Spend, bool) {
	x := Incident{Incident: i}
	from, to := impactStart(x), impactEnd(x)
	if from.IsZero() || len(i.Doubts) > 0 || i.Maintenance {
		return Spend{}, false
	}
	if to.IsZero() || to.After(asOf) {
		if to.IsZero() && !i.Open {
			return Spend{}, false
		}
		to = asOf
	}
	held, _ := o.held()
	bad, share, ok := slo.IncidentShare(o.SLO, buckets, held, from, to)
	if !ok || bad <= 0 || number(share) == nil {
		return Spend{}, false
	}
	return Spend{SLO: o.SLO.Name, Bad: bad, Share: share}, true
}
