package incident

import "time"

// Durations are the incident's, from the start of impact. They are all unknown
// for an incident that is doubted; one of a milestone that is known to the day
// only is unknown, and so is the time to detect when the start was inferred from
// the detection.
func (in Incident) Durations(p Policy) Durations {
	start, ok := in.Times[Started]
	if !ok && p.FromDetected {
		if start, ok = in.Times[Detected]; ok {
			start.Confidence = Inferred
		}
	}
	if !ok || start.DayOnly || len(in.Doubts) > 0 {
		return Durations{}
	}
	since := func(s Stamp, ok bool) *time.Duration {
		if d := s.At.Sub(start.At); ok && !s.DayOnly && d >= 0 {
			return &d
		}
		return nil
	}
	at := func(m Milestone) *time.Duration {
		s, ok := in.Times[m]
		return since(s, ok)
	}
	d := Durations{Acknowledge: at(Acknowledged), Diagnose: at(Diagnosed), Resolve: at(Resolved)}
	if start.Confidence != Inferred {
		d.Detect = at(Detected)
	}
	if d.Recover = at(Mitigated); d.Recover == nil {
		d.Recover = at(Recovered)
	}
	return d
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
	d := in.Durations(p)
	middle := d.Diagnose
	if p.Middle == Acknowledged {
		middle = d.Acknowledge
	}
	v := Verdicts{
		Detect:   in.verdict(d.Detect, p.DetectWithin, now),
		Diagnose: in.verdict(middle, p.DiagnoseWithin, now),
		Recover:  in.verdict(d.Recover, p.RecoverWithin, now),
	}
	v.All = Met
	for _, one := range []Verdict{v.Detect, v.Diagnose, v.Recover} {
		if one == Missed || one == Unknown && v.All == Met {
			v.All = one
		}
	}
	return v
}

func (in Incident) verdict(d *time.Duration, within time.Duration, now time.Time) Verdict {
	switch {
	case d == nil:
		// What is still to come takes at least as long as the incident has lasted.
		if sofar, censored, ok := in.Length(now); ok && censored && sofar > within && in.Times[Started].Confidence != Inferred {
			return Missed
		}
		return Unknown
	case *d <= within:
		return Met
	}
	return Missed
}
