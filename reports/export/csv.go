package export

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports"
)

// csvHead returns the names of the columns. They are part of the interface for programs:
// neither translated nor reordered.
func csvHead() []string {
	return []string{"section", "item", "column", "text", "number", "unit", "state", "link"}
}

// CSV returns a report as one row per value, as in RFC 4180 with CRLF. Text that a
// spreadsheet would run as a formula is preceded by an apostrophe. Everything of the
// report is in it, except the Markdown about how to read its sections. texts writes the
// names of sections; the names of columns are for programs and stay as they are. Rows are
// in the order of the report. It fails only with fault.Internal.
func CSV(texts *messages.Printer, r reports.Report) ([]byte, error) {
	s := sheet{texts: texts, report: r}
	s.text("report", r.Title, "period", r.Heading)
	s.text("report", r.Title, "scope", r.Scope)
	s.text("report", r.Title, "words", humanize.Lines(r.Words))
	// The verdict has a row even if it is plain, with its tone as the state.
	s.rows = append(s.rows, []string{"report", r.Title, "verdict", r.Verdict.Text, "", "", string(r.Verdict.Tone), ""})
	s.figures("headline", r.Headline)
	s.lines(texts.Text("export.changed"), r.Changed)
	s.lines(texts.Text("export.action_needed"), r.Acts)
	for _, x := range r.Sections {
		s.section(x)
	}
	for _, d := range r.Derivations {
		s.derivation(d)
	}
	return s.write()
}

// sheet collects the rows of a report. Rows have the columns of csvHead. Cells are made
// harmless when they are written, and not before.
type sheet struct {
	texts  *messages.Printer
	report reports.Report
	rows   [][]string
}

// text adds a row without a number, unless the text is "".
func (s *sheet) text(section, item, column, text string) {
	if text != "" {
		s.rows = append(s.rows, []string{section, item, column, text, "", "", "", ""})
	}
}

// value adds a row for a value. text is what the page prints, number the exact value that
// it was rounded from.
func (s *sheet) value(section, item, column string, v reports.Value) {
	s.rows = append(s.rows, []string{section, item, column, v.Text, number(v.Number), string(v.Unit), string(v.Tone), v.Link})
}

// number returns a number for programs, "" where it is unknown or not finite. It has as
// many digits as it needs to be read back as the same float64.
func number(n *float64) string {
	if n == nil || math.IsNaN(*n) || math.IsInf(*n, 0) {
		return ""
	}
	return strconv.FormatFloat(*n, 'g', -1, 64)
}

// figures adds a row per figure, with its note as the column.
func (s *sheet) figures(section string, figures []reports.Figure) {
	for _, f := range figures {
		s.value(section, f.Label, f.Note, f.Value)
	}
}

// lines adds a row per sentence, with the team that acts as the item.
func (s *sheet) lines(section string, lines []reports.Line) {
	for _, l := range lines {
		s.rows = append(s.rows, []string{section, l.Who, "", l.Text, "", "", string(l.Tone), l.Link})
	}
}

// section adds the rows of a section: figures, sentences, tables and charts. An empty
// section has a row with the reason, so that it is not mistaken for a missing one.
func (s *sheet) section(x reports.Section) {
	if x.Empty != "" {
		s.rows = append(s.rows, []string{x.Title, "", "", x.Empty, "", "", string(reports.Gap), ""})
	}
	s.text(x.Title, "", "note", x.Note)
	s.figures(x.Title, x.Figures)
	s.lines(x.Title, x.Lines)
	for _, t := range x.Tables {
		for _, row := range t.Rows {
			for n, v := range row.Cells {
				// The first cell of a row names it; it is the item of every value of that
				// row.
				s.value(x.Title, row.Cells[0].Text, t.Columns[n].Title, v)
			}
		}
		// What a table leaves out is stated as a number, so that sums over the file are
		// not taken for totals.
		if t.Left > 0 {
			n := float64(t.Left)
			s.value(x.Title, t.Title, s.texts.Text("export.rows_not_shown"), reports.Value{Text: strconv.Itoa(t.Left), Number: &n,
				Unit: reports.Count})
		}
		s.text(x.Title, t.Title, "note", t.Note)
	}
	for _, name := range x.Charts {
		if c, ok := s.report.Chart(name); ok {
			s.chart(x.Title, c)
		}
	}
}

