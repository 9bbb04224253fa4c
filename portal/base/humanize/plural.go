package humanize

import "strings"

// Plural returns a number with its noun, which is given in the singular: "1
// incident", "2 incidents", "3 entries", "4 searches".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + plural(noun)
}

// plural returns the plural of a regular English noun.
func plural(noun string) string {
	stem, endsInY := strings.CutSuffix(noun, "y")
	afterVowel := strings.HasSuffix(stem, "a") || strings.HasSuffix(stem, "e") || strings.HasSuffix(stem, "o")
	switch {
	case endsInY && !afterVowel:
		return stem + "ies"
	case strings.HasSuffix(noun, "ch"):
		return noun + "es"
	}
	return noun + "s"
}
