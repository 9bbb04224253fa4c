package reports

import (
	"strings"

	"github.com/postern/postern/portal/base/humanize"
)

// Difference is one thing that a later revision says otherwise.
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

// said is one statement of a report, by its place.
type said struct {
	section, item, column, text, link string
}

// statements lists everything a report says, in order, by stable keys. With own, of
// the columns that look back only that of the report's own period is listed, under
// one key in every report.
func statements(r Report, own bool) (keys []string, by map[string]said) {
	by = map[string]said{}
	add := func(key string, s said) {
		if _, twice := by[key]; !twice {
			keys = append(keys, key)
			by[key] = s
		}
	}
	add("verdict", said{section: "Verdict", text: r.Verdict.Text})
	add("words", said{section: "In the lead's words", text: humanize.Clip(r.Words, TextRunes)})
	for _, f := range r.Headline {
		add("headline\x00"+f.Key, said{section: "Headline", item: f.Label, text: f.Value.Text})
	}
	for _, s := range r.Sections {
		if s.Key == Arithmetic || s.Key == Glossary {
			continue // what is behind the figures, which are compared themselves
		}
		add("empty\x00"+s.Key, said{section: s.Title, text: s.Empty})
		for _, f := range s.Figures {
			add("figure\x00"+s.Key+"\x00"+f.Key, said{section: s.Title, item: f.Label, text: f.Value.Text})
		}
		for _, t := range s.Tables {
			for _, row := range t.Rows {
				for n, v := range row.Cells {
					if own && t.Columns[n].Matrix {
						if n+1 == len(t.Columns) || !t.Columns[n+1].Matrix {
							add("own\x00"+t.Key+"\x00"+row.Key, said{s.Title, row.Cells[0].Text, "Objectives met", strings.TrimLeft(v.Text, "▼▲ "), row.Cells[0].Link})
						}
						continue
					}
					add("cell\x00"+t.Key+"\x00"+row.Key+"\x00"+t.Columns[n].Key, said{s.Title, row.Cells[0].Text, t.Columns[n].Title, v.Text, row.Cells[0].Link})
				}
			}
		}
	}
	return keys, by
}

// Diff lists what b says otherwise than a, in the order of b, then what only a
// said. left counts those beyond what one table can show.
func Diff(a, b Report) (all []Difference, left int) {
	was, before := statements(a, false)
	now, after := statements(b, false)
	d := differences{}
	for _, key := range now {
		if old := before[key]; old.text != after[key].text {
			d.add(after[key], old.text, after[key].text)
		}
	}
	for _, key := range was {
		if _, still := after[key]; !still && before[key].text != "" {
			d.add(before[key], before[key].text, "")
		}
	}
	return d.all, d.left
}

// Compare sets two periods of one report side by side: what both speak of and say
// otherwise, in the order of b. Incidents, changes and whatever else only one of the
// two had are not compared; the figures count them.
func Compare(a, b Report) (all []Difference, left int) {
	_, before := statements(a, true)
	now, after := statements(b, true)
	d := differences{}
	for _, key := range now {
		if old, both := before[key]; both && old.text != after[key].text {
			d.add(after[key], old.text, after[key].text)
		}
	}
	return d.all, d.left
}

// differences is a list that ends at mostDifferences.
type differences struct {
	all  []Difference
	left int
}

func (d *differences) add(s said, before, after string) {
	if len(d.all) == mostDifferences {
		d.left++
		return
	}
	d.all = append(d.all, Difference{Section: s.section, Item: s.item, Column: s.column, Before: before, After: after, Link: s.link})
}
