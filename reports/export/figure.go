package export

import (
	"math"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
)

// Figure returns the figure of one chart of a report, in the zone of the report. texts
// writes the labels of marks and the text of a figure without values. The same figure is
// shown on the page, in the mail and under its address. A kind without a case is drawn as
// bars.
func Figure(texts *messages.Printer, r reports.Report, c reports.Chart) chart.Figure {
	switch c.Kind {
	case reports.Burndown:
		return burndown(texts, r, c)
	case reports.Dots:
		return dots(r, c)
	case reports.Stacked:
		return stacked(c)
	case reports.Clock:
		return clock(c)
	}
	return bars(c)
}

// Unit returns the unit of a figure for a unit of a report. Days and other units are
// written as counts.
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

// role returns the role of a mark with a tone. Plain has no role of its own: the figure
// then distinguishes series by their order.
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
	return chart.Paper // the figure chooses one
}

// value returns the value of a point, NaN where it is unknown.
func value(p reports.Point) float64 {
	if p.Value == nil {
		return math.NaN()
	}
	return *p.Value
}

// zone returns the zone of a report, UTC if this system does not know it. Stored reports
// may come from a system with other zone data.
func zone(r reports.Report) *time.Location {
	loc, err := time.LoadLocation(r.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// mark returns the line to compare with, if the chart has one. At most one line is
// returned.
func mark(c reports.Chart, label string) []chart.Mark {
	if c.Mark == nil {
		return nil
	}
	return []chart.Mark{{Value: *c.Mark, Label: label}}
}

// burndown returns lines of the remaining budget, with bands of incidents. The axis
// covers 0 to 1 at least, so that budgets of different reports can be compared, and
// widens for points outside of the period.
func burndown(texts *messages.Printer, r reports.Report, c reports.Chart) chart.Figure {
	zero, whole := 0.0, 1.0
	l := chart.Lines{
		Title: c.Title, Unit: Unit(c.Unit), Zone: zone(r), From: r.From, To: r.AsOf, Marks: mark(c, texts.Text("export.exhausted")), Min: &zero,
		Max:   &whole,
		Empty: texts.Text("export.no_budget"),
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

// dots returns dots of incidents by time and duration. Dots above the mark are bad. An
// open incident is recognized by the name of its series, since a point has no such field.
func dots(r reports.Report, c reports.Chart) chart.Figure {
	d := chart.Dots{Title: c.Title, Unit: Unit(c.Unit), Zone: zone(r), From: r.From, To: r.To}
	if c.Mark != nil {
		d.Marks = mark(c, humanize.Seconds(*c.Mark))
	}
	for _, s := range c.Series {
		for _, p := range s.Points {
			// Nothing can be drawn without a duration.
			if p.Value == nil {
				continue // unknown; the table has it
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

// stacked returns shares if the layers are verdicts about the same wholes, and columns
// otherwise. A whole with an unknown part is still a whole: the unknown part is one of
// the layers.
func stacked(c reports.Chart) chart.Figure {
	if c.Unit != reports.Count || !judged(c.Series) {
		f := chart.Columns{Title: c.Title, Unit: Unit(c.Unit), Marks: c.Marks, MarksName: c.MarksName}
		for i, s := range c.Series {
			layer := chart.Stack{Name: s.Name, Role: role(s.Tone)}
			for _, p := range s.Points {
				if i == 0 {
					// Columns are named by the points of the first series; other series
					// have the same labels.
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
			// A series with more points than the first has no row for them.
			if k < len(f.Rows) && p.Value != nil {
				f.Rows[k].Parts[i] = int(math.Round(*p.Value))
			}
		}
	}
	return f
}

// clock returns counts by weekday and hour from one series per weekday and one point per
// hour. Further series and points are ignored. The order is that of reports: Monday
// first, hours from 0.
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

// judged reports whether every layer is a verdict: good, bad or unknown. Layers without a
// tone are categories and not parts of a verdict. No layers are no verdicts.
func judged(layers []reports.Series) bool {
	for _, s := range layers {
		if s.Tone == reports.Plain {
			return false
		}
	}
	return len(layers) > 0
}

// bars returns one bar per point. Bars above the mark are bad. An unknown value is a bar
// without a length.
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
