package export

import (
	"math"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
)

// Figure is the figure of one chart of a report, in the report's zone.
func Figure(r reports.Report, c reports.Chart) chart.Figure {
	switch c.Kind {
	case reports.Burndown:
		return burndown(r, c)
	case reports.Dots:
		return dots(r, c)
	case reports.Stacked:
		return stacked(c)
	case reports.Clock:
		return clock(c)
	}
	return bars(c)
}

// Unit is how the numbers of a chart are written.
func Unit(u reports.Unit) chart.Unit {
	switch u {
	case reports.Ratio:
		return chart.Percent
	case reports.Seconds:
		return chart.Seconds
	case reports.Times:
		return chart.Times
	}
	return chart.Count
}

func role(t reports.Tone) chart.Role {
	switch t {
	case reports.Good:
		return chart.OK
	case reports.Warn:
		return chart.Warn
	case reports.Bad:
		return chart.Bad
	case reports.Gap:
		return chart.None
	}
	return chart.Paper // the figure's own choice
}

func value(p reports.Point) float64 {
	if p.Value == nil {
		return math.NaN()
	}
	return *p.Value
}

func zone(r reports.Report) *time.Location {
	loc, err := time.LoadLocation(r.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// mark is the line to compare with, in the chart's unit.
func mark(c reports.Chart, label string) []chart.Mark {
	if c.Mark == nil {
		return nil
	}
	return []chart.Mark{{Value: *c.Mark, Label: label}}
}

func burndown(r reports.Report, c reports.Chart) chart.Figure {
	zero, whole := 0.0, 1.0
	l := chart.Lines{
		Title: c.Title, Unit: Unit(c.Unit), Zone: zone(r), From: r.From, To: r.AsOf, Marks: mark(c, "spent"), Min: &zero, Max: &whole,
		Empty: "The budget of this objective is not known",
	}
	for _, s := range c.Series {
		line := chart.Line{Name: s.Name, Role: role(s.Tone)}
		for _, p := range s.Points {
			line.Points = append(line.Points, chart.Point{At: p.At, Value: value(p)})
			if p.At.Before(l.From) {
				l.From = p.At
			}
			if p.At.After(l.To) {
				l.To = p.At
			}
		}
		l.Lines = append(l.Lines, line)
	}
	for _, b := range c.Bands {
		l.Bands = append(l.Bands, chart.Band{From: b.From, To: b.To, Label: b.Label})
	}
	return l
}

func dots(r reports.Report, c reports.Chart) chart.Figure {
	d := chart.Dots{Title: c.Title, Unit: Unit(c.Unit), Zone: zone(r), From: r.From, To: r.To}
	if c.Mark != nil {
		d.Marks = mark(c, humanize.Seconds(*c.Mark))
	}
	for _, s := range c.Series {
		for _, p := range s.Points {
			if p.Value == nil {
				continue // not known how long: the table says so
			}
			dot := chart.Dot{At: p.At, Value: *p.Value, Label: p.Label, Role: role(s.Tone), Open: strings.EqualFold(s.Name, "open")}
			if c.Mark != nil && *p.Value > *c.Mark && dot.Role == chart.Paper {
				dot.Role = chart.Bad
			}
			d.Dots = append(d.Dots, dot)
		}
	}
	return d
}

// stacked are shares when the layers are verdicts of the same wholes, else
// columns.
func stacked(c reports.Chart) chart.Figure {
	if c.Unit != reports.Count || !judged(c.Series) {
		f := chart.Columns{Title: c.Title, Unit: Unit(c.Unit), Marks: c.Marks, MarksName: c.MarksName}
		for i, s := range c.Series {
			layer := chart.Stack{Name: s.Name, Role: role(s.Tone)}
			for _, p := range s.Points {
				if i == 0 {
					f.Names = append(f.Names, p.Label)
				}
				layer.Values = append(layer.Values, value(p))
			}
			f.Stacks = append(f.Stacks, layer)
		}
		return f
	}
	f := chart.Shares{Title: c.Title}
	for i, s := range c.Series {
		f.Parts = append(f.Parts, chart.SharePart{Name: s.Name, Role: role(s.Tone)})
		for k, p := range s.Points {
			if i == 0 {
				f.Rows = append(f.Rows, chart.Share{Name: p.Label, Parts: make([]int, len(c.Series))})
			}
			if k < len(f.Rows) && p.Value != nil {
				f.Rows[k].Parts[i] = int(math.Round(*p.Value))
			}
		}
	}
	return f
}

// clock takes one series a weekday and one point an hour; what is more is none.
func clock(c reports.Chart) chart.Figure {
	f := chart.Clock{Title: c.Title}
	for day := range min(len(c.Series), len(f.Counts)) {
		points := c.Series[day].Points
		for hour := range min(len(points), len(f.Counts[day])) {
			if v := points[hour].Value; v != nil {
				f.Counts[day][hour] = int(math.Round(*v))
			}
		}
	}
	return f
}

// judged tells whether every layer says good, bad or unknown.
func judged(layers []reports.Series) bool {
	for _, s := range layers {
		if s.Tone == reports.Plain {
			return false
		}
	}
	return len(layers) > 0
}

func bars(c reports.Chart) chart.Figure {
	b := chart.Bars{Title: c.Title, Unit: Unit(c.Unit)}
	for _, s := range c.Series {
		for _, p := range s.Points {
			bar := chart.Bar{Name: p.Label, Value: value(p), Role: role(s.Tone)}
			if c.Mark != nil && p.Value != nil && *p.Value > *c.Mark {
				bar.Role = chart.Bad
			}
			b.Bars = append(b.Bars, bar)
		}
	}
	return b
}
