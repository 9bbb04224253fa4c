package slo

import "time"

// Point is one step of a curve. A nil value is a gap, and is drawn as one.
type Point struct {
	From, To    time.Time
	Good, Total float64
	SLI         *float64
	Coverage    float64
}

// Series cuts a span into steps and sums each: the SLI by bucket of a chart and
// its table. A step without a measurement or without traffic is a gap.
func Series(s SLO, buckets []Bucket, span Span, step time.Duration) []Point {
	var out []Point
	if step <= 0 {
		return nil
	}
	for from := span.From; from.Before(span.until()); {
		to := align(from, step).Add(step)
		if to.After(span.until()) {
			to = span.until()
		}
		sum := SumOf(s, buckets, from, to)
		p := Point{From: from, To: to, Good: sum.Good, Total: sum.Total, Coverage: min(float64(sum.Measured)/float64(to.Sub(from)), 1)}
		if s.sliced() {
			p.Good, p.Total = sum.Slices.Good, sum.Slices.Counted
		}
		if p.Total > 0 && sum.Nonsense == 0 {
			sli := min(p.Good/p.Total, 1)
			p.SLI = &sli
		}
		out = append(out, p)
		from = to
	}
	return out
}

// BudgetPoint is how much of a budget was left at an instant, as a share of it;
// negative when more than all was consumed, nil when nothing was measured: a budget
// without measurements may be incomplete.
type BudgetPoint struct {
	At   time.Time
	Left *float64
}

// Burndown is the budget of one fixed span (a report's period, a calendar window)
// as it was consumed: it begins at 1 and ends at the Left of the span's Budget.
// Everything is measured against what the whole span permits, estimated where it is
// not over.
func (b Budget) Burndown(s SLO, buckets []Bucket, span Span, step time.Duration) []BudgetPoint {
	allowed, _, ok := b.Allowed()
	if !ok || step <= 0 {
		return nil
	}
	span, _ = s.inForce(span)
	one, bad := 1.0, 0.0
	out := []BudgetPoint{{At: span.From, Left: &one}}
	for _, p := range Series(s, buckets, span, step) {
		point := BudgetPoint{At: p.To}
		if bad += max(p.Total-p.Good, 0); p.Coverage > 0 {
			left := 1.0
			if bad > 0 {
				left = 1 - bad/allowed
			}
			point.Left = &left
		}
		out = append(out, point)
	}
	return out
}

// RollingLeft returns the remaining budget of the rolling window that ends at each
// step. The first value is not 1: the window that ends there may have consumed some
// already. Buckets should begin one window before the span.
func RollingLeft(s SLO, buckets []Bucket, span Span, step time.Duration) []BudgetPoint {
	if step <= 0 {
		return nil
	}
	p := s.prefix(buckets)
	var out []BudgetPoint
	for t := align(span.From, step); !t.After(span.until()); t = t.Add(step) {
		point := BudgetPoint{At: t}
		if b := p.burn(t, s.Window.Length()); b.Rate != nil {
			left := 1 - *b.Rate // over the whole window, the burn rate is the share spent
			point.Left = &left
		}
		out = append(out, point)
	}
	return out
}
