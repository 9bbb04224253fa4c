package chart

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is how many characters of one label are looked at: names come from
// feeds, and a name of ten kilobytes must cost what a name of two hundred does.
const longest = 200

// clean makes text from outside fit to be drawn: valid UTF-8, no control
// characters, nothing that turns the direction of what follows, bounded.
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

// isDirection tells the characters that change the direction of text around
// them: with them a label could be made to read as something else.
func isDirection(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f' || r == '\u061c'
}

// escape makes text safe between the tags and in the attributes of XML.
func escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")
