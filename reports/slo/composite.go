package slo

import (
	"fmt"
	"slices"
)

// Composite evaluates an SLO that is made of others: the weighted mean of the shares of
// budget that its members consumed. It has no SLI of its own, so the members should be
// shown beside it. A member without a verdict leaves the composite without one, with
// the state of that member.
func Composite(s SLO, members map[string]Result, span Span) Result {
	span, ok := s.inForce(span)
	r := Result{From: span.From, To: span.To, State: OK, Hash: s.Hash, Coverage: 1, Open: span.until().Before(span.To)}
	if !ok {
		r.State, r.Reason, r.Coverage = NotYet, s.notYet(span), 0
		return r
	}
	var spent, weight float64
	for _, part := range s.Parts {
		m, there := members[part.SLO]
		if !there {
			m = Result{State: NoData, Reason: "there is no such objective"}
		}
		r.Coverage = min(r.Coverage, m.Coverage)
		if severity(m.State) > severity(r.State) {
			r.State, r.Reason = m.State, fmt.Sprintf("%s: %s", part.SLO, m.Reason)
		}
		if m.Spent != nil {
			spent += part.Weight * *m.Spent
			weight += part.Weight
		}
	}
	if weight <= 0 || r.State != OK && r.State != Partial {
		return r
	}
	spent /= weight
	left, met := 1-spent, spent <= 1
	r.Spent, r.Left, r.Met = &spent, &left, &met
	return r
}

// severity orders states by how little they let one say.
func severity(s State) int {
	return slices.Index([]State{OK, Partial, LowTraffic, NoTraffic, NotYet, NoData, Invalid}, s)
}
