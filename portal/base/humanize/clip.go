package humanize

import (
	"strings"
	"unicode"
)

// Clip returns text from outside as one line of valid UTF-8 and at most n runes. Runs
// of blanks and control characters become one blank, marks that turn the direction of
// the text around them are removed, and "…" stands for what was cut.
func Clip(s string, n int) string {
	var b strings.Builder
	length, space := 0, false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsControl(r) || unicode.IsSpace(r):
			space = length > 0
			continue
		case unicode.Is(unicode.Bidi_Control, r):
			continue
		}
		if space {
			b.WriteByte(' ')
			length++
			space = false
		}
		if length >= n {
			return strings.TrimRight(b.String(), " ") + "…"
		}
		b.WriteRune(r)
		length++
	}
	return b.String()
}
