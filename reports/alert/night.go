package alert

import (
	"slices"
	"time"
)

// Zones tells in which zone the people on call for a service live. Services that
// are not named have the zone under "".
type Zones map[string]*time.Location

// Of is the zone of a service; UTC when nothing is known.
func (z Zones) Of(service string) *time.Location {
	for _, name := range []string{service, ""} {
		if loc := z[name]; loc != nil {
			return loc
		}
	}
	return time.UTC
}

// The night, by the wall clock of who is on call: from 22:00 to 8:00.
const (
	nightBegins = 22
	nightEnds   = 8
)

// Night tells whether the episode began at night.
func (z Zones) Night(e Episode) bool {
	h := e.StartsAt.In(z.Of(e.Service)).Hour()
	return h >= nightBegins || h < nightEnds
}

// Clock counts the pages by weekday, Monday first, and hour of the local day.
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

// shiftBegins are the hours of the local day at which shifts change.
func shiftBegins() [2]int { return [2]int{8, 20} }

// MaxPerShift is how many incidents a shift can handle with care (Google, Site
// Reliability Engineering, ch. 11).
const MaxPerShift = 2

// Shifts cuts a span into shifts of twelve hours by the wall clock of a zone, and
// counts the pages of each; the first and the last may be cut short.
func Shifts(episodes []Episode, zone *time.Location, from, to time.Time) []Shift {
	var out []Shift
	for begin := from; begin.Before(to); {
		end := nextChange(begin.In(zone))
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

// nextChange is the first change of shift after a local time. Should the clock
// jump over it, the first instant after it counts.
func nextChange(t time.Time) time.Time {
	for day := 0; ; day++ {
		for _, hour := range shiftBegins() {
			if at := time.Date(t.Year(), t.Month(), t.Day()+day, hour, 0, 0, 0, t.Location()); at.After(t) {
				return at
			}
		}
	}
}
