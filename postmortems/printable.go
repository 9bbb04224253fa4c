package postmortems

import (
	"strings"
	"unicode"
)

// Printable makes a text safe for a terminal and for one line of a log: control
// characters, characters that change the direction of writing and line separators
// become "?", bytes that are not UTF-8 become the replacement character, and tabs
// become blanks. The length in runes stays the same, except for invalid bytes in a row.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case isHidden(r):
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// isHidden reports whether a character affects the display instead of being shown.
// Characters without width that join or separate letters are not among them: scripts
// need those.
func isHidden(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return true
	case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069', r == '\u200E', r == '\u200F', r == '\u061C':
		return true // bidirectional marks, embeddings, overrides and isolates
	}
	return false
}

// oneLine returns a text with its white space collapsed and hidden characters removed.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if isHidden(r) {
			return ' '
		}
		return r
	}, s)), " ")
}

// prose is oneLine for each line of a text. Empty lines at the beginning and the end
// are removed; those between paragraphs stay.
func prose(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = oneLine(l)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// cutRunes returns at most n runes of a text, cut at the end of a word if one is near.
// The ellipsis counts as one of them. n must be at least 1.
func cutRunes(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	cut := n - 1 // one for the ellipsis
	for i := cut; i > cut-30 && i > 0; i-- {
		if r[i] == ' ' {
			cut = i
			break
		}
	}
	return strings.TrimRight(string(r[:cut]), " ,;:") + "…"
}
