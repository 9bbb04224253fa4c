package postmortems

import (
	"regexp"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
)

// time reads a time or a date in UTC. With past, a time in the future is reported. It
// is zero when the value is absent or invalid. day reports that only the day was
// written.
func (f *front) time(v yamldoc.Value, past bool) (t time.Time, day bool) {
	written, day, ok := f.written(v)
	if ok && past && f.future(written) {
		f.report(ruleTimeFuture, at(v), "%s is %s, which is in the future", v.Path(), v.Text())
	}
	return written.UTC(), day
}

// written reads a time in the zone that the author wrote. It is not ok when the value
// is not a time, which it reports.
func (f *front) written(v yamldoc.Value) (t time.Time, day, ok bool) {
	if !v.Scalar() {
		v.Time() // reports that the value is not a scalar
		return time.Time{}, false, false
	}
	t, day, ok = yamldoc.ParseTime(v.Text())
	if !ok {
		f.report(ruleTimeInvalid, at(v), "%s is %q: write a time such as 2026-10-03T08:04:00Z, a date such as 2026-10-03, or null",
			v.Path(), v.Text())
		return time.Time{}, false, false
	}
	return t, day, true
}

// future reports whether t is after the time of the check. Without a time of the check
// nothing is.
func (f *front) future(t time.Time) bool { return !f.policy.Now.IsZero() && t.After(f.policy.Now) }

// milestone is one entry of times and where it is written. at is where its instant is
// stored.
type milestone struct {
	name  string
	value yamldoc.Value
	at    *Instant
}

// times reads the milestones and checks their order. The zone in which times.started is
// written is remembered: it is the last resort for rows of the timeline without a zone.
func (f *front) times(m *yamldoc.Map) {
	t := &f.fm.Times
	all := []milestone{
		{"started", m.Value("started"), &t.Started},
		{"detected", m.Value("detected"), &t.Detected},
		{"acknowledged", m.Value("acknowledged"), &t.Acknowledged},
		{"diagnosed", m.Value("diagnosed"), &t.Diagnosed},
		{"mitigated", m.Value("mitigated"), &t.Mitigated},
		{"recovered", m.Value("recovered"), &t.Recovered},
		{"resolved", m.Value("resolved"), &t.Resolved},
	}
	for _, ms := range all {
		*ms.at = f.instant(ms.value)
		if ms.at.Precision == Day && ms.at != &t.Resolved { // no reported duration ends at resolved
			f.report(ruleTimeDay, at(ms.value), "%s is a day: durations that need it stay unknown", ms.value.Path())
		}
	}
	// The typed milestones are in UTC; the zone is only in the text.
	if written, day, ok := yamldoc.ParseTime(all[0].value.Text()); ok && !day {
		f.context.zone = written.Location()
	}
	f.context.started, f.context.detected = m.Has("started"), m.Has("detected")
	m.Unknown()
	f.bounds(all)
	f.order(all)
}

// zoneStated matches a time that ends with a zone.
var zoneStated = regexp.MustCompile(`(?i)(z|utc|gmt|[+-]\d\d:?\d\d)$`)

// instant reads one milestone. Null, absent and invalid ones are unknown. A time
// without a zone is read as UTC and reported.
func (f *front) instant(v yamldoc.Value) Instant {
	if !v.Present() {
		return Instant{}
	}
	t, day, ok := f.written(v)
	if !ok {
		return Instant{}
	}
	if f.future(t) {
		f.report(ruleTimeFuture, at(v), "%s is %s, which is in the future", v.Path(), v.Text())
	}
	if day {
		return Instant{At: t.UTC(), Precision: Day}
	}
	if !zoneStated.MatchString(v.Text()) {
		f.report(ruleTimeZone, at(v), "%s states no zone and is read as UTC: add Z or an offset such as +08:00", v.Path())
	}
	return Instant{At: t.UTC(), Precision: Exact}
}

// bounds reports milestones before the start or after the end of the incident. A
// milestone is reported once, for the start or for the end.
func (f *front) bounds(all []milestone) {
	started, resolved := all[0], all[len(all)-1]
	for _, ms := range all[1:] {
		if ms.at.before(*started.at) {
			f.report(ruleTimeOrder, at(ms.value), "times.%s (%s) is before times.started (%s)", ms.name, ms.value.Text(), started.value.Text())
		} else if resolved.at.before(*ms.at) {
			f.report(ruleTimeOrder, at(ms.value), "times.%s (%s) is after times.resolved (%s)", ms.name, ms.value.Text(), resolved.value.Text())
		}
	}
}

// order reports an unusual order between start and end. Mitigation before diagnosis is
// normal: a rollback often comes first. The constants are indexes into all.
func (f *front) order(all []milestone) {
	const detected, acknowledged, diagnosed, mitigated, recovered = 1, 2, 3, 4, 5
	for _, pair := range [][2]int{
		{detected, acknowledged}, {detected, diagnosed}, {detected, mitigated}, {detected, recovered},
		{acknowledged, diagnosed}, {mitigated, recovered},
	} {
		first, second := all[pair[0]], all[pair[1]]
		if second.at.before(*first.at) {
			f.report(ruleTimeUnusual, at(second.value), "times.%s (%s) is before times.%s (%s): check that they are not swapped",
				second.name, second.value.Text(), first.name, first.value.Text())
		}
	}
}

// before compares two known instants, by UTC day when one of them is known only to the
// day. It is false if either is unknown, so unknown milestones break no rule.
func (i Instant) before(other Instant) bool {
	if !i.Known() || !other.Known() {
		return false
	}
	if i.Precision == Day || other.Precision == Day {
		return utcDay(i.At).Before(utcDay(other.At))
	}
	return i.At.Before(other.At)
}

// utcDay returns midnight UTC of the day of t; zero stays zero. Truncate works on
// absolute time, whose days are those of UTC.
func utcDay(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(24 * time.Hour)
}
