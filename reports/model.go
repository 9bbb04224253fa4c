package reports

import (
	"time"

	"github.com/postern/postern/reports/period"
)

// Format is the version of the stored model. It is part of every report and of
// every revision's row, so that a later program knows what it reads.
//
// A field that is added is no new format: a report without it has its zero value. A field
// that is removed, or that means something else, is one: then Decode has to read both.
// Another wording is no new format either: Same compares no text (diff.go).
//
// History: 1, the first. Value.Key, Section.State and Verdict.Facts came later.
const Format = 1

// Layout is the number of the list of sections, tables, figures, charts and derivations
// that this program puts into reports. Raise it when one is added or removed: what only one
// of two reports of different Layout has is then no difference, so that a new version of
// the program revises nothing and sends nothing. TestLayoutIsNumbered in reports/compile
// fails when it is forgotten.
const Layout = 1

// Unit is what the Number of a Value counts.
type Unit string

// The units. None is the unit of values without a number.
const (
	None    Unit = ""
	Count   Unit = "count"
	Ratio   Unit = "ratio"   // a fraction: 0.999, not 99.9
	Seconds Unit = "seconds" // a duration
	Times   Unit = "times"   // a factor, such as a burn rate
)

// Tone is what a value means. Every format shows it with a word or a shape too, for readers
// who see no colour.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Good  Tone = "ok"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
	Gap   Tone = "none" // not measured: neither good nor zero
)

// Word returns a tone as a word, the same in every format; Plain has none.
func (t Tone) Word() string {
	switch t {
	case Good:
		return "Met"
	case Warn:
		return "Incomplete"
	case Bad:
		return "Missed"
	case Gap:
		return "Not measured"
	}
	return ""
}

// Value is one cell or figure: what is printed, and what programs compare. Of two values
// the numbers and keys are compared, never the texts.
type Value struct {
	Text string `json:"text"`
	// Key is what the value states apart from its number and its wording: the key of a
	// state, which has an underscore and never changes, or a name from the data, verbatim.
	// It is "" where the number is everything, for sentences that follow from other
	// values, and in reports of versions before keys.
	Key    string   `json:"key,omitempty"`
	Number *float64 `json:"number"` // nil: there is no number, which is not 0
	Unit   Unit     `json:"unit,omitempty"`
	Tone   Tone     `json:"tone,omitempty"`
	Link   string   `json:"link,omitempty"` // path-absolute in the portal, without its prefix
	How    string   `json:"how,omitempty"`  // key of the Derivation, or of a row that is one
}

// Figure is a value with a label, as tiles and lists show it.
type Figure struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Value Value  `json:"value"`
	Note  string `json:"note,omitempty"` // n, unknowns, the period before
}

// Line is one sentence of a list: what changed, who has to act.
type Line struct {
	Key  string `json:"key"`
	Who  string `json:"who,omitempty"` // team or person; "" is no one in particular
	Text string `json:"text"`
	Tone Tone   `json:"tone,omitempty"`
	Link string `json:"link,omitempty"`
	How  string `json:"how,omitempty"`
}

// Column names a column of a table.
type Column struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	// Numeric columns are aligned to the right; Matrix cells are coloured boxes.
	Numeric bool `json:"numeric,omitempty"`
	Matrix  bool `json:"matrix,omitempty"`
}

// Row is one thing of a table. Its key is the same in all periods and revisions.
type Row struct {
	Key   string  `json:"key"`
	Cells []Value `json:"cells"` // as many as columns
}

// Table is a table with at least one row. A section without rows states why in Empty.
type Table struct {
	Key     string   `json:"key"` // unique in the report
	Title   string   `json:"title,omitempty"`
	Note    string   `json:"note,omitempty"`
	Columns []Column `json:"columns"`
	Rows    []Row    `json:"rows"`
	Left    int      `json:"left,omitempty"` // rows that are not shown
}

// Section is one part of a report.
type Section struct {
	Key     string   `json:"key"`
	Title   string   `json:"title"`
	Empty   string   `json:"empty,omitempty"` // why there is nothing, in one line
	State   State    `json:"state,omitempty"`
	Note    string   `json:"note,omitempty"` // how to read it
	Figures []Figure `json:"figures,omitempty"`
	Lines   []Line   `json:"lines,omitempty"`
	Tables  []Table  `json:"tables,omitempty"`
	Charts  []string `json:"charts,omitempty"` // names
}

// State is why a section could not be made.
type State string

// The states of a section. Whole is also that of one without data.
const (
	Whole    State = ""
	NotRead  State = "not_read"  // its inputs could not be read
	NotMade  State = "not_made"  // the program failed in it
	PartRead State = "part_read" // something of its inputs could not be read
)

// Fact is one thing that a verdict states, for programs to compare.
type Fact struct {
	Key    string   `json:"key"`
	Name   string   `json:"name,omitempty"` // of what, from the data
	Number *float64 `json:"number,omitempty"`
}

