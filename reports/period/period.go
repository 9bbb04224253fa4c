// Package period is the calendar of reports: days, ISO weeks and months in one IANA zone, as
// half-open ranges of instants [From, To). It is pure.
//
// The name of a period sorts by time:
//
//	daily    2026-11-21
//	weekly   2026-W47     the ISO week, with the ISO year
//	monthly  2026-11
//
// A local day begins at the first instant whose local date is that day. It may
// have 23, 24, 24.5 or 25 hours, and some days do not exist in their zone at
// all (Pacific/Apia has no 2011-12-30): such a period is skipped. time.Date alone does not
// do this: it returns the day before when midnight is skipped.
package period

import "time"

// Kind is how long a period is.
type Kind string

// The kinds of period; each is also the name of a built-in report.
const (
	Daily   Kind = "daily"
	Weekly  Kind = "weekly"
	Monthly Kind = "monthly"
)

// Period is one day, ISO week or month in a zone.
type Period struct {
	Kind     Kind
	ID       string         // "2026-11-21", "2026-W47", "2026-11"
	From, To time.Time      // half-open; in Zone
	Zone     *time.Location // never nil
}

// Contains reports whether the instant is in the period.
func (p Period) Contains(t time.Time) bool { return !t.Before(p.From) && t.Before(p.To) }

// Length returns how long the period is; a day is not always 24 hours.
func (p Period) Length() time.Duration { return p.To.Sub(p.From) }
