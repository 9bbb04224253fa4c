package postmortems

import (
	"strings"
	"unicode"
)

// Printable makes a text safe for a terminal and a single line of a log: every
// control character, every character that changes the direction of writing and
// every line separator becomes "?", and bytes that are not UTF-8 the
// replacement character. Tabs become a blank.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case hidden(r):
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// hidden tells characters that act on the reader's screen instead of being seen.
func hidden(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return true
	case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069', r == '\u200E', r == '\u200F', r == '\u061C':
		return true // bidirectional marks, embeddings, overrides and isolates
	}
	return false
}

// oneLine is a text with its white space collapsed and nothing hidden in it.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if hidden(r) {
			return ' '
		}
		return r
	}, s)), " ")
}

// prose is oneLine that keeps line ends.
func prose(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = oneLine(l)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// cutRunes cuts a text to at most n runes, at a word's end where one is near.
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
