package postmortems

import (
	"strings"
	"unicode"
)

// excerptCells is how much of a source line is shown: what fits behind
// "remote:     " on a terminal of 100 columns.
const excerptCells = 80

// pointAt gives a source line as it can be shown, and a line with a caret below
// the rune at the 1-based column. A long line is cut to what is around it.
func pointAt(line string, col int) (source, caret string) {
	runes := []rune(Printable(line))
	at := min(max(col-1, 0), len(runes))
	from, before := 0, ""
	if cells(runes[:at]) > excerptCells*3/4 {
		before = "... "
		for from < at && cells(runes[from:at]) > excerptCells/2 {
			from++
		}
	}
	to, after := len(runes), ""
	if cells(runes[from:]) > excerptCells {
		after = " ..."
		for to > at+1 && cells(runes[from:to]) > excerptCells {
			to--
		}
	}
	source = strings.TrimRight(before+string(runes[from:to])+after, " ")
	return source, strings.Repeat(" ", len(before)+cells(runes[from:at])) + "^"
}

// cells is the width of a text on a terminal: two for characters of Chinese,
// Japanese and Korean writing and for pictographs, none for marks that join the
// one before.
func cells(runes []rune) int {
	n := 0
	for _, r := range runes {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), unicode.Is(unicode.Cf, r):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide follows Unicode's East Asian Width for the scripts and blocks in use.
func wide(r rune) bool {
	return r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303E || // CJK punctuation
		r >= 0x30A0 && r <= 0x30FF || // with the prolonged sound mark
		r >= 0xFF01 && r <= 0xFF60 || r >= 0xFFE0 && r <= 0xFFE6 || // full-width forms
		r >= 0x1F300 && r <= 0x1FAFF)
}
