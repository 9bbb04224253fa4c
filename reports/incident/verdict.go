package incident

import "time"

// Durations are the incident's, counted as the policy says. They are all unknown
// for an incident that is doubted; one of a milestone that is known to the day
// only is unknown, and so is the time to detect when the start was inferred from
// the detection. What was over before it was detected took no time from there.
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

// Origins are the milestones from which the three steps are counted, in the order
// of Names: detection always from the start of impact.
func (p Policy) Origins() [3]Milestone {
	if p.FromDetected {
		return [3]Milestone{Started, Detected, Detected}
	}
	return [3]Milestone{Started, Started, Started}
}

// exact is a milestone that durations can be made of: known to the second, of an
// incident that is not doubted.
func (in Incident) exact(m Milestone) (Stamp, bool) {
	s, ok := in.Times[m]
	return s, ok && !s.At.IsZero() && !s.DayOnly && len(in.Doubts) == 0
}

// Length is how long impact lasted, or has lasted until now when the incident is
// open; then it is a lower bound, and censored is true. It is unknown (ok false)
// without an exact start, without any end of a closed incident, and in doubt.
func (in Incident) Length(now time.Time) (d time.Duration, censored, ok bool) {
	start, known := in.Times[Started]
	if !known || start.DayOnly || len(in.Doubts) > 0 {
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

// Counted tells that the incident belongs into the numbers: it is none of
// maintenance, and nothing is doubted.
func (in Incident) Counted() bool { return !in.Maintenance && len(in.Doubts) == 0 }

// Verdicts are 1-5-10 of one incident. All is Met when all three are, Missed when
// one is, else Unknown.
type Verdicts struct {
	Detect, Diagnose, Recover, All Verdict
}

// Judge holds an incident against the targets. A target is kept up to and with
// its last instant. A step that is still to come is Missed once its time is over.
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

// Hold holds the nth step (in the order of Names) against its target, as of now; d
// are the incident's durations. lasts tells whether impact lasted then, which is
// not Open for whoever looks at a time gone by.
func (in Incident) Hold(d Durations, p Policy, n int, lasts bool, now time.Time) Verdict {
	took, within := d.Steps(p)[n], p.Targets()[n]
	switch {
	case took == nil:
		// What is still to come takes at least as long as the incident has lasted.
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
