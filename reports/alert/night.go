package alert

import (
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
)

// Zones has the zone of the people on call by service. All other services have the zone
// under "".
type Zones map[string]*time.Location

// Of returns the zone of a service, UTC if unknown.
func (z Zones) Of(service string) *time.Location {
	for _, name := range []string{service, ""} {
		if loc := z[name]; loc != nil {
			return loc
		}
	}
	return time.UTC
}

// OnCall has the zones, nights and shifts of the people on call. All hours are local.
type OnCall struct {
	Zones
	// NightFrom and NightTo bound the night, as times of the local day. They can be on
	// two days, and they are not equal.
	NightFrom, NightTo time.Duration
	// ShiftFrom is a time of the local day at which a shift begins. ShiftLength is the
	// length of a shift, which divides a day.
	ShiftFrom, ShiftLength time.Duration
}

// DefaultOnCall returns a night from 22:00 to 8:00 and shifts of twelve hours from 8:00
// on.
func DefaultOnCall() OnCall {
	return OnCall{NightFrom: 22 * time.Hour, NightTo: 8 * time.Hour, ShiftFrom: 8 * time.Hour, ShiftLength: 12 * time.Hour}
}

// In returns a copy with other zones.
func (o OnCall) In(z Zones) OnCall {
	o.Zones = z
	return o
}

// Night reports whether the episode began at night.
func (o OnCall) Night(e Episode) bool {
	at := e.StartsAt.In(o.Of(e.Service))
	clock := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute + time.Duration(at.Second())*time.Second
	if o.NightFrom < o.NightTo {
		return clock >= o.NightFrom && clock < o.NightTo
	}
	return clock >= o.NightFrom || clock < o.NightTo
}

// NightText returns the night in words: "22:00 to 8:00".
func (o OnCall) NightText() string { return clockText(o.NightFrom) + " to " + clockText(o.NightTo) }

// ShiftText returns the shifts in words: "12 hours from 8:00".
func (o OnCall) ShiftText() string {
	return humanize.Plural(int(o.ShiftLength/time.Hour), "hour") + " from " + clockText(o.ShiftFrom)
}

// clockText returns a time of day: "22:00".
func clockText(t time.Duration) string {
	return fmt.Sprintf("%d:%02d", t/time.Hour, t%time.Hour/time.Minute)
}

// Clock returns the number of pages by weekday, Monday first, and hour of the local
// day. Each page counts in the zone of its own service.
func (z Zones) Clock(episodes []Episode) (pages [7][24]int) {
	for _, e := range episodes {
		if e.Paging {
			at := e.StartsAt.In(z.Of(e.Service))
			pages[(int(at.Weekday())+6)%7][at.Hour()]++
		}
	}
	return pages
}

// Shift is the load of one shift on call.
type Shift struct {
	From, To  time.Time
	Pages     int
	Incidents int // distinct ones with a page in the shift
}

// MaxPerShift is the number of incidents that a shift can handle with care (Google, Site
// Reliability Engineering, ch. 11).
const MaxPerShift = 2

// Shifts returns the shifts of a span by the local time of a zone, with the pages of
// each. The first and the last may be shorter. They are in order of time and leave no
// gap. Days with a change of clocks have a shift that is longer or shorter by the
// difference. A page that has an incident counts it once in each shift.
func (o OnCall) Shifts(episodes []Episode, zone *time.Location, from, to time.Time) []Shift {
	var out []Shift
	for begin := from; begin.Before(to); {
		end := o.nextChange(begin.In(zone))
		if end.After(to) {
			end = to
		}
		out = append(out, Shift{From: begin, To: end})
		begin = end
	}
	seen := map[string]bool{}
	for _, e := range slices.Backward(episodes) {
		if !e.Paging || e.StartsAt.Before(from) || !e.StartsAt.Before(to) {
			continue
		}
		i, found := slices.BinarySearchFunc(out, e.StartsAt, func(s Shift, t time.Time) int { return s.From.Compare(t) })
		if !found {
			i--
		}
		out[i].Pages++
		key := out[i].From.String() + e.Incident
		if e.Incident != "" && !seen[key] {
			out[i].Incidents++
		}
		seen[key] = true
	}
	return out
}

// nextChange returns the first change of shift after a local time. If the clock jumps
// over it, it is the first instant after the jump. A length below an hour or above a
// day is a mistake of configuration; the shift is a day then, so that the loop in
// Shifts ends.
func (o OnCall) nextChange(t time.Time) time.Time {
	const day = 24 * time.Hour
	length := o.ShiftLength
	if length < time.Hour || length > day {
		length = day
	}
	for days := 0; ; days++ {
		for clock := o.ShiftFrom % length; clock < day; clock += length {
			at := time.Date(t.Year(), t.Month(), t.Day()+days, int(clock/time.Hour), int(clock%time.Hour/time.Minute), 0, 0, t.Location())
			if at.After(t) {
				return at
			}
		}
	}
}
