package humanize

import (
	"math"
	"strconv"
	"strings"
)

const (
	// Minus is the sign of negative numbers, U+2212.
	Minus = "−"

	// Largest is the magnitude from which Decimal returns three significant digits
	// and an exponent. A float64 of that size no longer holds every whole number, so
	// more digits would look exact and would not be.
	Largest = 1e15

	// smallest is the magnitude below which Decimal, when it chooses the decimals,
	// returns an exponent: a reader does not count twelve zeros.
	smallest = 1e-12

	// wholeShare is the share from which Share has no decimals: 1,000 %.
	wholeShare = 10

	// wholeTimes is the factor from which Times has no decimals.
	wholeTimes = 100
)

// Number returns a whole number with separated thousands: "−12,345".
func Number(n int) string { return group(strconv.Itoa(n)) }

// Decimal returns a number with a fixed count of decimals, or, when decimals is -1,
// with as many as the number has: "−12,345.67". NaN is "not a number", the
// infinities are "infinite" and "−infinite", and zero never has a sign.
func Decimal(x float64, decimals int) string {
	switch {
	case math.IsNaN(x):
		return "not a number"
	case math.IsInf(x, 1):
		return "infinite"
	case math.IsInf(x, -1):
		return Minus + "infinite"
	case math.Abs(x) >= Largest, decimals < 0 && x != 0 && math.Abs(x) < smallest:
		text, negative := strings.CutPrefix(strconv.FormatFloat(x, 'e', 2, 64), "-")
		if negative {
			return Minus + text
		}
		return text
	}
	return group(strconv.FormatFloat(x, 'f', decimals, 64))
}

// group separates the thousands of a number in plain decimal notation and gives it
// the proper minus sign. A zero loses its sign.
func group(number string) string {
	digits, negative := strings.CutPrefix(number, "-")
	whole, fraction, hasFraction := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if hasFraction {
		whole += "." + fraction
	}
	if negative && strings.Trim(digits, "0.") != "" {
		return Minus + whole
	}
	return whole
}

// Count returns a number of events, which may have a fraction, as the increase() of
// Prometheus does: whole if it is, otherwise with one decimal.
func Count(x float64) string {
	if x == math.Trunc(x) {
		return Decimal(x, 0)
	}
	return Decimal(x, 1)
}

// Percent returns a fraction as a percentage with a fixed count of decimals, or with
// as many as it has when decimals is -1: Percent(-0.08, 1) is "−8.0 %". NaN and the
// infinities have no percent sign.
func Percent(fraction float64, decimals int) string {
	if percent := fraction * 100; Finite(percent) {
		return Decimal(percent, decimals) + " %"
	}
	return Decimal(fraction, 0)
}

// Share returns a share of a whole or of an error budget, as a fraction, with the
// precision that such shares have everywhere: one decimal, and none from 1,000 %.
func Share(fraction float64) string {
	if math.Abs(fraction) >= wholeShare {
		return Percent(fraction, 0)
	}
	return Percent(fraction, 1)
}

// Times returns a factor, such as a burn rate: "14.4×", and "1,440×" from a hundred.
func Times(factor float64) string {
	switch {
	case !Finite(factor):
		return Decimal(factor, 0)
	case math.Abs(factor) >= wholeTimes:
		return Decimal(factor, 0) + "×"
	}
	return Decimal(factor, 1) + "×"
}

// Finite reports whether x is neither NaN nor infinite.
func Finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
