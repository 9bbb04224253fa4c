package export

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports"
)

// Markdown returns a report as CommonMark with tables. base is put before every link
// ("https://kb.example", or ""). Text from outside cannot become markup. texts writes the
// headings. It does not fail. Headings are of level 1 for the report, 2 for its parts and
// 3 for tables and charts.
func Markdown(texts *messages.Printer, r reports.Report, base string) []byte {
	m := markdown{texts: texts, report: r, base: base}
	// Everything from outside passes esc, link or quote; only texts of the portal are
	// written as they are.
	fmt.Fprintf(&m.b, "# %s: %s\n\n", esc(r.Title), esc(r.Heading))
	if r.Words != "" {
		m.b.WriteString(quote(r.Words))
	}
	if r.Scope != "" {
		fmt.Fprintf(&m.b, "%s\n\n", esc(r.Scope))
	}
	fmt.Fprintf(&m.b, "**%s.** %s\n\n", r.Verdict.Tone.Word(), esc(r.Verdict.Text))
	for _, f := range r.Headline {
		m.figure(f)
	}
	m.b.WriteByte('\n')
	m.lines(texts.Text("export.changed"), r.Changed)
	m.lines(texts.Text("export.action_needed"), r.Acts)
	for _, s := range r.Sections {
		m.section(s)
	}
	m.derivations(r.Derivations)
	return m.b.Bytes()
}

// markdown writes one report. b is written in the order of the report and never read
// back.
type markdown struct {
	texts  *messages.Printer
	report reports.Report
	b      bytes.Buffer
	base   string
}

// figure writes a figure as an item of a list. The note is in parentheses, the value is
// the link.
func (m *markdown) figure(f reports.Figure) {
	fmt.Fprintf(&m.b, "- %s: **%s**", esc(f.Label), m.link(f.Value.Text, f.Value.Link))
	if f.Note != "" {
		fmt.Fprintf(&m.b, " (%s)", esc(f.Note))
	}
	m.b.WriteByte('\n')
}

// lines writes sentences under a heading. Nothing is written without sentences, not even
// the heading.
func (m *markdown) lines(heading string, lines []reports.Line) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(&m.b, "## %s\n\n", heading)
	for _, l := range lines {
		m.b.WriteString("- ")
		if l.Who != "" {
			fmt.Fprintf(&m.b, "%s: ", esc(l.Who))
		}
		m.b.WriteString(m.link(l.Text, l.Link) + "\n")
	}
	m.b.WriteByte('\n')
}

// section writes a section: note, figures, sentences, tables and charts. Blank lines end
// lists, without which the next paragraph would be part of the last item.
func (m *markdown) section(s reports.Section) {
	fmt.Fprintf(&m.b, "## %s\n\n", esc(s.Title))
	if s.Empty != "" {
		m.b.WriteString(esc(s.Empty) + "\n\n")
	}
	if s.Note != "" {
		fmt.Fprintf(&m.b, "*%s*\n\n", esc(s.Note))
	}
	for _, f := range s.Figures {
		m.figure(f)
	}
	if len(s.Figures) > 0 {
		m.b.WriteByte('\n')
	}
	for _, l := range s.Lines {
		fmt.Fprintf(&m.b, "- **%s**: %s\n", esc(l.Who), m.link(l.Text, l.Link))
	}
	if len(s.Lines) > 0 {
		m.b.WriteByte('\n')
	}
	for _, t := range s.Tables {
		m.table(t)
	}
	for _, name := range s.Charts {
		if c, ok := m.report.Chart(name); ok {
			m.chart(c)
		}
	}
}

// chart writes a link to the figure, and its values unless a table has them. The figure
// itself is not embedded: where a report is pasted, the reader may not have a session.
func (m *markdown) chart(c reports.Chart) {
	address := "/reports/" + m.report.Name + "/" + m.report.Period + "/charts/" + c.Name + ".svg"
	if c.Twin != "" {
		fmt.Fprintf(&m.b, "%s %s\n\n", m.texts.Text("export.chart"), m.link(c.Title, address))
		return
	}
	fmt.Fprintf(&m.b, "### %s\n\n", m.link(c.Title, address))
	t := tableOf(m.texts, m.report, c)
	m.row(t.Head)
	m.b.WriteString(strings.Repeat("|---", len(t.Head)) + "|\n")
	for _, row := range t.Rows {
		m.row(row)
	}
	m.b.WriteByte('\n')
	for _, b := range c.Bands {
		fmt.Fprintf(&m.b, "- %s: %s\n", m.link(b.Label, b.Link), span(m.texts, m.report, b))
	}
	if len(c.Bands) > 0 {
		m.b.WriteByte('\n')
	}
}

// row writes one row of a table. Cells are escaped, so that a | in a name does not end
// one.
func (m *markdown) row(cells []string) {
	for _, c := range cells {
		m.b.WriteString("| " + esc(c) + " ")
	}
	m.b.WriteString("|\n")
}

// table writes a table with its note. Columns of numbers are aligned to the right. What
// is left out is counted below.
func (m *markdown) table(t reports.Table) {
	if t.Title != "" {
		fmt.Fprintf(&m.b, "### %s\n\n", esc(t.Title))
	}
	for _, c := range t.Columns {
		m.b.WriteString("| " + esc(c.Title) + " ")
	}
	m.b.WriteString("|\n")
	for _, c := range t.Columns {
		if c.Numeric {
			m.b.WriteString("|---:")
		} else {
			m.b.WriteString("|---")
		}
	}
	m.b.WriteString("|\n")
	for _, row := range t.Rows {
		for _, v := range row.Cells {
			m.b.WriteString("| " + m.link(v.Text, v.Link) + " ")
		}
		m.b.WriteString("|\n")
	}
	m.b.WriteByte('\n')
	if t.Left > 0 {
		fmt.Fprintf(&m.b, "%s\n\n", esc(m.texts.Text("export.more", "Count", t.Left)))
	}
	if t.Note != "" {
		m.b.WriteString(esc(t.Note) + "\n\n")
	}
}

// derivations writes how each number is calculated. Each is one line of a list: formula,
// terms, source, span, coverage and definition, those that are known.
func (m *markdown) derivations(all []reports.Derivation) {
	fmt.Fprintf(&m.b, "## %s\n\n", m.texts.Text("export.calculated"))
	for _, d := range all {
		fmt.Fprintf(&m.b, "- %s: %s.", m.link(d.Title, d.Link), esc(d.Formula))
		for _, t := range d.Terms {
			fmt.Fprintf(&m.b, " %s %s;", esc(t.Name), esc(t.Value.Text))
		}
		fmt.Fprintf(&m.b, " %s", esc(m.texts.Text("export.from", "Source", d.Source)))
		if !d.From.IsZero() {
			fmt.Fprintf(&m.b, ", %s", esc(m.texts.Text("export.span", "From", stamp(d.From), "To", stamp(d.To))))
		}
		if d.Coverage != nil {
			fmt.Fprintf(&m.b, ", %s", esc(m.texts.Text("export.coverage", "Share", number(d.Coverage))))
		}
		if d.Revision != "" {
			fmt.Fprintf(&m.b, ", %s", esc(m.texts.Text("export.definition", "Hash", d.Revision)))
		}
		m.b.WriteByte('\n')
	}
}
