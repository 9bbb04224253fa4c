package api

import (
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/reportstore"
)

// Report is one complete report, with the same values as its page. Keys of sections,
// tables, rows and figures are stable between periods and revisions; texts are not.
type Report struct {
	ReportRow
	Heading     string             `json:"heading" doc:"The period in words."`
	AsOf        *string            `json:"as_of" format:"date-time" doc:"End of the data; before to while the period is not over."`
	Words       *string            `json:"words" doc:"The comment of the lead, as Markdown."`
	Headline    []ReportFigure     `json:"headline" nullable:"false" doc:"The headline figures."`
	Changed     []ReportLine       `json:"changed" nullable:"false" doc:"What changed, at most five lines."`
	Acts        []ReportLine       `json:"acts" nullable:"false" doc:"Who has to act, most urgent first."`
	Sections    []ReportSection    `json:"sections" nullable:"false" doc:"All other sections, in the order of the page."`
	Charts      []ReportChart      `json:"charts" nullable:"false" doc:"Charts, each at URL/charts/NAME.svg and .png."`
	Derivations []ReportDerivation `json:"derivations" nullable:"false" doc:"How figures are calculated, referenced by how."`
}

// ReportValue is one value as text and as a number. The text is what every form of the
// report prints; a program uses number and unit.
type ReportValue struct {
	Text   string   `json:"text" doc:"The value as printed in every form of the report."`
	Number *float64 `json:"number" doc:"The number: ratios as fractions, durations in seconds; null if there is none."`
	Unit   *string  `json:"unit" doc:"count, ratio, seconds or times."`
	State  *string  `json:"state" doc:"ok, warn, bad or none (not measured)."`
	URL    *string  `json:"url" doc:"Path-absolute URL of the details."`
	How    *string  `json:"how" doc:"Key of its derivation, or of its row in the table every."`
}

// ReportFigure is a named value.
type ReportFigure struct {
	Key   string      `json:"key" doc:"Stable between periods."`
	Label string      `json:"label" doc:"The label."`
	Value ReportValue `json:"value" doc:"The value."`
	Note  *string     `json:"note" doc:"Sample size, unknowns and the previous period."`
}

// ReportLine is one sentence of a report.
type ReportLine struct {
	Key   string  `json:"key" doc:"Stable between revisions."`
	Who   *string `json:"who" doc:"The team or person."`
	Text  string  `json:"text" doc:"The sentence."`
	State *string `json:"state" doc:"ok, warn, bad or none (not measured)."`
	URL   *string `json:"url" doc:"Path-absolute URL of the details."`
	How   *string `json:"how" doc:"Key of its derivation, or of its row in the table every."`
}

// ReportSection is one section of a report.
type ReportSection struct {
	Key     string         `json:"key" doc:"The section's key, such as objectives, budget or incidents."`
	Title   string         `json:"title" doc:"The title."`
	Empty   *string        `json:"empty" doc:"Why the section is empty."`
	Note    *string        `json:"note" doc:"How to read it."`
	Figures []ReportFigure `json:"figures" nullable:"false" doc:"Figures."`
	Lines   []ReportLine   `json:"lines" nullable:"false" doc:"Sentences."`
	Tables  []ReportTable  `json:"tables" nullable:"false" doc:"Tables."`
	Charts  []string       `json:"charts" nullable:"false" doc:"Names of its charts."`
}

// ReportTable is a table of a section.
type ReportTable struct {
	Key     string         `json:"key" doc:"The key, unique in the report."`
	Title   *string        `json:"title" doc:"The title."`
	Note    *string        `json:"note" doc:"How to read it."`
	Columns []ReportColumn `json:"columns" nullable:"false" doc:"The columns, in order."`
	Rows    []ReportRowOf  `json:"rows" nullable:"false" doc:"The rows, in order."`
	Left    int            `json:"left" doc:"Number of rows that are left out."`
}

// ReportColumn is a column of a table.
type ReportColumn struct {
	Key   string `json:"key" doc:"Stable between periods."`
	Title string `json:"title" doc:"The title."`
}

