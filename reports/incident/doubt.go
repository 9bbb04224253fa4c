package incident

import (
	"fmt"
	"time"
)

// doubtLate finds steps that came months after the start. Closing an incident may; to
// detect, to diagnose or to end one does not, and a date that is far off is likelier.
func (in *Incident) doubtLate(p Policy, start Stamp, add func(format string, args ...any)) {
	for _, m := range []Milestone{Detected, Acknowledged, Diagnosed} {
		if s, ok := in.Times[m]; ok && !s.DayOnly && p.MaxLength > 0 && s.At.Sub(start.At) > p.MaxLength {
			add("%s %d days after it started (%s and %s)", m, int(s.At.Sub(start.At)/(24*time.Hour)), s.Source, start.Source)
		}
	}
}

// doubt finds why an incident must not become a number.
func (in *Incident) doubt(p Policy) {
	add := func(format string, args ...any) { in.Doubts = append(in.Doubts, fmt.Sprintf(format, args...)) }
	start, ok := in.Times[Started]
	if !ok || start.DayOnly {
		return
	}
	for _, m := range Milestones()[1:] {
		if s, ok := in.Times[m]; ok && !s.DayOnly && s.At.Before(start.At) {
			add("%s %s before it started (%s and %s)", m, start.At.Sub(s.At), s.Source, start.Source)
		}
	}
	in.doubtLate(p, start, add)
	if end, ok := in.End(); ok && !end.DayOnly {
		switch length := end.At.Sub(start.At); {
		case length == 0:
			add("it ended the moment it started")
		case p.MaxLength > 0 && length > p.MaxLength:
			add("it would have lasted %d days", int(length/(24*time.Hour)))
		}
	}
	for _, v := range in.Voices {
		s, ok := v.Times[Started]
		if !ok {
			continue
		}
		off := s.At.Sub(start.At).Abs()
		if p.MaxLength > 0 && off > p.MaxLength {
			add("%s says that it started %d days away from what %s says", v.Source, int(off/(24*time.Hour)), start.Source)
		}
		if !v.At.IsZero() && s.At.Sub(v.At) > 24*time.Hour {
			add("%s told of it %d days before it started", v.Source, int(s.At.Sub(v.At)/(24*time.Hour)))
		}
	}
}
