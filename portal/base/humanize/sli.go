package humanize

import (
	"math"
	"strconv"
	"strings"
)

// mostDecimals bounds the decimals of a target in percent. A target has more only
// when arithmetic has left noise in it.
const mostDecimals = 9

// Target returns the target of an SLO, a fraction, as a percentage with the decimals
// that it has: "99.95 %".
func Target(target float64) string {
	if !fraction(target) {
		return Decimal(target, 0)
	}
	return group(percentDigits(targetDigits(target), targetDecimals(target))) + " %"
}

// SLI returns an SLI, a fraction, as a percentage with one decimal more than its
// target has: SLI(0.99938, 0.999) is "99.93 %".
//
// The digits are cut off, not rounded, so the text never claims more than was
// reached: an SLI below its target never reads as its target, and only a perfect SLI
// reads as 100 %. The function works on decimal digits, because the product of a
// float64 and 100 is not exact.
func SLI(sli, target float64) string {
	if !fraction(sli) {
		return Decimal(sli, 0)
	}
	digits := strconv.FormatFloat(sli, 'f', -1, 64)
	return group(percentDigits(digits, targetDecimals(target)+1)) + " %"
}

// fraction reports whether x can be written as a percentage in plain notation.
func fraction(x float64) bool { return math.Abs(x) < Largest }

// targetDigits returns a target as a fraction in decimal notation, rounded to what
// an author can have meant.
func targetDigits(target float64) string {
	return strconv.FormatFloat(target, 'f', mostDecimals+2, 64)
}

// targetDecimals returns the number of decimals of a target in percent, up to
// mostDecimals. It is 0 for what is no target.
func targetDecimals(target float64) int {
	if !fraction(target) {
		return 0
	}
	_, decimals, _ := strings.Cut(targetDigits(target), ".")
	return max(0, len(strings.TrimRight(decimals, "0"))-2)
}

// percentDigits moves the point of a number in decimal notation two places to the
// right and cuts off what follows the given count of decimals.
func percentDigits(number string, decimals int) string {
	number, negative := strings.CutPrefix(number, "-")
	whole, digits, _ := strings.Cut(number, ".")
	digits += strings.Repeat("0", max(0, 2+decimals-len(digits)))
	whole = strings.TrimLeft(whole+digits[:2], "0")
	if whole == "" {
		whole = "0"
	}
	if decimals > 0 {
		whole += "." + digits[2:2+decimals]
	}
	if negative {
		return "-" + whole
	}
	return whole
}
