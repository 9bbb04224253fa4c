package api

import (
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// text is null for the empty string.
func text[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	out := string(s)
	return &out
}

// list is s, never null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// each turns every element into its form on the wire; the result is never null.
func each[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, a := range in {
		out = append(out, f(a))
	}
	return out
}

// day is a date as YYYY-MM-DD, null when not known.
func day(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return text(t.UTC().Format(time.DateOnly))
}

// instant is RFC 3339 in UTC, null when not known.
func instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return text(t.UTC().Format(time.RFC3339))
}

// dayOrInstant writes a point in time as exactly as it is known.
func dayOrInstant(i postmortems.Instant) *string {
	switch i.Precision {
	case postmortems.Day:
		return day(i.At)
	case postmortems.Exact:
		return instant(i.At)
	}
	return nil
}

// seconds rounds down to whole seconds; null stays null.
func seconds(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	n := int64(*d / time.Second)
	return &n
}

// readDay reads a parameter that bounds dates: a day, or an instant of which the
// UTC day counts, since documents are dated by day.
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
