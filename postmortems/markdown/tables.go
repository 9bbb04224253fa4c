package markdown

import (
	"bytes"
	"slices"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// tableParser is goldmark's table parser without its loss of surplus cells. goldmark
// drops what a row has beyond the columns of its header. Here a pipe inside a code span
// does not separate cells when the row has too many, and cells that are still surplus
// are preserved.
type tableParser struct{ inner parser.ParagraphTransformer }

// newTableParser returns the parser, which wraps goldmark's.
func newTableParser() tableParser {
	return tableParser{inner: extension.NewTableParagraphTransformer()}
}

// surplusRow is a table row with more cells than its header.
type surplusRow struct {
	offset         int
	cells, columns int // as counted without regard to code spans
	kept           int // cells on the page
}

// surplusKey is the context key of the surplus rows of a parse.
var surplusKey = parser.NewContextKey()

// Transform implements parser.ParagraphTransformer. The inner parser replaces the
// paragraph by a table and perhaps a paragraph before it, so the new nodes are those
// between the former neighbours.
func (p tableParser) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := map[int]text.Segment{}
	for i := range node.Lines().Len() {
		lines[node.Lines().At(i).Start] = node.Lines().At(i)
	}
	parent, before, after := node.Parent(), node.PreviousSibling(), node.NextSibling()
	p.inner.Transform(node, reader, pc)
	n := parent.FirstChild()
	if before != nil {
		n = before.NextSibling()
	}
	for ; n != nil && n != after; n = n.NextSibling() {
		if table, ok := n.(*extast.Table); ok {
			keepSurplus(table, lines, reader.Source(), pc)
		}
	}
}

// keepSurplus rebuilds the rows of a table that have more cells than its header. lines
// are the lines of the paragraph by their offset: goldmark's rows have positions but
// not their text. Rows are recorded in pc for reportSurplus.
func keepSurplus(table *extast.Table, lines map[int]text.Segment, source []byte, pc parser.Context) {
	var found []surplusRow
	for r := table.FirstChild(); r != nil; r = r.NextSibling() {
		row, ok := r.(*extast.TableRow)
		line, known := lines[r.Pos()]
		if !ok || !known {
			continue
		}
		line = line.TrimLeftSpace(source)
		line = line.TrimRightSpace(source)
		cells := trimBlank(splitRow(line.Value(source), false), line.Value(source))
		if len(cells) <= len(table.Alignments) {
			continue
		}
		kept := trimBlank(splitRow(line.Value(source), true), line.Value(source))
		row.RemoveChildren(row)
		for i, c := range kept {
			row.AppendChild(row, newCell(text.NewSegment(line.Start+c[0], line.Start+c[1]), table.Alignments, i, source))
		}
		for range len(table.Alignments) - len(kept) {
			row.AppendChild(row, extast.NewTableCell())
		}
		found = append(found, surplusRow{offset: r.Pos(), cells: len(cells), columns: len(table.Alignments), kept: len(kept)})
	}
	if len(found) > 0 {
		earlier, _ := pc.Get(surplusKey).([]surplusRow)
		pc.Set(surplusKey, append(earlier, found...))
	}
}

// newCell returns a cell with the text of a segment. Cells beyond the header have no
// alignment.
func newCell(segment text.Segment, alignments []extast.Alignment, i int, source []byte) *extast.TableCell {
	cell := extast.NewTableCell()
	cell.SetPos(segment.Start)
	if i < len(alignments) {
		cell.Alignment = alignments[i]
	}
	segment = segment.TrimLeftSpace(source)
	cell.Lines().Append(segment.TrimRightSpace(source))
	return cell
}

// splitRow returns the ranges of the cells of a row. With code, pipes inside code spans
// do not separate cells. The last of maxColumns cells has the rest. Ranges are byte
// offsets in line. A pipe behind a backslash does not separate cells.
func splitRow(line []byte, code bool) (cells [][2]int) {
	at, end := 0, len(line)
	if end > 0 && line[0] == '|' {
		at++
	}
	if end > at && line[end-1] == '|' && (end < 2 || line[end-2] != '\\') {
		end--
	}
	start := at
	for at < end {
		switch {
		case line[at] == '|' && (at == 0 || line[at-1] != '\\') && len(cells) < maxColumns-1:
			cells = append(cells, [2]int{start, at})
			start = at + 1
			at++
		case code && line[at] == '`':
			at += codeSpan(line[at:end])
		default:
			at++
		}
	}
	return append(cells, [2]int{start, end})
}

// trimBlank drops blank cells at the end of a row.
func trimBlank(cells [][2]int, line []byte) [][2]int {
	for n := len(cells); n > 0 && len(bytes.TrimSpace(line[cells[n-1][0]:cells[n-1][1]])) == 0; n-- {
		cells = cells[:n-1]
	}
	return cells
}

// codeSpan returns the length of the code span that a text begins with, or of its run
// of backticks when no run closes it. line begins with a backtick.
func codeSpan(line []byte) int {
	open := len(line) - len(bytes.TrimLeft(line, "`"))
	for at := open; at < len(line); {
		next := bytes.IndexByte(line[at:], '`')
		if next < 0 {
			return open
		}
		at += next
		run := len(line[at:]) - len(bytes.TrimLeft(line[at:], "`"))
		if at += run; run == open {
			return at
		}
	}
	return open
}

// reportSurplus reports rows with surplus cells, and removes the backslash before pipes
// in their code, as goldmark does in other rows. It must run before other passes move
// nodes.
func (d *document) reportSurplus(pc parser.Context) {
	rows, _ := pc.Get(surplusKey).([]surplusRow)
	for _, row := range rows {
		if row.kept <= row.columns {
			d.problemAt(ruleTableRow, row.offset,
				`this row has %d cells, its header %d: a pipe inside code was read as part of its cell; write \| there`, row.cells, row.columns)
			continue
		}
		d.problemAt(ruleTableRow, row.offset, `this row has %d cells, its header %d: the surplus is shown without a header, `+
			`and cells may be below a wrong one; write \| for a pipe that does not separate cells`, row.cells, row.columns)
	}
	if len(rows) == 0 {
		return
	}
	for _, row := range inlineNodes[*extast.TableRow](d.root) {
		if slices.ContainsFunc(rows, func(s surplusRow) bool { return s.offset == row.Pos() }) {
			for _, span := range inlineNodes[*ast.CodeSpan](row) {
				unescapePipes(span, d.source)
			}
		}
	}
}

// unescapePipes removes the backslashes before pipes in a code span.
func unescapePipes(span *ast.CodeSpan, source []byte) {
	for n := span.FirstChild(); n != nil; n = n.NextSibling() {
		t, ok := n.(*ast.Text)
		if !ok {
			continue
		}
		at := bytes.Index(t.Segment.Value(source), []byte(`\|`))
		if at < 0 {
			continue
		}
		head := ast.NewRawTextSegment(t.Segment.WithStop(t.Segment.Start + at))
		tail := ast.NewRawTextSegment(t.Segment.WithStart(t.Segment.Start + at + 1))
		span.InsertBefore(span, n, head)
		span.InsertBefore(span, n, tail)
		span.RemoveChild(span, n)
		n = head
	}
}
