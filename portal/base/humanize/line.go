package humanize

import (
	"strings"
	"unicode"
)

// Line makes text one line of valid UTF-8: line ends and control characters
// become blanks, and what turns the direction of the text around it goes, because
// with it a name reads as something else. Blanks stay as many as they are.
func Line(s string) string { return clean(s, "") }

// Lines is Line for text of several lines: line feeds and tabs stay.
func Lines(s string) string {
	return clean(strings.ReplaceAll(s, "\r\n", "\n"), "\n\t")
}

func clean(s, keep string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(keep, r):
			return r
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r), r == '\uFEFF':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
