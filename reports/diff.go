package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
)

// Two reports are compared by what they state: numbers, keys and structure. Texts are
// compared never, so that a version of the program that words a report otherwise makes no
// revision and sends nothing. A report of a version before keys is compared by its
// structure, its numbers and its names.

// Difference is one thing that a later revision states otherwise.
type Difference struct {
	Section string `json:"section"`
	Item    string `json:"item"`   // the row or figure
	Column  string `json:"column"` // "" for a figure or a sentence
	Before  string `json:"before"` // "" where there was nothing
	After   string `json:"after"`
	Link    string `json:"link,omitempty"`
}

// mostDifferences bounds the table of differences; more are counted.
const mostDifferences = 200

// statement is one thing that a report states.
type statement struct {
	place string // its key in the report, the same in every revision
	value Value
	// behind is set for what is behind the figures. It is compared and not listed.
	behind bool
	// column is the place of the column of a cell. A column that one version has and
	// another has not is layout: its cells are not compared.
	column string
	// part is the place of the section, table, figure, chart or derivation that the
	// statement belongs to. Between reports of different Layout, what only one of them
	// states is compared only if the other has the part.
	part string

	section, item, title, link string // for people
}

// statements is what a report states, in its order.
type statements struct {
	keyed bool // the report has keys
	all   []statement
	by    map[string]statement
	parts map[string]bool // places of sections, tables, columns, figures, charts and derivations
}

func (s *statements) add(x statement) {
	if x.part != "" {
		s.parts[x.part] = true
	}
	if _, twice := s.by[x.place]; !twice {
		s.all = append(s.all, x)
		s.by[x.place] = x
	}
}

// place joins keys to a place.
func place(keys ...string) string { return strings.Join(keys, "\x00") }

// statementsOf lists what a report states. With own, of the columns that look back only
// that of the report's own period is listed, under one place in every report.
func statementsOf(r Report, own bool) *statements {
	s := &statements{keyed: len(r.Verdict.Facts) > 0, by: map[string]statement{}, parts: map[string]bool{}}
	s.add(statement{place: "verdict", section: "Verdict", value: Value{Text: r.Verdict.Text}})
	words := humanize.Clip(r.Words, TextRunes)
	s.add(statement{place: "words", section: "In the lead's words", value: Value{Text: words, Key: words}})
	s.add(statement{place: "whole words", behind: true, value: Value{Text: r.Words, Key: r.Words}})
	s.add(statement{place: "title", behind: true, value: Value{Text: r.Title, Key: r.Title}})
	s.add(statement{place: "scope", behind: true, value: Value{Text: r.Scope, Key: r.Scope}})
	for _, f := range r.Headline {
		key := place("headline", f.Key)
		s.add(statement{place: key, part: key, section: "Headline", item: f.Label, value: f.Value})
	}
	for _, x := range r.Sections {
		s.section(x, own)
	}
	for _, c := range r.Charts {
		s.chart(c)
	}
	for _, d := range r.Derivations {
		s.derivation(d)
	}
	for _, list := range [][]Line{r.Changed, r.Acts} {
		for _, l := range list {
			key := place("line", l.Key)
			s.add(statement{place: key, part: key, behind: true, value: Value{Text: l.Text, Tone: l.Tone}})
		}
	}
	return s
}

// section adds a section, its figures and its tables.
func (s *statements) section(x Section, own bool) {
	behind := x.Key == Arithmetic || x.Key == Glossary
	section := place("section", x.Key)
	s.add(statement{place: section, part: section, behind: true, value: Value{Text: x.Key, Key: x.Key}})
	s.add(statement{place: place("empty", x.Key), part: section, behind: behind, section: x.Title, value: emptyValue(x)})
	for _, f := range x.Figures {
		key := place("figure", x.Key, f.Key)
		s.add(statement{place: key, part: key, behind: behind, section: x.Title, item: f.Label, value: f.Value})
	}
	for _, t := range x.Tables {
		table := place("table", t.Key)
		s.parts[table] = true
		for n, c := range t.Columns {
			column := place("column", t.Key, c.Key)
			s.parts[column] = true
			last := n+1 == len(t.Columns) || !t.Columns[n+1].Matrix
			for _, row := range t.Rows {
				if n >= len(row.Cells) {
					continue
				}
				cell := statement{
					place: place("cell", t.Key, row.Key, c.Key), column: column, part: table, behind: behind,
					section: x.Title, item: row.Cells[0].Text, title: c.Title, link: row.Cells[0].Link, value: row.Cells[n],
				}
				if own && c.Matrix {
					if !last {
						continue
					}
					cell.place, cell.column, cell.title = place("own", t.Key, row.Key), "", "SLOs met"
					cell.value.Text = strings.TrimLeft(cell.value.Text, "▼▲ ")
				}
				s.add(cell)
			}
		}
	}
}

