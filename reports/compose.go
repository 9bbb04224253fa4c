package reports

import (
	"maps"
	"time"

	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// A composite objective has no counts of its own: what it spent is what its parts
// spent, by weight. The parts stand beside it, unweighted.

// Compose computes the results of a composite over the spans of a report from its parts,
// which were measured over the same. at is as in Measurement.
func Compose(s slo.SLO, at func(time.Time) (slo.SLO, bool), parts []Objective, p period.Period, asOf time.Time) Objective {
	if asOf.IsZero() || asOf.After(p.To) {
		asOf = p.To
	}
	o := Objective{SLO: s}
	spans := Spans(p)
	m := Measurement{SLO: s, At: at}
	for n, span := range spans {
		then, ok := m.at(span)
		if !ok || len(then.Parts) == 0 {
			o.Results = append(o.Results, slo.Result{From: span.From, To: span.To, State: slo.NotYet, Reason: "the composite was not defined"})
			continue
		}
		results := map[string]slo.Result{}
		for _, part := range parts {
			results[part.SLO.Name] = part.Result(n, len(spans))
		}
		o.Results = append(o.Results, slo.Composite(then, results, slo.Span{From: span.From, To: span.To, Now: asOf}))
	}
	own := map[string]slo.Result{}
	for _, part := range parts {
		if own[part.SLO.Name] = part.Window; !sameWindow(part.SLO.Window, s.Window) {
			own[part.SLO.Name] = slo.Result{State: slo.NoData, Reason: "it has another window than the composite"}
		}
	}
	from, to := s.Window.Until(asOf)
	span := slo.Span{From: from, To: to, Now: asOf}
	o.Window = slo.Composite(s, own, span)
	if whole, any := estimatedParts(parts, own); any && o.Window.Spent != nil {
		if r := slo.Composite(s, whole, span); r.Spent != nil {
			o.Projected = &slo.Projection{Spent: *r.Spent, Left: *r.Left}
		}
	}
	return o
}

// estimatedParts returns the parts' results over a window that is not over, each
// with what it consumed of its whole budget, estimated; any is false when the
// window is over for all.
func estimatedParts(parts []Objective, own map[string]slo.Result) (whole map[string]slo.Result, any bool) {
	whole = maps.Clone(own)
	for _, part := range parts {
		if r := whole[part.SLO.Name]; part.Projected != nil && r.Spent != nil {
			spent, left := part.Projected.Spent, part.Projected.Left
			r.Spent, r.Left = &spent, &left
			whole[part.SLO.Name], any = r, true
		}
	}
	return whole, any
}

// sameWindow reports whether two windows have one length and move alike; their zones may
// differ.
func sameWindow(a, b slo.Window) bool {
	return a.Count == b.Count && a.Unit == b.Unit && a.Rolling == b.Rolling
}
