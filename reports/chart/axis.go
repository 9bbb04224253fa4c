package chart

import (
	"math"
	"time"

	"github.com/postern/postern/portal/base/humanize"
)

// tick is one mark of an axis.
type tick struct {
	value float64
	label string
}

// axis maps values to a length. Values are in the unit of the figure, or Unix seconds on
// an axis of time. min is less than max, and above 0 if log is true.
type axis struct {
	min, max float64
	log      bool
	ticks    []tick
}

// position returns the place of a value on the axis: 0 at min, 1 at max, and less or more
// outside of it. On a logarithmic axis, values of 0 and below take the place of 1e-12,
// whose logarithm is finite.
func (a axis) position(v float64) float64 {
	low, high := a.min, a.max
	if a.log {
		v, low, high = math.Log10(max(v, 1e-12)), math.Log10(low), math.Log10(high)
	}
	return (v - low) / (high - low)
}

// span returns the range of the finite values; ok is false when there are none.
func span(values ...float64) (low, high float64, ok bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !humanize.Finite(v) {
			continue
		}
		low, high = min(low, v), max(high, v)
	}
	return low, high, low <= high
}

// mostDrawn bounds the values of an axis. The difference of two larger ones can be
// infinite.
const mostDrawn = 1e300

// linearAxis returns an axis from low to high with about n round ticks. Equal values get
// space above and below, since a flat line is an ordinary day. The axis begins and ends
// with a tick, so that its range may be wider than the values. Values beyond mostDrawn
// are clipped to it.
func linearAxis(low, high float64, n int, unit Unit) axis {
	low, high = max(low, -mostDrawn), min(high, mostDrawn)
	low = min(low, high)
	if low == high {
		pad := max(math.Abs(low)*0.01, 1e-9)
		if low == 0 {
			pad = 1
		}
		low, high = low-pad, high+pad
		if unit == Percent && low+pad == 1 {
			high = 1 // nothing is over 100 %
		}
	}
	// n-1 steps between n ticks. The rounding of 1e-9 keeps a bound that is a multiple of
	// the step from adding one more step.
	step := niceStep((high-low)/float64(max(n-1, 1)), unit)
	first, last := math.Floor(low/step+1e-9), math.Ceil(high/step-1e-9)
	last = max(last, first+1)
	a := axis{min: first * step, max: last * step}
	if !(math.Abs(first) < humanize.Largest && math.Abs(last) < humanize.Largest) {
		// The values are so close for their size that rounding removes the steps between
		// them. Only both ends are marked.
		return axis{min: low, max: high, ticks: []tick{{low, unit.format(low, 1)}, {high, unit.format(high, 1)}}}
	}
	for i := first; i <= last; i++ {
		a.ticks = append(a.ticks, tick{i * step, unit.format(i*step, step)})
	}
	return a
}

// niceStep returns the next round step: 1, 2 or 5 times a power of ten, or for durations
// of up to a day, a step of a clock. The step of counts is at least one. raw is the
// smallest step that is wide enough; for a raw of 0 or no number the step is 1.
func niceStep(raw float64, unit Unit) float64 {
	if unit == Seconds {
		for _, s := range []float64{1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400} {
			if s >= raw {
				return s
			}
		}
	}
	if raw <= 0 || !humanize.Finite(raw) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, m := range []float64{1, 2, 5} {
		if m*power >= raw*(1-1e-9) {
			step = m * power
			break
		}
	}
	if unit == Count {
		step = max(step, 1)
	}
	return step
}

// logAxis returns a logarithmic axis for positive values. Its ticks are round numbers; it
// begins and ends with a tick, and has at least two. The marks are far enough apart to be
// labelled; values outside of them are beyond the axis.
func logAxis(low, high float64, unit Unit) axis {
	marks := []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1e4, 1e5, 1e6}
	if unit == Seconds {
		marks = []float64{1, 5, 15, 60, 300, 600, 1800, 3600, 4 * 3600, 12 * 3600, 86400, 3 * 86400, 10 * 86400, 30 * 86400, 100 * 86400}
	}
	a := axis{log: true}
	first, last := 0, len(marks)-1
	for first+2 < len(marks) && marks[first+1] <= low { // at least two marks, also for very large values
		first++
	}
	for last-1 > first && marks[last-1] >= high {
		last--
	}
	last = max(last, first+1)
	a.min, a.max = marks[first], marks[last]
	for _, m := range marks[first : last+1] {
		a.ticks = append(a.ticks, tick{m, unit.format(m, m)})
	}
	return a
}

// timeAxis returns an axis for a span of time, in Unix seconds. Its ticks are full hours,
// days, weeks, months or years of the zone, as many as fit into room logical pixels. An
// empty or reversed span is one second long, so that positions remain finite. If even
// years are too many, only the first ticks are drawn.
func timeAxis(from, to time.Time, zone *time.Location, room float64) axis {
	a := axis{min: seconds(from), max: seconds(to)}
	if !from.Before(to) {
		a.max = a.min + 1
	}
	const each = 72 // logical pixels of a label with its surroundings
	n := max(int(room/each), 1)
	for _, s := range timeSteps {
		a.ticks = s.ticks(from.In(zone), to)
		if len(a.ticks) <= n {
			return a
		}
	}
	a.ticks = a.ticks[:n]
	return a
}

// seconds returns an instant in Unix seconds.
func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// timeStep is a spacing of ticks on a time axis. One of the lengths is not zero.
type timeStep struct {
	hours, days, months int
	form                string // of the labels, a layout of package time
}

// timeSteps are the spacings, the shortest first.
var timeSteps = []timeStep{
	{hours: 1, form: "15:04"}, {hours: 3, form: "15:04"}, {hours: 6, form: "15:04"}, {hours: 12, form: "2 Jan 15:04"},
	{days: 1, form: "2 Jan"}, {days: 2, form: "2 Jan"}, {days: 7, form: "2 Jan"}, {days: 14, form: "2 Jan"},
	{months: 1, form: "Jan 2006"}, {months: 3, form: "Jan 2006"}, {months: 12, form: "2006"},
}

// ticks returns the marks from the first one at or after from to the last one before or
// at to. An hour that is repeated when a clock is set back is one mark, since marks must
// ascend.
func (s timeStep) ticks(from, to time.Time) []tick {
	const most = 1000 // marks; a wider step fits better then
	var out []tick
	for i := 0; i < most; i++ {
		t := s.at(from, i)
		if t.After(to) {
			return out
		}
		if !t.Before(from) && (len(out) == 0 || seconds(t) > out[len(out)-1].value) {
			out = append(out, tick{seconds(t), t.Format(s.form)})
		}
	}
	return out
}

// at returns the i-th mark, counted from the step that contains from. Weeks begin on
// Monday. Dates are computed from the calendar of the zone and not by adding hours, so
// that days of 23 and 25 hours begin at midnight.
func (s timeStep) at(from time.Time, i int) time.Time {
	y, m, d := from.Date()
	zone := from.Location()
	switch {
	case s.hours > 0:
		return time.Date(y, m, d, (from.Hour()/s.hours+i)*s.hours, 0, 0, 0, zone)
	case s.months > 0:
		return time.Date(y, (m-1)/time.Month(s.months)*time.Month(s.months)+1+time.Month(i*s.months), 1, 0, 0, 0, 0, zone)
	case s.days%7 == 0:
		return time.Date(y, m, d-(int(from.Weekday())+6)%7+i*s.days, 0, 0, 0, 0, zone)
	}
	return time.Date(y, m, d+i*s.days, 0, 0, 0, 0, zone)
}
