package incident

import (
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/humanize"
)

// lateSteps finds steps that came later than the longest length of an incident. Closing
// an incident can take so long; for detection and diagnosis a wrong date is likelier.
func (in *Incident) lateSteps(p Policy, start Stamp, add func(format string, args ...any)) {
	for _, m := range []Milestone{Detected, Acknowledged, Diagnosed} {
		if s, ok := in.Times[m]; ok && !s.DayOnly && p.MaxLength > 0 && s.At.Sub(start.At) > p.MaxLength {
			add("%s %d days after it started (%s and %s)", m, int(s.At.Sub(start.At)/(24*time.Hour)), s.Source, start.Source)
		}
	}
}

// findUncertainties adds the reasons why the incident must not be counted.
func (in *Incident) findUncertainties(p Policy) {
	add := func(format string, args ...any) {
		in.Uncertainties = append(in.Uncertainties, fmt.Sprintf(format, args...))
	}
	start, ok := in.Times[Started]
	if !ok || start.DayOnly {
		return
	}
	for _, m := range Milestones()[1:] {
		if s, ok := in.Times[m]; ok && !s.DayOnly && s.At.Before(start.At) {
			add("%s %s before it started (%s and %s)", m, humanize.Duration(start.At.Sub(s.At)), s.Source, start.Source)
		}
	}
	in.lateSteps(p, start, add)
	if end, ok := in.End(); ok && !end.DayOnly {
		switch length := end.At.Sub(start.At); {
		case length == 0:
			add("it ended at the time of its start")
		case p.MaxLength > 0 && length > p.MaxLength:
			add("it would have lasted %d days", int(length/(24*time.Hour)))
		}
	}
	in.conflictingStarts(p, start, add)
}

// conflictingStarts finds sources whose start is far from the start of the incident, or
// that reported the incident a day before they say it started.
func (in *Incident) conflictingStarts(p Policy, start Stamp, add func(format string, args ...any)) {
	for _, v := range in.Records {
		s, ok := v.Times[Started]
		if !ok {
			continue
		}
		off := s.At.Sub(start.At).Abs()
		if p.MaxLength > 0 && off > p.MaxLength {
			add("the start in %s is %d days away from the start in %s", v.Source, int(off/(24*time.Hour)), start.Source)
		}
		if !v.At.IsZero() && s.At.Sub(v.At) > 24*time.Hour {
			add("%s reported it %d days before it started", v.Source, int(s.At.Sub(v.At)/(24*time.Hour)))
		}
	}
}
