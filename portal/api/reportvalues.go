package api

import (
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/reportstore"
)

// Report is one whole report: the same Values that the page prints.
type Report struct {
	ReportRow
	Heading     string             `json:"heading" doc:"The period in words."`
	AsOf        *string            `json:"as_of" format:"date-time" doc:"How far the data goes; before to while the period runs."`
	Words       *string            `json:"words" doc:"The lead's own Markdown."`
	Headline    []ReportFigure     `json:"headline" nullable:"false" doc:"The figures of the first screen."`
	Changed     []ReportLine       `json:"changed" nullable:"false" doc:"What changed, at most five."`
	Acts        []ReportLine       `json:"acts" nullable:"false" doc:"Who acts, the most pressing first."`
	Sections    []ReportSection    `json:"sections" nullable:"false" doc:"Everything else, in the order of the page."`
	Charts      []ReportChart      `json:"charts" nullable:"false" doc:"Charts, each at url/charts/NAME.svg and .png."`
	Derivations []ReportDerivation `json:"derivations" nullable:"false" doc:"How figures were made, by how."`
}

// ReportValue is one value as it is shown, and its number.
type ReportValue struct {
	Text   string   `json:"text" doc:"As every face prints it."`
	Number *float64 `json:"number" doc:"The number: ratios as fractions, durations in seconds; null when there is none."`
	Unit   *string  `json:"unit" doc:"count, ratio, seconds or times."`
	State  *string  `json:"state" doc:"ok, warn, bad or none (not measured)."`
	URL    *string  `json:"url" doc:"Where it leads, path-absolute."`
	How    *string  `json:"how" doc:"Key of its derivation, or of its row in the table every."`
}

// ReportFigure is a named value.
type ReportFigure struct {
	Key   string      `json:"key" doc:"Stable between periods."`
	Label string      `json:"label" doc:"In words."`
	Value ReportValue `json:"value" doc:"The value."`
	Note  *string     `json:"note" doc:"n, unknowns, the period before."`
}

// ReportLine is one sentence.
type ReportLine struct {
	Key   string  `json:"key" doc:"Stable between revisions."`
	Who   *string `json:"who" doc:"Team or person."`
	Text  string  `json:"text" doc:"The sentence."`
	State *string `json:"state" doc:"ok, warn, bad or none (not measured)."`
	URL   *string `json:"url" doc:"Where it leads, path-absolute."`
	How   *string `json:"how" doc:"Key of its derivation, or of its row in the table every."`
}

// ReportSection is one part of a report.
type ReportSection struct {
	Key     string         `json:"key" doc:"objectives, budget, incidents, …"`
	Title   string         `json:"title" doc:"In words."`
	Empty   *string        `json:"empty" doc:"Why there is nothing here."`
	Note    *string        `json:"note" doc:"How to read it."`
	Figures []ReportFigure `json:"figures" nullable:"false" doc:"Named values."`
	Lines   []ReportLine   `json:"lines" nullable:"false" doc:"Sentences."`
	Tables  []ReportTable  `json:"tables" nullable:"false" doc:"Tables."`
	Charts  []string       `json:"charts" nullable:"false" doc:"Names of its charts."`
}

// ReportTable is a table.
type ReportTable struct {
	Key     string         `json:"key" doc:"Unique in the report."`
	Title   *string        `json:"title" doc:"In words."`
	Note    *string        `json:"note" doc:"How to read it."`
	Columns []ReportColumn `json:"columns" nullable:"false" doc:"Columns, in order."`
	Rows    []ReportRowOf  `json:"rows" nullable:"false" doc:"Rows, in order."`
	Left    int            `json:"left" doc:"Rows that are not shown."`
}

// ReportColumn names a column.
type ReportColumn struct {
	Key   string `json:"key" doc:"Stable between periods."`
	Title string `json:"title" doc:"In words."`
}

// ReportRowOf is one row of a table.
type ReportRowOf struct {
	Key   string        `json:"key" doc:"Stable between revisions."`
	Cells []ReportValue `json:"cells" nullable:"false" doc:"As many as columns."`
}

// ReportDerivation is how a figure was made.
type ReportDerivation struct {
	Key      string       `json:"key" doc:"What how refers to."`
	Title    string       `json:"title" doc:"In words."`
	Formula  string       `json:"formula" doc:"In words."`
	Terms    []ReportTerm `json:"terms" nullable:"false" doc:"The numbers of the formula."`
	From     *string      `json:"from" format:"date-time" doc:"Beginning of the window."`
	To       *string      `json:"to" format:"date-time" doc:"End of the window."`
	Coverage *float64     `json:"coverage" doc:"Share of the window that was measured; null for what is not a series."`
	Source   string       `json:"source" doc:"Which of the portal's data."`
	Revision *string      `json:"definition" doc:"Of the definition that was applied."`
	URL      *string      `json:"url" doc:"Where it leads, path-absolute."`
}

// ReportTerm is one number of a derivation.
type ReportTerm struct {
	Name  string      `json:"name" doc:"In words."`
	Value ReportValue `json:"value" doc:"The number."`
}

func (s service) reportOf(p reportstore.Published) Report {
	r := p.Report
	return Report{
		ReportRow: s.reportRow(p.Revision), Heading: r.Heading, AsOf: instant(r.AsOf), Words: text(r.Words),
		Headline: each(r.Headline, s.figure), Changed: each(r.Changed, s.line), Acts: each(r.Acts, s.line), Sections: each(r.Sections, s.section),
		Charts:      each(r.Charts, s.chart),
		Derivations: each(r.Derivations, s.derivation),
	}
}

func (s service) to(link string) *string {
	if link == "" {
		return nil
	}
	return text(s.prefix + link)
}

func (s service) value(v reports.Value) ReportValue {
	return ReportValue{Text: v.Text, Number: v.Number, Unit: text(v.Unit), State: text(v.Tone), URL: s.to(v.Link), How: text(v.How)}
}

func (s service) figure(f reports.Figure) ReportFigure {
	return ReportFigure{Key: f.Key, Label: f.Label, Value: s.value(f.Value), Note: text(f.Note)}
}

func (s service) line(l reports.Line) ReportLine {
	return ReportLine{Key: l.Key, Who: text(l.Who), Text: l.Text, State: text(l.Tone), URL: s.to(l.Link), How: text(l.How)}
}

func (s service) section(x reports.Section) ReportSection {
	return ReportSection{
		Key: x.Key, Title: x.Title, Empty: text(x.Empty), Note: text(x.Note), Figures: each(x.Figures, s.figure), Lines: each(x.Lines, s.line), Tables: each(x.Tables, s.table),
		Charts: list(x.Charts),
	}
}

func (s service) table(t reports.Table) ReportTable {
	return ReportTable{
		Key: t.Key, Title: text(t.Title), Note: text(t.Note), Left: t.Left,
		Columns: each(t.Columns, func(c reports.Column) ReportColumn { return ReportColumn{c.Key, c.Title} }),
		Rows:    each(t.Rows, func(r reports.Row) ReportRowOf { return ReportRowOf{r.Key, each(r.Cells, s.value)} }),
	}
}

func (s service) derivation(d reports.Derivation) ReportDerivation {
	return ReportDerivation{
		Key: d.Key, Title: d.Title, Formula: d.Formula, From: instant(d.From), To: instant(d.To), Coverage: d.Coverage, Source: d.Source, Revision: text(d.Revision), URL: s.to(d.Link),
		Terms: each(d.Terms, func(t reports.Term) ReportTerm { return ReportTerm{t.Name, s.value(t.Value)} }),
	}
}
