package postmortems

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// excerptCells is how many columns of a source line are shown: what fits behind
	// "remote:     " on a terminal of 100 columns.
	excerptCells = 80
	// excerptRunes bounds the runes on either side of the column, whatever the length of
	// the line: some runes have no width.
	excerptRunes = 4 * excerptCells
)

// pointAt returns a printable source line, and a line with a caret below the rune at the
// 1-based column. Of a long line it returns the part around the column. Omitted parts
// are marked with "...". The caret is placed by the width of characters on a terminal
// and not by their number. Control characters of the author are replaced before
// anything is measured.
func pointAt(line string, col int) (source, caret string) {
	left, right, before, after := around(line, max(col-1, 0))
	behind, ahead := []rune(Printable(left)), []rune(Printable(right))
	// A column far to the right is shown in the middle, with what precedes and follows it.
	if width := cells(behind); width > excerptCells*3/4 {
		from := 0
		for ; width > excerptCells/2; from++ {
			width -= cellsOf(behind[from])
		}
		behind, before = behind[from:], true
	}
	// What is left of the line is filled with the text behind the column, at least one
	// rune.
	free := excerptCells - cells(behind)
	if width := cells(ahead); width > free {
		to := len(ahead)
		for ; to > 1 && width > free; to-- {
			width -= cellsOf(ahead[to-1])
		}
		ahead, after = ahead[:to], true
	}
	source, caret = string(behind)+string(ahead), strings.Repeat(" ", cells(behind))+"^"
	if before {
		source, caret = "... "+source, "    "+caret
	}
	if after {
		source += " ..."
	}
	return strings.TrimRight(source, " "), caret
}

// around returns up to excerptRunes runes of a line before the rune at the 0-based index
// and as many from it on, and whether the line has more on each side. It reads at most
// index+2*excerptRunes runes of a line of any length.
func around(line string, index int) (left, right string, before, after bool) {
	at := 0 // of the rune at index
	for ; index > 0 && at < len(line); index-- {
		_, size := utf8.DecodeRuneInString(line[at:])
		at += size
	}
	from, to := at, at
	for n := 0; n < excerptRunes && from > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(line[:from])
		from -= size
	}
	for n := 0; n < excerptRunes && to < len(line); n++ {
		_, size := utf8.DecodeRuneInString(line[to:])
		to += size
	}
	return line[from:at], line[at:to], from > 0, to < len(line)
}

// cells returns the width of a text on a terminal, in columns.
func cells(runes []rune) int {
	n := 0
	for _, r := range runes {
		n += cellsOf(r)
	}
	return n
}

// cellsOf returns the width of a rune: two for Chinese, Japanese and Korean characters
// and for pictographs, zero for marks that combine with the rune before.
func cellsOf(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), unicode.Is(unicode.Cf, r):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// wide reports a width of two, as Unicode's East Asian Width has it for the scripts in
// use.
func wide(r rune) bool {
	return r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303E || // CJK punctuation
		r >= 0x30A0 && r <= 0x30FF || // with the prolonged sound mark
		r >= 0xFF01 && r <= 0xFF60 || r >= 0xFFE0 && r <= 0xFFE6 || // full-width forms
		r >= 0x1F300 && r <= 0x1FAFF)
}
