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

// Known gives a result that is settled already, so that its buckets need not be
// read again; ok is false when there is none.
type Known func(s slo.SLO, p period.Period) (r slo.Result, ok bool)

// Need is the beginning of the buckets that Measure reads for a period when the
// results of earlier spans are known from `from` back: the earliest of the first
// unknown span, the objective's window and the longest burn-rate rule.
func Need(s slo.SLO, p period.Period, asOf time.Time, known Known) time.Time {
	need, _ := window(s, asOf)
	if t := p.From.Add(-3 * 24 * time.Hour); t.Before(need) {
		need = t
	}
	for _, span := range Spans(p) {
		if known != nil {
			if _, ok := known(s, span); ok {
				continue
			}
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
// window's budget went, which rules fired. Buckets are in order of time and reach
// back to Need.
func Measure(s slo.SLO, buckets []slo.Bucket, p period.Period, asOf time.Time, known Known) Objective {
	if asOf.IsZero() || asOf.After(p.To) {
		asOf = p.To
	}
	o := Objective{SLO: s}
	for _, span := range Spans(p) {
		if known != nil {
			if r, ok := known(s, span); ok {
				o.Results = append(o.Results, r)
				continue
			}
		}
		o.Results = append(o.Results, slo.Evaluate(s, buckets, slo.Span{From: span.From, To: span.To, Now: asOf}))
	}
	from, to := window(s, asOf)
	own := slo.Span{From: from, To: to, Now: asOf}
	o.Window = slo.Evaluate(s, buckets, own)
	length := to.Sub(from)
	for _, b := range slo.Burndown(s, buckets, own, max(length/burndownSteps, s.BucketLen())) {
		o.Left = append(o.Left, Point{At: b.At.UTC(), Value: finite(b.Left)})
	}
	o.Rules = fired(s, buckets, length, slo.Span{From: p.From, To: asOf})
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

// Cost is what an incident took of an objective's budget in its window; ok is
// false when nothing is known of it.
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
	bad, share, ok := slo.IncidentShare(o.SLO, buckets, o.Window, from, to)
	if !ok || bad <= 0 || number(share) == nil {
		return Spend{}, false
	}
	return Spend{SLO: o.SLO.Name, Bad: bad, Share: share}, true
}
