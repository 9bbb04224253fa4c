package incident

import (
	"slices"
	"time"

	"github.com/postern/postern/reports/tally"
)

// Stats describe durations. There is no mean, because one incident of several days moves
// it more than a year of improvement. nil is unknown.
type Stats struct {
	N      int
	Median *time.Duration
	P90    *time.Duration // of at least 10 durations
	Max    *time.Duration
}

// Summarize returns the statistics of durations, which it sorts.
func Summarize(d []time.Duration) Stats {
	s := Stats{N: len(d)}
	if len(d) == 0 {
		return s
	}
	slices.Sort(d)
	median, longest := tally.Quantile(d, 0.5), d[len(d)-1]
	s.Median, s.Max = &median, &longest
	if len(d) >= 10 {
		p90 := tally.Quantile(d, 0.9)
		s.P90 = &p90
	}
	return s
}

// Interval is a span of time, [From, To).
type Interval struct{ From, To time.Time }

// Impact returns the interval of impact, which ends now for an open incident.
func (in Incident) Impact(now time.Time) (Interval, bool) {
	d, _, ok := in.Length(now)
	if !ok {
		return Interval{}, false
	}
	start := in.Times[Started].At
	return Interval{start, start.Add(d)}, true
}

// Union returns how long at least one of the intervals lasted within a span: two
// simultaneous incidents are counted once.
func Union(intervals []Interval, within Interval) time.Duration {
	var sum time.Duration
	end := within.From
	for _, i := range slices.SortedFunc(slices.Values(intervals), func(a, b Interval) int { return a.From.Compare(b.From) }) {
		from, to := i.From, i.To
		if from.Before(end) {
			from = end
		}
		if to.After(within.To) {
			to = within.To
		}
		if to.After(from) {
			sum += to.Sub(from) // at most within
			end = to
		}
	}
	return sum
}

// Attainment is how often a target was met.
type Attainment struct{ Met, Missed, Unknown int }

// Add counts one verdict.
func (a *Attainment) Add(v Verdict) {
	switch v {
	case Met:
		a.Met++
	case Missed:
		a.Missed++
	default:
		a.Unknown++
	}
}

// Share returns met / (met + missed), nil if both are 0.
func (a Attainment) Share() *float64 { return tally.Share(a.Met, a.Met+a.Missed) }

// Pessimistic returns met / all: unknown counts as missed.
func (a Attainment) Pessimistic() *float64 { return tally.Share(a.Met, a.Met+a.Missed+a.Unknown) }

// Summary has the statistics of the incidents of a span.
type Summary struct {
	N             int // counted: neither maintenance nor uncertain
	Open          int // of N
	LengthUnknown int // of N: closed, but the end of impact is unknown
	Maintenance   int
	Uncertain     int

	Detect, Diagnose, Recover, Resolve  Stats
	OneDetect, FiveDiagnose, TenRecover Attainment
	All                                 Attainment    // all three met
	Downtime                            time.Duration // union of impact within the span
}

// Sum returns the statistics of the incidents whose impact starts in a span. Open ones
// have no duration yet and are in no median. Downtime includes the part of earlier
// incidents that is within the span.
func Sum(all []Incident, p Policy, within Interval, now time.Time) Summary {
	var s Summary
	var detect, diagnose, recovery, resolved []time.Duration
	var impact []Interval
	for _, in := range all {
		if i, ok := in.Impact(now); ok && in.Counted() {
			impact = append(impact, i)
		}
		if when := in.When(); when.Before(within.From) || !when.Before(within.To) {
			continue
		}
		switch {
		case in.Maintenance:
			s.Maintenance++
			continue
		case len(in.Uncertainties) > 0:
			s.Uncertain++
			continue
		}
		s.N++
		if in.Open {
			s.Open++
		}
		d, v := in.Durations(p), in.Judge(p, now)
		for _, x := range []struct {
			d  *time.Duration
			to *[]time.Duration
		}{{d.Detect, &detect}, {d.Diagnose, &diagnose}, {d.Recover, &recovery}, {d.Resolve, &resolved}} {
			if x.d != nil {
				*x.to = append(*x.to, *x.d)
			}
		}
		if d.Recover == nil && !in.Open {
			s.LengthUnknown++
		}
		s.OneDetect.Add(v.Detect)
		s.FiveDiagnose.Add(v.Diagnose)
		s.TenRecover.Add(v.Recover)
		s.All.Add(v.All)
	}
	s.Detect, s.Diagnose = Summarize(detect), Summarize(diagnose)
	s.Recover, s.Resolve = Summarize(recovery), Summarize(resolved)
	s.Downtime = Union(impact, within)
	return s
}