// Verdict is the report in a sentence or three.
type Verdict struct {
	Tone Tone   `json:"tone"`
	Text string `json:"text"`
	// Facts are what Text states. A report of a version before facts has none.
	Facts []Fact `json:"facts,omitempty"`
	// Missed are the titles in Text that are emphasised.
	Missed []string `json:"missed,omitempty"`
}

// Term is one named number of a derivation.
type Term struct {
	Name  string `json:"name"`
	Value Value  `json:"value"`
}

// Derivation is how a figure is calculated.
type Derivation struct {
	Key      string    `json:"key"`
	Title    string    `json:"title"`
	Formula  string    `json:"formula"`
	Terms    []Term    `json:"terms,omitempty"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Coverage *float64  `json:"coverage"` // nil: not a measured series
	Source   string    `json:"source"`   // which of the portal's data
	Revision string    `json:"revision,omitempty"`
	Link     string    `json:"link,omitempty"`
}

// Point is one point of a series: at an instant, or at a label. A nil value is a gap.
type Point struct {
	At    time.Time `json:"at,omitzero"`
	Label string    `json:"label,omitempty"`
	Value *float64  `json:"value"`
}

// Series is one line or one layer of bars.
type Series struct {
	Name   string  `json:"name"`
	Tone   Tone    `json:"tone,omitempty"`
	Points []Point `json:"points"`
}

// Band is a time range marked behind a chart: an incident.
type Band struct {
	Label string    `json:"label"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Link  string    `json:"link,omitempty"`
}

// ChartKind is how a chart is drawn.
type ChartKind string

// The kinds of chart.
const (
	Burndown ChartKind = "burndown" // remaining budget over time, incident bands
	Bars     ChartKind = "bars"     // horizontal, one value a label
	Stacked  ChartKind = "stacked"  // layers over labels
	Dots     ChartKind = "dots"     // one dot an incident, log scale of seconds
	Clock    ChartKind = "clock"    // one series a weekday, Monday first; one point an hour of the local day
)

// Chart is the data of a chart.
type Chart struct {
	Name   string    `json:"name"`
	Title  string    `json:"title"` // what it shows
	Kind   ChartKind `json:"kind"`
	Unit   Unit      `json:"unit"`
	Series []Series  `json:"series"`
	Bands  []Band    `json:"bands,omitempty"`
	Mark   *float64  `json:"mark,omitempty"` // a line to compare with, in Unit
	Twin   string    `json:"twin,omitempty"` // key of the table with the same values; "" is the points themselves
	// Marks are counts above each label of a stacked chart, such as the incidents of each
	// day; nil is none. MarksName is what they count.
	Marks     []int  `json:"marks,omitempty"`
	MarksName string `json:"marks_name,omitempty"`
}

// Report is one compiled report.
type Report struct {
	Format      int          `json:"format"`
	Layout      int          `json:"layout,omitempty"` // see Layout; 0 before layouts had numbers
	Name        string       `json:"name"`             // of the definition
	Title       string       `json:"title"`
	Kind        period.Kind  `json:"kind"`
	Period      string       `json:"period"`
	Heading     string       `json:"heading"` // the period in words
	Zone        string       `json:"zone"`
	From        time.Time    `json:"from"`
	To          time.Time    `json:"to"`
	AsOf        time.Time    `json:"as_of"`           // To, or earlier while the period runs
	Scope       string       `json:"scope,omitempty"` // in words; "" is everything
	Words       string       `json:"words,omitempty"` // Markdown
	Verdict     Verdict      `json:"verdict"`
	Headline    []Figure     `json:"headline"`
	Changed     []Line       `json:"changed"`
	Acts        []Line       `json:"acts"`
	Sections    []Section    `json:"sections"`
	Charts      []Chart      `json:"charts"`
	Derivations []Derivation `json:"derivations"`
	Failures    []Failure    `json:"failures,omitempty"` // parts that are missing
}

// Running reports whether the period had not ended when the report was made.
func (r Report) Running() bool { return r.AsOf.Before(r.To) }

// Section returns the section with a key, and whether there is one.
func (r Report) Section(key string) (Section, bool) {
	for _, s := range r.Sections {
		if s.Key == key {
			return s, true
		}
	}
	return Section{}, false
}

// Chart returns the chart with a name, and whether there is one.
func (r Report) Chart(name string) (Chart, bool) {
	for _, c := range r.Charts {
		if c.Name == name {
			return c, true
		}
	}
	return Chart{}, false
}

// Table returns the table with a key, of whatever section, and whether there is one.
func (r Report) Table(key string) (Table, bool) {
	for _, s := range r.Sections {
		for _, t := range s.Tables {
			if t.Key == key {
				return t, true
			}
		}
	}
	return Table{}, false
}

// Limit drops the rows after the first n and counts them in Left.
func (t *Table) Limit(n int) {
	t.Left = max(0, len(t.Rows)-n)
	t.Rows = t.Rows[:len(t.Rows)-t.Left]
}
