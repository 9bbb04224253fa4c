// Package wording owns how numbers stand in the sentences that people read:
// thousands are grouped, and a noun agrees with its number. It is pure and keeps
// nothing; the words are English.
package humanize

import (
	"strconv"
	"strings"
)

// Number writes a whole number: 12,345.
func Number(n int) string { return Group(strconv.Itoa(n)) }

// Group puts commas into the whole part of a number in digits: -12345.67 becomes
// -12,345.67. What is not digits alone, such as 1.00e+300 or words, stays as it is.
func Group(digits string) string {
	if strings.Trim(digits, "-.0123456789") != "" {
		return digits
	}
	digits, negative := strings.CutPrefix(digits, "-")
	whole, fraction, broken := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if broken {
		whole += "." + fraction
	}
	if negative {
		return "-" + whole
	}
	return whole
}

// Plural writes a number with its noun, which is given in the singular: "1
// incident", "2 incidents", "3 entries", "4 searches", "5 days".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + many(noun)
}

// many is the plural of a regular noun.
func many(noun string) string {
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.HasSuffix(stem, "a") && !strings.HasSuffix(stem, "e") && !strings.HasSuffix(stem, "o") {
		return stem + "ies"
	}
	if strings.HasSuffix(noun, "ch") {
		return noun + "es"
	}
	return noun + "s"
}
