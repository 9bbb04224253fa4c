package markdown

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// lineIndex converts byte offsets of a body to 1-based lines of the whole file and
// 1-based columns in runes.
type lineIndex struct {
	source []byte
	starts []int // offset at which each line begins
	first  int   // line of the file of starts[0]
}

// first is the line of the file at which source begins. An empty source has one line.
func newLineIndex(source []byte, first int) lineIndex {
	starts := make([]int, 1, 1+bytes.Count(source, []byte("\n")))
	for i, c := range source {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return lineIndex{source: source, starts: starts, first: first}
}

// at returns line and column of an offset. An offset outside the body is moved to its
// nearer end. It searches the line in logarithmic time and counts the runes before the
// offset.
func (l lineIndex) at(offset int) (line, col int) {
	offset = min(max(offset, 0), len(l.source))
	i := sort.SearchInts(l.starts, offset+1) - 1
	return l.first + i, 1 + utf8.RuneCount(l.source[l.starts[i]:offset])
}

// line returns the line of an offset.
func (l lineIndex) line(offset int) int {
	line, _ := l.at(offset)
	return line
}
