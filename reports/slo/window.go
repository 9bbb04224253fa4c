package slo

import (
	"fmt"
	"strconv"
	"time"
)

// Hours and days of rolling windows. Calendar units have no fixed length: a month of a
// rolling window is 30 days because OpenSLO defines no other, and a calendar month is
// that of the calendar.
const (
	day       = 24 * time.Hour
	week      = 7 * day
	rollMonth = 30 * day
	rollYear  = 365 * day
)

// longest bounds a duration of OpenSLO, far from where time.Duration ends. A longer one
// would wrap around to one that looks plausible.
const longest = 100 * rollYear

// ParseWindow reads OpenSLO's duration shorthand: a whole number and one of
// m h d w M Q Y. Case counts: "1m" is a minute and "1M" a month.
func ParseWindow(text string) (count int, unit string, err error) {
	if len(text) < 2 {
		return 0, "", fmt.Errorf("slo: %q is not a duration like 28d", text)
	}
	number, unit := text[:len(text)-1], text[len(text)-1:]
	count, err = strconv.Atoi(number)
	if err != nil || count < 1 || number[0] == '+' || number[0] == '0' {
		return 0, "", fmt.Errorf("slo: %q is not a duration like 28d", text)
	}
	length, ok := unitLength(unit)
	if !ok {
		return 0, "", fmt.Errorf("slo: %q has the unknown unit %q: m, h, d, w, M, Q and Y are known", text, unit)
	}
	if time.Duration(count) > longest/length {
		return 0, "", fmt.Errorf("slo: %q is longer than a hundred years", text)
	}
	return count, unit, nil
}

func unitLength(unit string) (time.Duration, bool) {
	switch unit {
	case "m":
		return time.Minute, true
	case "h":
		return time.Hour, true
	case "d":
		return day, true
	case "w":
		return week, true
	case "M":
		return rollMonth, true
	case "Q":
		return 3 * rollMonth, true
	case "Y":
		return rollYear, true
	}
	return 0, false
}

// String is the window as OpenSLO writes it.
func (w Window) String() string { return strconv.Itoa(w.Count) + w.Unit }

// Until returns the window as it is at t. A calendar window that ends exactly at t is over
// and is returned, not the one that begins then.
func (w Window) Until(t time.Time) (from, to time.Time) {
	w = w.OrDefault()
	if !w.Rolling {
		t = t.Add(-time.Nanosecond)
	}
	return w.At(t)
}

// Length is how long a rolling window is. For a calendar window it is nominal (a
// month has 30 days): use At for what it really covers.
func (w Window) Length() time.Duration {
	unit, _ := unitLength(w.Unit) // a parsed window has a known unit
	return time.Duration(w.Count) * unit
}

// OrDefault returns the window, or four rolling weeks where none is stated.
func (w Window) OrDefault() Window {
	if w.Count == 0 {
		return Window{Rolling: true, Count: 4, Unit: "w"}
	}
	return w
}

// At is the window that belongs to an instant: the one that ends there when it
// rolls, [t-W, t); else the calendar window [from, to) that contains it.
func (w Window) At(t time.Time) (from, to time.Time) {
	if w.Rolling {
		return t.Add(-w.Length()), t
	}
	n := w.guess(t)
	for w.nth(n).After(t) {
		n--
	}
	for !w.nth(n + 1).After(t) {
		n++
	}
	return w.nth(n), w.nth(n + 1)
}

// guess is near the number of the window that contains t, counted from Start.
func (w Window) guess(t time.Time) int {
	if length := w.Length(); length > 0 {
		return int(t.Sub(w.Start) / length)
	}
	return 0
}

// nth is where the nth window after Start begins. Months and years are counted
// from the anchor and a day that the month lacks is its last day, so that the
// 31st does not wander; days and weeks keep the local hour over a change of
// clocks.
func (w Window) nth(n int) time.Time {
	zone := w.zone()
	a := w.Start.In(zone)
	k := n * w.Count
	switch w.Unit {
	case "m", "h":
		return a.Add(time.Duration(k) * w.Length() / time.Duration(max(w.Count, 1)))
	case "d":
		return local(a, a.Year(), a.Month(), a.Day()+k)
	case "w":
		return local(a, a.Year(), a.Month(), a.Day()+7*k)
	case "Q":
		k *= 3
	case "Y":
		k *= 12
	}
	first := time.Date(a.Year(), a.Month()+time.Month(k), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return local(a, first.Year(), first.Month(), min(a.Day(), last))
}

func (w Window) zone() *time.Location {
	if w.Zone != nil {
		return w.Zone
	}
	return time.UTC
}

// local is the clock time of a on another date, in a's zone. Where the clocks
// jump over it, it is the instant of the jump: time.Date alone may answer with
// the evening before.
func local(a time.Time, year int, month time.Month, dayOfMonth int) time.Time {
	t := time.Date(year, month, dayOfMonth, a.Hour(), a.Minute(), a.Second(), 0, a.Location())
	want := time.Date(year, month, dayOfMonth, a.Hour(), a.Minute(), a.Second(), 0, time.UTC)
	_, offset := t.Zone()
	if got := t.Add(time.Duration(offset) * time.Second).UTC(); got.Equal(want) {
		return t
	}
	if _, end := t.ZoneBounds(); !end.IsZero() && end.Sub(t) < day {
		return end
	}
	start, _ := t.ZoneBounds()
	return start
}