// ReportRowOf is one row of a table.
type ReportRowOf struct {
	Key   string        `json:"key" doc:"Stable between revisions."`
	Cells []ReportValue `json:"cells" nullable:"false" doc:"One cell for each column."`
}

// ReportDerivation is how a figure is calculated: the formula, its terms, the window
// and the data. A figure refers to it by how.
type ReportDerivation struct {
	Key      string       `json:"key" doc:"The key that how refers to."`
	Title    string       `json:"title" doc:"The title."`
	Formula  string       `json:"formula" doc:"The formula in words."`
	Terms    []ReportTerm `json:"terms" nullable:"false" doc:"The terms of the formula."`
	From     *string      `json:"from" format:"date-time" doc:"Start of the window."`
	To       *string      `json:"to" format:"date-time" doc:"End of the window."`
	Coverage *float64     `json:"coverage" doc:"Share of the window that was measured; null if it is not a series."`
	Source   string       `json:"source" doc:"The data it is calculated from."`
	Revision *string      `json:"definition" doc:"Revision of the definition that was applied."`
	URL      *string      `json:"url" doc:"Path-absolute URL of the details."`
}

// ReportTerm is one number of a derivation.
type ReportTerm struct {
	Name  string      `json:"name" doc:"The name for people."`
	Value ReportValue `json:"value" doc:"The value."`
}

// reportOf converts a report to its JSON form.
func (s service) reportOf(p reportstore.Published) Report {
	r := p.Report
	return Report{
		ReportRow: s.reportRow(p.Revision), Heading: r.Heading, AsOf: instant(r.AsOf), Words: text(r.Words),
		Headline: each(r.Headline, s.figure), Changed: each(r.Changed, s.line), Acts: each(r.Acts, s.line), Sections: each(r.Sections, s.section),
		Charts:      each(r.Charts, s.chart),
		Derivations: each(r.Derivations, s.derivation),
	}
}

// to returns the URL of a link inside the portal; null without one. Links of reports
// are stored without the prefix, which may change.
func (s service) to(link string) *string {
	if link == "" {
		return nil
	}
	return text(s.prefix + link)
}

// value converts a value. Text is what people see; a program compares Number.
func (s service) value(v reports.Value) ReportValue {
	return ReportValue{Text: v.Text, Number: v.Number, Unit: text(v.Unit), State: text(v.Tone), URL: s.to(v.Link), How: text(v.How)}
}

// figure converts a named value.
func (s service) figure(f reports.Figure) ReportFigure {
	return ReportFigure{Key: f.Key, Label: f.Label, Value: s.value(f.Value), Note: text(f.Note)}
}

// line converts a sentence.
func (s service) line(l reports.Line) ReportLine {
	return ReportLine{Key: l.Key, Who: text(l.Who), Text: l.Text, State: text(l.Tone), URL: s.to(l.Link), How: text(l.How)}
}

// section converts a section with its figures, sentences and tables.
func (s service) section(x reports.Section) ReportSection {
	return ReportSection{
		Key: x.Key, Title: x.Title, Empty: text(x.Empty), Note: text(x.Note), Figures: each(x.Figures, s.figure),
		Lines: each(x.Lines, s.line), Tables: each(x.Tables, s.table),
		Charts: list(x.Charts),
	}
}

// table converts a table.
func (s service) table(t reports.Table) ReportTable {
	return ReportTable{
		Key: t.Key, Title: text(t.Title), Note: text(t.Note), Left: t.Left,
		Columns: each(t.Columns, func(c reports.Column) ReportColumn { return ReportColumn{c.Key, c.Title} }),
		Rows:    each(t.Rows, func(r reports.Row) ReportRowOf { return ReportRowOf{r.Key, each(r.Cells, s.value)} }),
	}
}

// derivation converts the calculation of a figure.
func (s service) derivation(d reports.Derivation) ReportDerivation {
	return ReportDerivation{
		Key: d.Key, Title: d.Title, Formula: d.Formula, From: instant(d.From), To: instant(d.To), Coverage: d.Coverage,
		Source: d.Source, Revision: text(d.Revision), URL: s.to(d.Link),
		Terms: each(d.Terms, func(t reports.Term) ReportTerm { return ReportTerm{t.Name, s.value(t.Value)} }),
	}
}
