package export

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/postern/postern/reports"
)

// Markdown is the report as CommonMark with tables. base stands before every
// link ("https://kb.example", or ""). Text from outside cannot become markup.
func Markdown(r reports.Report, base string) []byte {
	m := markdown{base: base}
	fmt.Fprintf(&m.b, "# %s: %s\n\n", esc(r.Title), esc(r.Heading))
	if r.Words != "" {
		m.b.WriteString(quote(r.Words))
	}
	fmt.Fprintf(&m.b, "**%s.** %s\n\n", r.Verdict.Tone.Word(), esc(r.Verdict.Text))
	for _, f := range r.Headline {
		m.figure(f)
	}
	m.b.WriteByte('\n')
	m.lines("What changed", r.Changed)
	m.lines("Who acts", r.Acts)
	for _, s := range r.Sections {
		m.section(s)
	}
	m.derivations(r)
	return m.b.Bytes()
}

type markdown struct {
	b    bytes.Buffer
	base string
}

func (m *markdown) figure(f reports.Figure) {
	fmt.Fprintf(&m.b, "- %s: **%s**", esc(f.Label), esc(f.Value.Text))
	if f.Note != "" {
		fmt.Fprintf(&m.b, " (%s)", esc(f.Note))
	}
	m.b.WriteByte('\n')
}

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
}

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
		fmt.Fprintf(&m.b, "and %d more\n\n", t.Left)
	}
	if t.Note != "" {
		m.b.WriteString(esc(t.Note) + "\n\n")
	}
}

func (m *markdown) derivations(r reports.Report) {
	m.b.WriteString("## How the other figures are made\n\n")
	for _, d := range r.Derivations {
		fmt.Fprintf(&m.b, "- %s: %s.", esc(d.Title), esc(d.Formula))
		for _, t := range d.Terms {
			fmt.Fprintf(&m.b, " %s %s;", esc(t.Name), esc(t.Value.Text))
		}
		fmt.Fprintf(&m.b, " from %s\n", esc(d.Source))
	}
}

func (m *markdown) link(text, to string) string {
	if to == "" || text == "" {
		return esc(text)
	}
	return "[" + esc(text) + "](<" + m.base + strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "%0A").Replace(to) + ">)"
}

// esc makes text plain inside Markdown: everything that could begin markup is
// escaped.
func esc(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '<':
			b.WriteString("&lt;") // never raw, whatever reads it
			continue
		case r == '&':
			b.WriteString("&amp;")
			continue
		case strings.ContainsRune("\\`*_{}[]()#+!|>~", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// quote sets somebody's own Markdown off from the report.
func quote(s string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		b.WriteString("> " + strings.TrimRight(line, "\r") + "\n")
	}
	return b.String() + "\n"
}
