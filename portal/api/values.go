package api

import (
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// text returns null for the empty string.
func text[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	out := string(s)
	return &out
}

// list returns s, and an empty list instead of null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// each converts every element to its JSON form, in order; the result is never null.
func each[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, a := range in {
		out = append(out, f(a))
	}
	return out
}

// day returns a date as YYYY-MM-DD in UTC, null if unknown. Dates are stored as
// midnight UTC.
func day(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return text(t.UTC().Format(time.DateOnly))
}

// instant returns a time as RFC 3339 in UTC, null if unknown.
func instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return text(t.UTC().Format(time.RFC3339))
}

// dayOrInstant returns a time in the precision in which it is known; null for an
// unknown one or one that has no day.
func dayOrInstant(i postmortems.Instant) *string {
	switch i.Precision {
	case postmortems.Day:
		return day(i.At)
	case postmortems.Exact:
		return instant(i.At)
	}
	return nil
}

// seconds returns whole seconds, rounded down; null stays null.
func seconds(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	n := int64(*d / time.Second)
	return &n
}

// readDay reads a parameter that is a date, or a time of which the UTC date counts,
// since documents are dated by day.
func readDay(name, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC().Truncate(24 * time.Hour), nil
		}
	}
	return time.Time{}, fault.Newf(fault.Invalid, "api", "%s: write a day such as 2026-11-21", name)
}
