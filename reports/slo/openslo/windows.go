package openslo

import (
	"strconv"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/reports/slo"
)

// startLayout is the format of the start of a calendar window.
const startLayout = "2006-01-02 15:04:05"

// maxWindow is the longest window, slice and duration of a condition. Within it no
// arithmetic overflows.
const maxWindow = 5 * 366 * 24 * time.Hour

// window reads timeWindow, which must have one item. The zero Window means that it
// could not be read. OpenSLO has a list, but the version that is read allows one item
// only.
func (r *reader) window(spec *yamldoc.Map) (w slo.Window) {
	list := spec.Value("timeWindow")
	if len(list.Items()) != 1 {
		r.find(ruleWindow, orKey(spec, "timeWindow"), "timeWindow is a list of exactly one window")
		return w
	}
	m := list.Items()[0].Map()
	defer finish(m)
	w.Rolling = m.Value("isRolling").Bool()
	r.length(&w, m)
	calendar := m.Value("calendar")
	switch {
	case w.Rolling && calendar.Present():
		r.find(ruleWindow, calendar, "a rolling window has no calendar")
	case !w.Rolling && !calendar.Present():
		r.find(ruleWindow, orKey(m, "calendar"), "a window that does not roll needs a calendar with startTime and timeZone")
	case calendar.Present():
		r.calendar(&w, calendar.Map())
	}
	return w
}

// length reads the duration of a window. Months may be written as "m" in calendar
// windows only, where minutes have no meaning: a rolling window of 30m is half an hour.
// A window that is too long is reset but for Rolling, so that the caller still checks
// the calendar.
func (r *reader) length(w *slo.Window, m *yamldoc.Map) {
	v := m.Value("duration")
	count, unit, err := slo.ParseWindow(v.String())
	if err != nil {
		r.find(ruleWindow, orKey(m, "duration"), "duration is a number and one of m h d w M Q Y, such as 28d, not %q", v.Text())
		return
	}
	w.Count, w.Unit = count, unit
	if !w.Rolling && unit == "m" {
		r.find(ruleSlip, v, "%q is a minute: it is read as the calendar month %dM, as in the examples of the specification", v.Text(), count)
		w.Unit = "M"
	}
	if w.Length() > maxWindow || w.Length() <= 0 {
		r.find(ruleWindow, v, "a window of %s is too long: at most 5 years", v.Text())
		*w = slo.Window{Rolling: w.Rolling}
	}
}

// calendar reads the zone and the start of a calendar window. The start is a local time
// of that zone: windows follow each other from there on, by the calendar, so their
// lengths differ by changes of clocks.
func (r *reader) calendar(w *slo.Window, m *yamldoc.Map) {
	defer finish(m)
	zone := m.Value("timeZone")
	w.Zone = r.zone(ruleWindow, zone.String(), zone)
	if !zone.Present() {
		r.find(ruleWindow, orKey(m, "timeZone"), "timeZone is missing: name a zone of the tz database")
	}
	// Without a zone there is a finding; UTC lets the start be checked in the same run.
	in := w.Zone
	if in == nil {
		in = time.UTC
	}
	start := m.Value("startTime")
	at, err := time.ParseInLocation(startLayout, start.String(), in)
	if err != nil || at.Year() < 1970 || at.Year() > 2200 {
		r.find(ruleWindow, orKey(m, "startTime"), "startTime is written like 2022-01-01 12:00:00, not %q", start.Text())
		return
	}
	w.Start = at
}

// sliceWindow reads the length of a slice. A number without a unit is in minutes, as in
// the examples of the specification. It is positive, or 0 with a finding.
func (r *reader) sliceWindow(v yamldoc.Value) time.Duration {
	text := v.String()
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		r.find(ruleSlip, v, "%s has no unit: it is read as minutes, write %sm", text, text)
		text += "m"
	}
	return r.parsed(v, text)
}

// duration reads a duration, 0 if it is missing, which is an error if it is needed.
func (r *reader) duration(m *yamldoc.Map, key string, needed bool) time.Duration {
	v := m.Value(key)
	if !v.Present() {
		if needed {
			r.find(ruleForm, orKey(m, key), "%q is missing", key)
		}
		return 0
	}
	return r.parsed(v, v.String())
}

// parsed returns a duration as windows are written, 0 with a finding if it is none.
// Months and longer units have a nominal length here.
func (r *reader) parsed(v yamldoc.Value, text string) time.Duration {
	count, unit, err := slo.ParseWindow(text)
	length := slo.Window{Count: count, Unit: unit}.Length()
	if err != nil || length <= 0 || length > maxWindow {
		r.find(ruleForm, v, "%q is not a duration such as 5m, 1h or 1d", text)
		return 0
	}
	return length
}