// emptyValue is the value of a section's being empty. Its text is why, its number whether.
func emptyValue(x Section) Value {
	empty := 0.0
	if x.Empty != "" {
		empty = 1
	}
	return Value{Text: x.Empty, Number: &empty, Key: string(x.State)}
}

// chart adds the points of a chart.
func (s *statements) chart(c Chart) {
	part := place("chart", c.Name)
	s.parts[part] = true
	for n, line := range c.Series {
		for m, p := range line.Points {
			s.add(statement{place: place("point", c.Name, fmt.Sprint(n, m)), part: part, behind: true, value: Value{Text: "point", Number: p.Value}})
		}
	}
	for n, mark := range c.Marks {
		s.add(statement{place: place("mark", c.Name, fmt.Sprint(n)), part: part, behind: true,
			value: Value{Text: "mark", Number: Number(float64(mark))}})
	}
	for n, b := range c.Bands {
		s.add(statement{place: place("band", c.Name, fmt.Sprint(n)), part: part, behind: true,
			value: Value{Text: "band", Number: Number(b.To.Sub(b.From).Seconds())}})
	}
}

// derivation adds the terms of a derivation. Its number of terms is layout.
func (s *statements) derivation(d Derivation) {
	column := place("terms", d.Key, fmt.Sprint(len(d.Terms)))
	s.parts[column] = true
	part := place("derivation", d.Key)
	s.parts[part] = true
	for n, t := range d.Terms {
		s.add(statement{place: place("term", d.Key, fmt.Sprint(n)), column: column, part: part, behind: true, value: t.Value})
	}
}

// layout reports whether a statement that only one of two reports makes follows from the
// version of the program and not from the data: it is of a column that the other report has
// not or, between reports of different Layout (relaid), of any other part that the other has
// not.
func (s *statements) layout(x statement, other *statements, relaid bool) bool {
	if relaid && x.part != "" && !other.parts[x.part] {
		return true
	}
	if x.column == "" || other.parts[x.column] {
		return false
	}
	kind, table, _ := strings.Cut(x.column, "\x00")
	table, _, _ = strings.Cut(table, "\x00")
	return kind == "terms" || other.parts[place("table", table)]
}

// pair is one statement that two reports make otherwise; either may be missing.
type pair struct {
	before, after *statement
}

// pairs returns what b states otherwise than a, in the order of b, then what only a
// states.
func pairs(ra, rb Report, own bool) (all []pair) {
	a, b := statementsOf(ra, own), statementsOf(rb, own)
	relaid := ra.Layout != rb.Layout
	for _, now := range b.all {
		was, both := a.by[now.place]
		switch {
		case now.place == "verdict":
			if VerdictDiffers(ra, rb) {
				all = append(all, pair{&was, &now})
			}
		case !both:
			if !blank(now.value) && !b.layout(now, a, relaid) {
				all = append(all, pair{nil, &now})
			}
		case !sameValue(was.value, now.value, a.keyed, b.keyed) && !(now.place == "title" && builtInTitles(ra, rb)):
			all = append(all, pair{&was, &now})
		}
	}
	for _, was := range a.all {
		if _, still := b.by[was.place]; !still && !blank(was.value) && !a.layout(was, b, relaid) {
			all = append(all, pair{&was, nil})
		}
	}
	return all
}

// blank reports whether a value states nothing.
func blank(v Value) bool { return v.Text == "" && v.Number == nil && v.Key == "" }

