package period

import "time"

// reach is how far a local date can lie from the same date in UTC: offsets go
// from -12 to +14 hours, and some zones jumped over a whole day.
const reach = 48 * time.Hour

// date is a day of the calendar, without a zone.
type date struct {
	year  int
	month time.Month
	day   int
}

// utc is the day's midnight in UTC: an anchor to count days from.
func (d date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

// plus counts days on (or back) and keeps the date a valid one.
func (d date) plus(days int) date {
	y, m, n := d.utc().AddDate(0, 0, days).Date()
	return date{y, m, n}
}

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

// MidnightOf is the first instant whose local date in the zone is the day. It is
// 00:00 but where the clock jumped over midnight; ok is false for a day that does
// not exist there. Where the clock went back over midnight the day has begun at
// the first of the two midnights.
func MidnightOf(year int, month time.Month, day int, zone *time.Location) (t time.Time, ok bool) {
	want := dateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
	midnight := want.utc()
	// One stretch of constant offset after the other, in order.
	for at, end := midnight.Add(-reach), midnight.Add(reach); at.Before(end); {
		at = at.In(zone)
		_, offset := at.Zone()
		_, until := at.ZoneBounds()
		first := midnight.Add(-time.Duration(offset) * time.Second)
		if first.Before(at) {
			first = at
		}
		if (until.IsZero() || first.Before(until)) && dateOf(first.In(zone)) == want {
			return first.In(zone), true
		}
		if until.IsZero() {
			return time.Time{}, false
		}
		at = until
	}
	return time.Time{}, false
}

// midnightFrom is the beginning of the day, or of the next one that exists.
func midnightFrom(d date, zone *time.Location) time.Time {
	for {
		if t, ok := MidnightOf(d.year, d.month, d.day, zone); ok {
			return t
		}
		d = d.plus(1)
	}
}
