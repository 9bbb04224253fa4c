package slo

import "time"

// Budget is the error budget of one window of an SLO. A share of it divides bad
// events of the window by what the whole window allows: a window that is not over
// and counts events allows more than it does to date, and how much more is
// estimated. (5 bad of 10,000 each hour at a target of 99.9 % consume 0.07 % of a
// month's budget in the first hour, not 50 %.)
type Budget struct {
	Window Result // judged to date
	// Whole estimates the whole of a window that is open and counts events; nil of
	// others, and where there is no history to estimate it from.
	Whole *Projection
	Known bool // Allowed is known or estimated
}

// BudgetOf returns the budget of a window. Buckets should reach four weeks back
// from span.Now where the window is not over.
func BudgetOf(s SLO, buckets []Bucket, span Span) Budget {
	return BudgetFrom(s, Evaluate(s, buckets, span), buckets, span)
}

// BudgetFrom is BudgetOf for a result that was made before, of exactly the window.
func BudgetFrom(s SLO, r Result, buckets []Bucket, span Span) Budget {
	b := Budget{Window: r}
	b.Known = b.Window.Allowed != nil && (!b.Window.Open || s.sliced())
	if p, ok := Project(s, b.Window, buckets, span); ok {
		b.Whole, b.Known = &p, true
	}
	return b
}

// Allowed returns how many bad events (or slices) the whole window permits, and
// whether that is estimated; ok is false when it is not known.
func (b Budget) Allowed() (bad float64, estimated, ok bool) {
	switch {
	case !b.Known:
		return 0, false, false
	case b.Whole != nil:
		return b.Whole.Allowed, true, b.Whole.Allowed > 0
	}
	return *b.Window.Allowed, false, *b.Window.Allowed > 0
}

// Share returns bad events of the window as a share of what the whole of it
// permits.
func (b Budget) Share(bad float64) (share float64, estimated, ok bool) {
	allowed, estimated, ok := b.Allowed()
	if !ok {
		return 0, false, false
	}
	return bad / allowed, estimated, true
}

// Left returns the share of the whole window's budget that is not consumed;
// negative when more was.
func (b Budget) Left() (left float64, estimated, ok bool) {
	share, estimated, ok := b.Share(max(b.Window.Total-b.Window.Good, 0))
	return 1 - share, estimated, ok
}

// BadIn returns the bad events (or slices) that buckets beginning in [from, to)
// count.
func BadIn(s SLO, buckets []Bucket, from, to time.Time) float64 {
	sum := SumOf(s, buckets, from, to)
	if s.sliced() {
		return max(sum.Slices.Counted-sum.Slices.Good, 0)
	}
	return max(sum.Total-sum.Good, 0)
}

// BadDuring is BadIn for an incident that lasted [from, to): the bucket (or slice)
// in which it began counts whole. Nothing outside [least, most) counts.
func BadDuring(s SLO, buckets []Bucket, from, to, least, most time.Time) float64 {
	length := s.BucketLen()
	if s.sliced() {
		length = s.sliceLen(buckets)
	}
	if from = align(from, length); from.Before(least) {
		from = least
	}
	if to.After(most) {
		to = most
	}
	if !from.Before(to) {
		return 0
	}
	return BadIn(s, buckets, from, to)
}