// builtInTitles reports whether two reports have titles of built-in definitions, which are
// texts of the program.
func builtInTitles(a, b Report) bool {
	known := func(r Report) bool {
		return slices.ContainsFunc(BuiltIn(r.Zone), func(d Definition) bool { return d.Title == r.Title })
	}
	return known(a) && known(b)
}

// sameValue reports whether two values state the same. keyedA and keyedB are whether their
// reports have keys: without keys on one side, a name of the other is compared with its
// text, and anything else by its tone.
func sameValue(a, b Value, keyedA, keyedB bool) bool {
	switch {
	case (a.Number == nil) != (b.Number == nil):
		return false
	case a.Number != nil && !close(*a.Number, *b.Number):
		return false
	case keyedA && keyedB:
		return a.Key == b.Key && (a.Number != nil || (a.Text == "") == (b.Text == ""))
	case a.Number != nil:
		return true
	case isName(a) || isName(b):
		return a.Text == b.Text
	}
	return a.Tone == b.Tone && (a.Text == "") == (b.Text == "")
}

// isName reports whether a value is a name from the data. Keys of states have an
// underscore and no text has the form of one.
func isName(v Value) bool { return v.Key != "" && v.Key == v.Text }

// close reports whether two numbers are the same but for the order in which they were
// added up.
func close(a, b float64) bool {
	const part = 1e-9
	return a == b || math.Abs(a-b) <= part*max(math.Abs(a), math.Abs(b))
}

// Same reports whether two reports state the same: every number, key and row, also those
// behind the figures.
func Same(a, b Report) bool { return len(pairs(a, b, false)) == 0 }

// VerdictDiffers reports whether the verdict of b states something else than that of a. It
// decides whether those who were sent a are sent b. With facts on both sides these are
// compared, otherwise the tone, the missed SLOs and the headline that the verdict is
// written from.
func VerdictDiffers(a, b Report) bool {
	if a.Verdict.Tone != b.Verdict.Tone {
		return true
	}
	if len(a.Verdict.Facts) > 0 && len(b.Verdict.Facts) > 0 {
		return !slices.EqualFunc(a.Verdict.Facts, b.Verdict.Facts, sameFact)
	}
	if !slices.Equal(a.Verdict.Missed, b.Verdict.Missed) {
		return true
	}
	for _, f := range a.Headline {
		n := slices.IndexFunc(b.Headline, func(g Figure) bool { return g.Key == f.Key })
		if f.Key != "spent" && n >= 0 && !sameValue(Value{Number: f.Value.Number}, Value{Number: b.Headline[n].Value.Number}, false, false) {
			return true
		}
	}
	return false
}

func sameFact(a, b Fact) bool {
	return a.Key == b.Key && a.Name == b.Name && (a.Number == nil) == (b.Number == nil) && (a.Number == nil || close(*a.Number, *b.Number))
}

// Diff lists what b states otherwise than a, in the order of b, then what only a states.
// What reads the same is left out. left counts those beyond what one table can show.
func Diff(a, b Report) (all []Difference, left int) {
	d := differences{}
	for _, p := range pairs(a, b, false) {
		d.add(p)
	}
	return d.all, d.left
}

// Compare sets two periods of one report side by side: what both state, and otherwise, in
// the order of b. Incidents, changes and everything else that only one of the two had are
// not compared; the figures count them.
func Compare(a, b Report) (all []Difference, left int) {
	d := differences{}
	for _, p := range pairs(a, b, true) {
		if p.before != nil && p.after != nil {
			d.add(p)
		}
	}
	return d.all, d.left
}

// differences is a list that ends at mostDifferences.
type differences struct {
	all  []Difference
	left int
}

func (d *differences) add(p pair) {
	var before, after string
	x := p.after
	if p.after != nil {
		after = p.after.value.Text
	}
	if p.before != nil {
		before = p.before.value.Text
		if x == nil {
			x = p.before
		}
	}
	switch {
	case x.behind || before == after:
	case len(d.all) == mostDifferences:
		d.left++
	default:
		d.all = append(d.all, Difference{Section: x.section, Item: x.item, Column: x.title, Before: before, After: after, Link: x.link})
	}
}
