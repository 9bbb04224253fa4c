package slo

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// The shares of a span that must be measured; rounding is worth coverageSlack.
const (
	fullCoverage  = 0.95 // from here on the data is OK
	halfCoverage  = 0.5  // below it there is no number at all
	coverageSlack = 1e-9
)

// Span is what an SLO is evaluated over. Now is up to when there can be data (the clock
// less the time that data needs to arrive); the zero Now is To.
type Span struct {
	From, To, Now time.Time
}

// until returns the end of the span as far as it is past.
func (p Span) until() time.Time {
	if !p.Now.IsZero() && p.Now.Before(p.To) {
		return p.Now
	}
	return p.To
}

// Evaluate evaluates an SLO over a span. The buckets must be in order of time; those
// outside the span are ignored.
func Evaluate(s SLO, buckets []Bucket, span Span) Result {
	span, ok := s.inForce(span)
	if !ok {
		return Judge(s, Sum{}, span)
	}
	return Judge(s, SumOf(s, buckets, span.From, span.until()), span)
}

// inForce returns the span without the time before the SLO came into force. It returns
// false when nothing remains of it, or all of it is in the future.
func (s SLO) inForce(span Span) (Span, bool) {
	if !s.EffectiveFrom.IsZero() && span.From.Before(s.EffectiveFrom) {
		if !span.To.After(s.EffectiveFrom) {
			return span, false
		}
		span.From = s.EffectiveFrom
	}
	return span, span.From.Before(span.until())
}

// Judge is Evaluate for a sum that was made before, of exactly the span's past
// part.
func Judge(s SLO, sum Sum, span Span) Result {
	span, ok := s.inForce(span)
	r := Result{From: span.From, To: span.To, State: NotYet, Hash: s.Hash, Open: span.until().Before(span.To)}
	if !ok {
		r.Reason = s.notYet(span)
		return r
	}
	past := span.until().Sub(span.From)
	r.Coverage = min(max(float64(sum.Measured)/float64(past), 0), 1)
	r.Good, r.Total, r.Buckets, r.Revision = sum.Good, sum.Total, sum.Buckets, sum.Rev
	if s.sliced() {
		sum.Slices.Ahead = s.slicesIn(span.To.Sub(span.until()))
		r.Slices, r.Good, r.Total = sum.Slices, sum.Slices.Good, sum.Slices.Counted
	}
	r.State, r.Reason = s.state(sum, r)
	if r.State != OK && r.State != Partial && r.State != LowTraffic {
		return r
	}
	s.numbers(&r)
	return r
}

func (s SLO) sliced() bool { return s.Method == Timeslices || s.Method == RatioTimeslices }

func (s SLO) notYet(span Span) string {
	if !s.EffectiveFrom.IsZero() && !span.To.After(s.EffectiveFrom) {
		return "the objective is in force since " + s.EffectiveFrom.UTC().Format(time.DateOnly)
	}
	return "the period has not begun"
}

// state returns the one state of a span that has begun, and why it is not OK.
func (s SLO) state(sum Sum, r Result) (State, string) {
	switch {
	case sum.Nonsense > 0:
		return Invalid, sum.nonsense()
	case sum.Buckets > 0 && sum.NaN == sum.Buckets:
		return Invalid, "every measurement is NaN: the query divides by what is not there"
	case excess(sum.Good, sum.Total):
		return Invalid, fmt.Sprintf("%s good of %s events in all", number(sum.Good), number(sum.Total))
	case r.Coverage < halfCoverage-coverageSlack:
		return NoData, fmt.Sprintf("%s of the time was measured, half is needed", percent(r.Coverage))
	case r.Total <= 0:
		return NoTraffic, "it was measured, and there was nothing to count"
	case r.Total < s.minEvents():
		return LowTraffic, fmt.Sprintf("%s events, %s are needed for a verdict", number(r.Total), number(s.minEvents()))
	case r.Coverage < fullCoverage-coverageSlack:
		return Partial, fmt.Sprintf("%s of the time was measured", percent(r.Coverage))
	}
	return OK, ""
}

// minEvents is the total below which there is no verdict.
func (s SLO) minEvents() float64 {
	if s.MinEvents == 0 && !s.sliced() {
		return DefaultMinEvents
	}
	return max(s.MinEvents, 0)
}

// numbers fills in what follows from good and total. A state without a verdict
// has the numbers all the same, and no Met.
func (s SLO) numbers(r *Result) {
	bad := max(r.Total-r.Good, 0)
	sli := min(r.Good/r.Total, 1) // correctly rounded, so 999 of 1000 is exactly 0.999
	r.SLI = &sli
	allowed := s.allowed(*r)
	spent := 0.0
	if bad > 0 {
		spent = bad / allowed // infinite when nothing is allowed
	}
	left := 1 - spent
	r.Allowed, r.Spent, r.Left = &allowed, &spent, &left
	if r.State == LowTraffic {
		return
	}
	met := sli >= s.Target
	r.Met = &met
	if r.State == Partial {
		low, high := sli*r.Coverage, sli
		r.Low, r.High = &low, &high
	}
}

// allowed is how much bad the objective permits: (1-target) of the events seen,
// or of the slices counted and still to come.
func (s SLO) allowed(r Result) float64 { return (1 - s.Target) * (r.Total + r.Slices.Ahead) }

// number writes a number without an exponent, unless it has dozens of digits.
func number(x float64) string {
	if math.Abs(x) < 1e21 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }
