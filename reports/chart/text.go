package chart

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is the length of a label in characters. Names come from feeds, and the cost of
// drawing must not depend on their length.
const longest = 200

// clean returns text from outside as it can be drawn: valid UTF-8 of bounded length,
// without control characters and characters that reverse the direction of text. It cuts
// bytes before it maps, so that the cost is bounded for a name of megabytes. The last
// character may be damaged by that and is replaced.
func clean(s string) string {
	if len(s) > longest*utf8.UTFMax {
		s = s[:longest*utf8.UTFMax]
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	n := 0
	return strings.Map(func(r rune) rune {
		n++
		switch {
		case n > longest, isDirection(r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == '\uFFFE', r == '\uFFFF':
			return -1
		}
		return r
	}, s)
}

// isDirection reports whether a character changes the direction of the text around it, by
// which a label could read as another one. The list is that of explicit embeddings,
// overrides, isolates and marks (Unicode Standard Annex #9).
func isDirection(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f' || r == '\u061c'
}

// escape returns text for the content and the attributes of XML. s must be cleaned:
// control characters are not valid in XML in any form.
func escape(s string) string { return escaper.Replace(s) }

// escaper escapes the characters with a meaning in XML.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")
