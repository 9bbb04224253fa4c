package slo

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Member is one objective and its result, as aggregates take them.
type Member struct {
	SLO    SLO
	Result Result
}

// Share is one objective's part of what went wrong.
type Share struct {
	Name string
	Bad  float64 // events
	Part float64 // of all bad events of the members, 0 to 1
}

// Contribution tells who spent it: each member's bad events and their share of
// all, largest first, then by name. Only event counts add up, so members that
// are judged by slices are left out.
func Contribution(members []Member) []Share {
	var out []Share
	var all float64
	for _, m := range members {
		if m.Result.SLI == nil || m.SLO.sliced() {
			continue
		}
		bad := max(m.Result.Total-m.Result.Good, 0)
		all += bad
		out = append(out, Share{Name: m.SLO.Name, Bad: bad})
	}
	for i := range out {
		if all > 0 {
			out[i].Part = out[i].Bad / all
		}
	}
	slices.SortFunc(out, func(a, b Share) int {
		switch {
		case a.Bad > b.Bad:
			return -1
		case a.Bad < b.Bad:
			return 1
		case a.Name < b.Name:
			return -1
		}
		return 1
	})
	return out
}

// Roll is several objectives of one kind of indicator as one number.
type Roll struct {
	Good, Total float64
	SLI         float64
	Target      float64 // sum(o*T)/sum(T): with it, Spent follows from SLI and Target
	Spent       float64 // sum(B)/sum((1-o)*T)
	Members     int     // that had numbers
	Left        int     // out, for want of numbers or because they count slices
}

// RollUp weighs by events: it sums good and total and never takes a mean of
// ratios. Call it only for objectives of one kind of indicator; ok is false when
// none has numbers.
func RollUp(members []Member) (r Roll, ok bool) {
	var allowed, bad float64
	for _, m := range members {
		if m.Result.SLI == nil || m.SLO.sliced() {
			r.Left++
			continue
		}
		r.Members++
		r.Good += m.Result.Good
		r.Total += m.Result.Total
		r.Target += m.SLO.Target * m.Result.Total
		allowed += (1 - m.SLO.Target) * m.Result.Total
		bad += max(m.Result.Total-m.Result.Good, 0)
	}
	if r.Total <= 0 {
		return r, false
	}
	r.SLI = 1 - bad/r.Total
	r.Target /= r.Total
	if bad > 0 {
		r.Spent = bad / allowed
	}
	return r, true
}

// Composite judges an objective that is made of others: the weighted mean of the
// shares of budget that its members spent. It has no SLI of its own, so show the
// members beside it. A member without a verdict leaves the whole without one,
// with that member's state.
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

// IncidentShare is what an incident cost: the bad units in its time, and their
// share of what the result's span permits (SRE Workbook ch. 2: 14,066 of 109,897
// is 12.8 %). ok is false when the result has no budget to share.
func IncidentShare(s SLO, buckets []Bucket, r Result, from, to time.Time) (bad, share float64, ok bool) {
	if r.Allowed == nil || !from.Before(to) {
		return 0, 0, false
	}
	length := s.BucketLen()
	if s.sliced() {
		length = s.sliceLen(buckets)
	}
	// The buckets that the incident touches: its first minutes lie in a bucket
	// that began before it did.
	from = align(from, length)
	if from.Before(r.From) {
		from = r.From
	}
	if to.After(r.To) {
		to = r.To
	}
	for _, u := range s.units(within(buckets, from, to)) {
		bad += max(u.total-u.good, 0)
	}
	if bad == 0 {
		return 0, 0, true
	}
	return bad, bad / *r.Allowed, true
}

// BudgetTime is the budget for readers who think in minutes: how long a total
// failure may last in a window.
func BudgetTime(target float64, window time.Duration) time.Duration {
	return time.Duration(math.Round((1 - target) * float64(window)))
}