// chart adds the points of a chart, unless a table has the same values. The title and the
// series are the column. Points with an unknown value have a row without a number.
func (s *sheet) chart(section string, c reports.Chart) {
	if c.Twin != "" {
		return
	}
	for _, series := range c.Series {
		for _, p := range series.Points {
			v := reports.Value{Text: valueText(s.texts, c, p.Value), Number: p.Value, Unit: c.Unit, Tone: series.Tone}
			s.value(section, where(s.report, p), c.Title+": "+series.Name, v)
		}
	}
	// Marks are by position, for the points of the first series. A stored report may have
	// more marks than points.
	for n, count := range c.Marks {
		if len(c.Series) == 0 || n >= len(c.Series[0].Points) {
			break
		}
		x := float64(count)
		v := reports.Value{Text: strconv.Itoa(count), Number: &x, Unit: reports.Count}
		s.value(section, where(s.report, c.Series[0].Points[n]), c.Title+": "+c.MarksName, v)
	}
	for _, b := range c.Bands {
		s.rows = append(s.rows, []string{section, b.Label, c.Title, span(s.texts, s.report, b), "", "", "", b.Link})
	}
	// The value to compare with is an item of its own, "mark".
	if c.Mark != nil {
		s.value(section, "mark", c.Title, reports.Value{Text: valueText(s.texts, c, c.Mark), Number: c.Mark, Unit: c.Unit})
	}
}

// derivation adds how a number is calculated: its formula, terms, source and time. Times
// are in UTC, the coverage is a fraction.
func (s *sheet) derivation(d reports.Derivation) {
	section := s.texts.Text("export.calculated")
	s.rows = append(s.rows, []string{section, d.Title, "formula", d.Formula, "", "", "", d.Link})
	for _, t := range d.Terms {
		s.value(section, d.Title, t.Name, t.Value)
	}
	s.text(section, d.Title, "source", d.Source)
	s.text(section, d.Title, "from", stamp(d.From))
	s.text(section, d.Title, "to", stamp(d.To))
	s.text(section, d.Title, "definition", d.Revision)
	if d.Coverage != nil {
		s.value(section, d.Title, "coverage", reports.Value{Text: number(d.Coverage), Number: d.Coverage, Unit: reports.Ratio})
	}
}

// write returns the file. The header is the first row. csv.Writer keeps its first error,
// which Error returns after Flush.
func (s *sheet) write() ([]byte, error) {
	const op = "export.CSV"
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range append([][]string{csvHead()}, s.rows...) {
		for n := range row {
			row[n] = harmless(row[n])
		}
		if err := w.Write(row); err != nil {
			return nil, fault.Wrap(fault.Internal, op, "the table cannot be written", err)
		}
	}
	w.Flush()
	return b.Bytes(), fault.Wrap(fault.Internal, op, "the table cannot be written", w.Error())
}

// harmless returns text that no spreadsheet runs: text that begins like a formula, in
// characters of any width, gets an apostrophe, which spreadsheets hide. A plain number is
// returned unchanged. The attack is CSV injection: names from feeds such as =HYPERLINK(…)
// would run on the machine of a person who opens the file. A minus before a number is
// common and safe, so numbers are tested.
func harmless(s string) string {
	s = humanize.Lines(s)
	if !strings.ContainsRune("=+-@\t\n＝＋－＠", first(s)) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}

// first returns the first character that a spreadsheet reads, 'x' for an empty text.
// Spaces are skipped, because some spreadsheets remove them before they decide.
func first(s string) rune {
	for _, r := range strings.TrimLeft(s, " \u00a0") {
		return r
	}
	return 'x'
}
