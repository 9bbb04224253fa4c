package humanize

import (
	"strings"
	"unicode"
)

// Line returns text as one line of valid UTF-8. Line ends and control characters
// become spaces; characters that reverse the direction of the text around them are
// removed, because a name could read as another one. Runs of spaces are not merged.
func Line(s string) string { return clean(s, "") }

// Lines is Line for text of several lines: line feeds and tabs are preserved.
func Lines(s string) string {
	return clean(strings.ReplaceAll(s, "\r\n", "\n"), "\n\t")
}

// clean implements Line and Lines; the characters of preserve are not replaced.
func clean(s, preserve string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(preserve, r):
			return r
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r), r == '\uFEFF':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
