package wire

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns text that is safe to print in a terminal as one line: control characters
// (C0, C1, ESC, DEL), line separators, bidirectional overrides and invalid UTF-8 become
// U+FFFD, a tab becomes a space. Clean text is returned unchanged.
func Clean(s string) string {
	if !strings.ContainsFunc(s, unsafeRune) && utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unsafeRune(r):
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// unsafeRune reports whether a terminal may take a character for a command or use it to
// show text in another order.
func unsafeRune(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}
