package markdown

import (
	"bytes"
	"regexp"

	"github.com/postern/postern/portal/base/humanize"
)

// Limits of the guard. Each excludes a shape that was measured to make the time or
// output of goldmark grow with the square of the input. The maxima of 932 real
// documents are in parentheses.
const (
	maxColumns    = 64      // columns of a table (10)
	maxCells      = 20_000  // cells of all tables, including those that short rows are padded with (332)
	maxNesting    = 16      // quote and list markers at the start of one line (2)
	maxIndent     = 128     // columns before a list marker, two per level of nesting (68, in code)
	maxBrackets   = 2_000   // "[" in one paragraph (106)
	maxDefinition = 2 << 10 // bytes of a link definition, repeated at each use (918)
	maxFootnotes  = 1_000   // footnote definitions of a document (12)
)

// guard refuses bodies by their shape, before any parser reads them. It accepts in case
// of doubt: the output limit and the sandbox's limits of time and memory stop what it
// misses. It returns false after adding a problem of the first limit that is exceeded.
// Its time is linear in the body.
func (d *document) guard(maxBody int) bool {
	if len(d.source) > maxBody {
		d.problem(ruleBodySize, d.input.FirstLine, 0,
			"the text is %d bytes, over the limit of %s; split it into several documents", len(d.source), humanize.Bytes(int64(maxBody)))
		return false
	}
	g := guard{document: d}
	for i, start := range d.lines.starts {
		end := len(d.source)
		if i+1 < len(d.lines.starts) {
			end = d.lines.starts[i+1] - 1
		}
		if !g.line(d.input.FirstLine+i, d.source[start:end]) {
			return false
		}
	}
	return true
}

// guard is the state that the limits require from line to line.
type guard struct {
	*document
	brackets  int // in the current paragraph
	columns   int // of the table that the paragraph may be; 0: none
	cells     int // of all tables so far
	footnotes int
}

// line checks one line; n is its number in the file. It returns false when the body is
// refused. A blank line ends paragraphs and tables, so the counts of a paragraph begin
// again. Code blocks are counted like text: finding them would need a parser.
func (g *guard) line(n int, line []byte) bool {
	content, markers, indent := openers(line)
	if markers > maxNesting || markers > 0 && indent > maxIndent {
		g.problem(ruleNesting, n, 0, "lists and quotes are nested too deeply here (over %d on one line, or indented by over %d columns); "+
			"flatten them",
			maxNesting, maxIndent)
		return false
	}
	if len(bytes.TrimSpace(content)) == 0 {
		g.brackets, g.columns = 0, 0
		return true
	}
	return g.links(n, content) && g.table(n, content)
}

// links bounds the cost of link and footnote syntax. content is not blank.
func (g *guard) links(n int, content []byte) bool {
	g.brackets += bytes.Count(content, []byte("["))
	if g.brackets > maxBrackets {
		g.problem(ruleBrackets, n, 0, "one paragraph has over %d opening brackets; put blank lines between its parts", maxBrackets)
		return false
	}
	if content[0] != '[' || !bytes.Contains(content, []byte("]:")) {
		return true
	}
	if len(content) > maxDefinition {
		g.problem(ruleDefinition, n, 0, "this link definition is %d bytes, over the limit of %s; shorten its address", len(content),
			humanize.Bytes(maxDefinition))
		return false
	}
	if bytes.HasPrefix(content, []byte("[^")) {
		g.footnotes++
	}
	if g.footnotes > maxFootnotes {
		g.problem(ruleFootnotes, n, 0, "the document has over %d footnotes; split it", maxFootnotes)
		return false
	}
	return true
}

// table counts cells as goldmark creates them: every line of a paragraph after a
// delimiter row becomes a row with at least as many cells as that row has.
func (g *guard) table(n int, content []byte) bool {
	if isDelimiterRow(content) {
		trimmed := bytes.Trim(content, " \t|")
		g.columns = max(g.columns, 1+bytes.Count(trimmed, []byte("|")))
	}
	if g.columns > maxColumns {
		g.problem(ruleTableWide, n, 0, "a table has over %d columns; turn it or split it", maxColumns)
		return false
	}
	if g.columns > 0 { // a row may have more cells than its heading
		g.cells += max(g.columns, min(1+bytes.Count(bytes.Trim(content, " \t|"), []byte("|")), maxColumns))
	}
	if g.cells > maxCells {
		g.problem(ruleTableLarge, n, 0, "the tables of this document have over %d cells; attach the data as a CSV file instead", maxCells)
		return false
	}
	return true
}

// isDelimiterRow reports whether a line may separate the header of a table from its
// rows. A line of hyphens alone counts too: it may be the delimiter row of one column.
func isDelimiterRow(line []byte) bool {
	return bytes.IndexByte(line, '-') >= 0 && len(bytes.Trim(line, " \t|:-")) == 0
}

// isThematicBreak distinguishes "- - -" from nested list items. line is not empty.
func isThematicBreak(line []byte) bool {
	c := line[0]
	return (c == '-' || c == '*') && bytes.Count(line, []byte{c}) >= 3 && len(bytes.Trim(line, " \t"+string(c))) == 0
}

// openers removes the quote and list markers at the start of a line. It returns the
// rest, the number of markers, and the indentation before the last one. It stops one
// marker behind maxNesting. A tab counts as four columns.
func openers(line []byte) (rest []byte, markers, indent int) {
	width := 0
	for {
		trimmed := bytes.TrimLeft(line, " \t")
		for _, c := range line[:len(line)-len(trimmed)] {
			width++
			if c == '\t' {
				width += 3
			}
		}
		m := markerLength(trimmed)
		if m == 0 || markers > maxNesting || isThematicBreak(trimmed) {
			return trimmed, markers, indent
		}
		markers++
		indent = width
		width += m
		line = trimmed[m:]
	}
}

// listMarker matches the marker of a list item.
var listMarker = regexp.MustCompile(`^(?:[-*+:]|\d{1,9}[.)])(?:[ \t]|$)`)

// markerLength returns the length of the marker at the start of a line, 0 without one.
// ":" begins the definition of a definition list.
func markerLength(line []byte) int {
	if len(line) > 0 && line[0] == '>' {
		return 1
	}
	return len(bytes.TrimRight(listMarker.Find(line), " \t"))
}
