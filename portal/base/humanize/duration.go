package humanize

import (
	"math"
	"strconv"
	"time"
)

const (
	day = 24 * time.Hour

	// The longest durations of each form: a reader compares 85 s with 90 s and 80 min
	// with 90 min more easily than either with hours.
	secondsUpTo = 90 * time.Second
	minutesUpTo = 90 * time.Minute
	fromDays    = 2 * day  // from here in days and hours
	fromWhole   = 10 * day // from here in days alone
)

// Duration returns a duration rounded to the precision that people use for its
// length:
//
//	350 ms        below one second
//	1.5 s         below ten seconds, to a tenth; whole seconds have no decimal
//	90 s          up to 90 seconds
//	90 min        up to 90 minutes
//	1 h 31 min    below 48 hours
//	2 d 4 h       below ten days
//	12 d          from there on
//
// A single minute is "1 min" and a single hour "1 h", since that is how targets and
// windows are named. A unit that would be zero is left out: "2 h". Half a unit is
// rounded up; what is shorter than a millisecond, and not zero, is "1 ms". Negative
// durations begin with the minus sign.
func Duration(d time.Duration) string {
	if d < 0 {
		return Minus + Duration(opposite(d))
	}
	switch {
	case d == 0:
		return "0 s"
	case d.Round(time.Millisecond) < time.Second:
		return unit(max(d.Round(time.Millisecond), time.Millisecond), time.Millisecond, "ms")
	case d.Round(100*time.Millisecond) < 10*time.Second:
		return tenths(d.Round(100 * time.Millisecond))
	case d.Round(time.Second) == time.Minute:
		return "1 min"
	case d.Round(time.Second) <= secondsUpTo:
		return unit(d.Round(time.Second), time.Second, "s")
	case d.Round(time.Minute) == time.Hour:
		return "1 h"
	case d.Round(time.Minute) <= minutesUpTo:
		return unit(d.Round(time.Minute), time.Minute, "min")
	case d.Round(time.Minute) < fromDays:
		return twoUnits(d.Round(time.Minute), time.Hour, "h", time.Minute, "min")
	case d.Round(time.Hour) < fromWhole:
		return twoUnits(d.Round(time.Hour), day, "d", time.Hour, "h")
	}
	// Round saturates at the longest duration, which is no whole number of days.
	return unit(d.Round(day), day, "d")
}

// unit returns a duration in one unit, of which it is a multiple.
func unit(d, size time.Duration, name string) string {
	return Number(int(d/size)) + " " + name
}

// tenths returns a duration in seconds with at most one decimal.
func tenths(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
}

// twoUnits returns a duration in two units, without the smaller one if it is zero.
func twoUnits(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	text := unit(d, large, largeName)
	if rest := d % large; rest >= small {
		text += " " + unit(rest, small, smallName)
	}
	return text
}

// DurationAgainst returns Duration(d), or more precise text where a duration over
// its target would read as its target: 5 min 20 s against 5 min is "5 min 20 s". A
// difference below one second is "over 5 min".
func DurationAgainst(d, target time.Duration) string {
	text := Duration(d)
	if d <= target || d < 0 || text != Duration(target) {
		return text
	}
	exact, rest := "", d
	for _, u := range []struct {
		size time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if rest >= u.size {
			exact += " " + unit(rest, u.size, u.name)
			rest %= u.size
		}
	}
	if d.Truncate(time.Second) <= target || exact[1:] == text {
		return "over " + text
	}
	return exact[1:]
}

// DurationOr returns Duration(*d), or missing where d is nil.
func DurationOr(d *time.Duration, missing string) string {
	if d == nil {
		return missing
	}
	return Duration(*d)
}

// Offset returns a duration with its sign, for the distance from an instant:
// "+2 min", "−30 s". Zero is "+0 s".
func Offset(d time.Duration) string {
	if d < 0 {
		return Duration(d)
	}
	return "+" + Duration(d)
}

// Seconds returns Duration for a number of seconds. It is defined for every float64:
// NaN is "not a number", the infinities are "infinite" and "−infinite", and beyond
// the 292 years of time.Duration the text is in days.
func Seconds(seconds float64) string {
	switch {
	case !Finite(seconds):
		return Decimal(seconds, 0)
	case math.Abs(seconds) >= mostFloat:
		return Decimal(seconds/day.Seconds(), 0) + " d"
	}
	return Duration(FromSeconds(seconds))
}

// mostFloat is the longest time.Duration in seconds.
const mostFloat = float64(math.MaxInt64) / float64(time.Second)

// FromSeconds returns a number of seconds as a time.Duration. Numbers beyond the 292
// years of that type become its longest duration, with their sign; NaN becomes 0.
func FromSeconds(seconds float64) time.Duration {
	switch {
	case math.IsNaN(seconds):
		return 0
	case seconds >= mostFloat:
		return math.MaxInt64
	case seconds <= -mostFloat:
		return -math.MaxInt64
	}
	return time.Duration(seconds * float64(time.Second))
}

// opposite returns -d. The least duration has no opposite; it becomes the longest.
func opposite(d time.Duration) time.Duration {
	if d == math.MinInt64 {
		return math.MaxInt64
	}
	return -d
}
