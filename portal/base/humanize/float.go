package humanize

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Largest is the magnitude from which on Decimal writes three significant digits
// with an exponent: a float64 of that size no longer holds each whole number, so its
// digits would look exact and are not.
const Largest = 1e15

// smallest is the magnitude below which a number has more zeros than a reader counts.
const smallest = 1e-12

// Decimal writes a number with a fixed count of decimals, or with as many as it has
// when that is -1, without groups: -12345.67. It is defined for every float64: NaN is
// "not a number", an infinite one "infinite", and zero has no sign.
func Decimal(x float64, decimals int) string {
	switch {
	case math.IsNaN(x):
		return "not a number"
	case math.IsInf(x, 1):
		return "infinite"
	case math.IsInf(x, -1):
		return "-infinite"
	case math.Abs(x) >= Largest, decimals < 0 && x != 0 && math.Abs(x) < smallest:
		return strconv.FormatFloat(x, 'e', 2, 64)
	}
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return s
}

// Finite reports whether a number is one and not infinite.
func Finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Duration returns seconds as a time.Duration, which ends at 292 years: what is
// beyond it is the longest there is, and what is not a number is 0. Callers that
// print check Finite first.
func Duration(seconds float64) time.Duration {
	const most = float64(math.MaxInt64) / float64(time.Second)
	switch {
	case math.IsNaN(seconds):
		return 0
	case seconds >= most:
		return math.MaxInt64
	case seconds <= -most:
		return -math.MaxInt64
	}
	return time.Duration(seconds * float64(time.Second))
}

// Opposite returns -d, which has no value for the least duration: that one becomes
// the longest.
func Opposite(d time.Duration) time.Duration {
	if d == math.MinInt64 {
		return math.MaxInt64
	}
	return -d
}
