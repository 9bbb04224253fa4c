package incident

import "time"

// Durations returns the durations of the incident, counted as the policy says. All are
// unknown for an uncertain incident. A duration to a milestone of which only the day is
// known is unknown, and so is the time to detect if the start was inferred from the
// detection. The duration from detection to an earlier milestone is 0.
func (in Incident) Durations(p Policy) Durations {
	since := func(origin, end Milestone) *time.Duration {
		from, known := in.exact(origin)
		to, reached := in.exact(end)
		d := to.At.Sub(from.At)
		switch {
		case !known || !reached:
			return nil
		case d >= 0:
			return &d
		case origin == Detected:
			d = 0
			return &d
		}
		return nil
	}
	origin := p.Origins()[1]
	d := Durations{Acknowledge: since(origin, Acknowledged), Diagnose: since(origin, Diagnosed), Resolve: since(origin, Resolved)}
	if in.Times[Started].Confidence != Inferred {
		d.Detect = since(Started, Detected)
	}
	if d.Recover = since(origin, Mitigated); d.Recover == nil {
		d.Recover = since(origin, Recovered)
	}
	return d
}

// Origins returns the milestones from which the three steps are counted, in the order of
// Names: detection always from the start of impact.
func (p Policy) Origins() [3]Milestone {
	if p.FromDetected {
		return [3]Milestone{Started, Detected, Detected}
	}
	return [3]Milestone{Started, Started, Started}
}

// exact returns a milestone; ok is false if it cannot be part of a duration, because only
// its day is known or the incident is uncertain.
func (in Incident) exact(m Milestone) (Stamp, bool) {
	s, ok := in.Times[m]
	return s, ok && !s.At.IsZero() && !s.DayOnly && len(in.Uncertainties) == 0
}

// Length returns how long impact lasted. For an open incident it is the time until now,
// which is a lower bound, and censored is true. ok is false without an exact start,
// without an end of a closed incident, and for an uncertain one.
func (in Incident) Length(now time.Time) (d time.Duration, censored, ok bool) {
	start, known := in.Times[Started]
	if !known || start.DayOnly || len(in.Uncertainties) > 0 {
		return 0, false, false
	}
	end, ended := in.End()
	switch {
	case ended && !end.DayOnly:
		return end.At.Sub(start.At), false, true
	case in.Open && now.After(start.At):
		return now.Sub(start.At), true, true
	}
	return 0, false, false
}

// Counted reports whether the incident is in statistics: it is neither maintenance nor
// uncertain.
func (in Incident) Counted() bool { return !in.Maintenance && len(in.Uncertainties) == 0 }

// Verdicts are the verdicts of 1-5-10. All is Met if all three are met, Missed if one is
// missed, otherwise Unknown.
type Verdicts struct {
	Detect, Diagnose, Recover, All Verdict
}

// Judge compares an incident with the targets. A target is met up to and including its
// last instant. A step that has not happened is Missed once its time is over.
func (in Incident) Judge(p Policy, now time.Time) Verdicts {
	var each [3]Verdict
	d := in.Durations(p)
	for n := range each {
		each[n] = in.Hold(d, p, n, in.Open, now)
	}
	v := Verdicts{Detect: each[0], Diagnose: each[1], Recover: each[2], All: Met}
	for _, one := range each {
		if one == Missed || one == Unknown && v.All == Met {
			v.All = one
		}
	}
	return v
}

// Hold compares the nth step (in the order of Names) with its target at the time now; d
// are the durations of the incident. lasts reports whether impact lasted at that time,
// which differs from Open for a time in the past.
func (in Incident) Hold(d Durations, p Policy, n int, lasts bool, now time.Time) Verdict {
	took, within := d.Steps(p)[n], p.Targets()[n]
	switch {
	case took == nil:
		// A step that has not happened takes at least as long as the incident has lasted.
		from, known := in.exact(p.Origins()[n])
		if known && lasts && now.Sub(from.At) > within && from.Confidence != Inferred {
			return Missed
		}
		return Unknown
	case *took <= within:
		return Met
	}
	return Missed
}
