package period

import "time"

// reach is how far a local date can be from the same date in UTC: offsets are between -12
// and +14 hours, and some zones skipped a whole day.
const reach = 48 * time.Hour

// date is a day of the calendar, without a zone.
type date struct {
	year  int
	month time.Month
	day   int
}

// utc returns the day's midnight in UTC, to count days from.
func (d date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

// plus returns the date n days later, or earlier for a negative n.
func (d date) plus(days int) date {
	y, m, n := d.utc().AddDate(0, 0, days).Date()
	return date{y, m, n}
}

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

// MidnightOf returns the first instant whose local date in the zone is the day: 00:00, or
// later where the clock skipped midnight. ok is false for a day that does not exist there.
// Where the clock went back over midnight, the day begins at the first of the two midnights.
func MidnightOf(year int, month time.Month, day int, zone *time.Location) (t time.Time, ok bool) {
	want := dateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
	midnight := want.utc()
	// One range of constant offset after the other, in order.
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

// midnightFrom returns the beginning of the day, or of the next one that exists.
func midnightFrom(d date, zone *time.Location) time.Time {
	for {
		if t, ok := MidnightOf(d.year, d.month, d.day, zone); ok {
			return t
		}
		d = d.plus(1)
	}
}
