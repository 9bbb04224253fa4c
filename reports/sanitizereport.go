package reports

import (
	"time"
)

// Sanitize replaces the numbers and times that JSON cannot write by nothing, so that one
// of them never costs the whole report.
func (r *Report) Sanitize() {
	for i := range r.Headline {
		r.Headline[i].Value.sanitize()
	}
	for _, s := range r.Sections {
		for i := range s.Figures {
			s.Figures[i].Value.sanitize()
		}
		for _, t := range s.Tables {
			for _, row := range t.Rows {
				for i := range row.Cells {
					row.Cells[i].sanitize()
				}
			}
		}
	}
	for i := range r.Charts {
		r.Charts[i].sanitize()
	}
	for i := range r.Derivations {
		d := &r.Derivations[i]
		d.From, d.To, d.Coverage = writable(d.From), writable(d.To), finite(d.Coverage)
		for n := range d.Terms {
			d.Terms[n].Value.sanitize()
		}
	}
}

func (v *Value) sanitize() {
	if v.Number != nil && finite(v.Number) == nil {
		*v = Value{Text: "unknown", Unit: v.Unit, Tone: Gap, Link: v.Link, How: v.How}
	}
}

func (c *Chart) sanitize() {
	c.Mark = finite(c.Mark)
	for _, s := range c.Series {
		for n := range s.Points {
			p := &s.Points[n]
			p.At, p.Value = writable(p.At), finite(p.Value)
		}
	}
	for n := range c.Bands {
		c.Bands[n].From, c.Bands[n].To = writable(c.Bands[n].From), writable(c.Bands[n].To)
	}
}

// writable is a time that JSON can write, or the zero time.
func writable(t time.Time) time.Time {
	const lastYear = 9999
	if y := t.UTC().Year(); y < 1 || y > lastYear {
		return time.Time{}
	}
	return t
}
