package chart

import (
	"bytes"
	"fmt"
	"math"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	gochart "github.com/wcharczuk/go-chart/v2"
	"github.com/wcharczuk/go-chart/v2/drawing"
)

// Point is one value at one time. NaN and infinite values are gaps.
type Point struct {
	At    time.Time
	Value float64
}

// Line is one series of a Lines figure, in the order of time.
type Line struct {
	Name   string
	Points []Point
	Role   Role // zero: the next role of a series
}

// Lines shows values over time, such as an SLI with its target, a remaining budget, or
// burn rates.
type Lines struct {
	Title    string
	Unit     Unit
	From, To time.Time      // of the x axis
	Zone     *time.Location // of the ticks; nil: UTC
	Lines    []Line
	Marks    []Mark
	Bands    []Band
	// Min and Max widen the y axis; they do not cut it.
	Min, Max *float64
	MaxGap   time.Duration // points further apart are not joined; 0: all are joined
	Step     bool          // a value holds until the next one
	Log      bool          // y on a log axis; values of 0 and below are gaps
	Height   float64       // logical pixels; 0: 240
	Empty    string        // text of a figure without values; "" for a default
}

// Heading implements Figure.
func (l Lines) Heading() string { return l.Title }

func (l Lines) size() (float64, float64) { return figureWidth, orDefault(l.Height, 240) }

// figureWidth is the width of figures in logical pixels.
const figureWidth = 760

// orDefault returns v, or otherwise where v is not positive.
func orDefault(v, otherwise float64) float64 {
	if v <= 0 {
		return otherwise
	}
	return v
}

// zone returns the zone of the ticks.
func (l Lines) zone() *time.Location {
	if l.Zone == nil {
		return time.UTC
	}
	return l.Zone
}

// Table implements Figure: a row per time and a column per line. Rows are in the order in
// which times first occur, which is the order of time for a single line. A cell is "" if
// a line has no point at that time.
func (l Lines) Table(texts *messages.Printer) Table {
	t := Table{Head: []string{texts.Text("chart.time")}}
	rows := map[time.Time]int{}
	for i, line := range l.Lines {
		t.Head = append(t.Head, clean(line.Name))
		for _, p := range line.Points {
			row, known := rows[p.At]
			if !known {
				row = len(t.Rows)
				rows[p.At] = row
				t.Rows = append(t.Rows, make([]string, len(l.Lines)+1))
				t.Rows[row][0] = p.At.In(l.zone()).Format("2006-01-02 15:04 -07:00")
			}
			t.Rows[row][i+1] = l.Unit.Exact(texts, p.Value)
		}
	}
	return t
}

// draw draws the grid, bands and marks, the lines over them, and the labels last.
func (l Lines) draw(c *canvas) error {
	y, ok := l.axis()
	if !ok {
		c.empty(orText(l.Empty, c.texts.Text("chart.no_data")))
		return nil
	}
	legend := l.legend()
	p := newPlot(c, y, legendHeight(c, legend))
	p.x = timeAxis(l.From, l.To, l.zone(), p.right-p.left)
	drawLegend(c, legend)
	p.grid()
	labels := append(p.bands(l.Bands, l.Marks), p.marks(l.Marks)...)
	if err := l.strokes(p); err != nil {
		return err
	}
	for _, draw := range labels {
		draw()
	}
	return nil
}

// role returns the role of the i-th line.
func (l Lines) role(i int) Role {
	if r := l.Lines[i].Role; r != Paper {
		return r
	}
	return Series(i)
}

// legend returns an entry per line.
func (l Lines) legend() []legendEntry {
	entries := make([]legendEntry, len(l.Lines))
	for i, line := range l.Lines {
		entries[i] = legendEntry{name: line.Name, role: l.role(i), line: true}
	}
	return entries
}

// axis returns the y axis, which covers all values of the span, the marks, Min and Max;
// ok is false when there are no values. Points outside of the span do not stretch the
// axis. Marks, Min and Max count only if there are values.
func (l Lines) axis() (axis, bool) {
	var all []float64
	for _, line := range l.Lines {
		for _, p := range line.Points {
			if (!l.Log || p.Value > 0) && !p.At.Before(l.From) && !p.At.After(l.To) {
				all = append(all, p.Value)
			}
		}
	}
	if _, _, ok := span(all...); !ok {
		return axis{}, false
	}
	for _, m := range l.Marks {
		all = append(all, m.Value)
	}
	for _, bound := range []*float64{l.Min, l.Max} {
		if bound != nil {
			all = append(all, *bound)
		}
	}
	low, high, _ := span(all...)
	if l.Log {
		return logAxis(low, high, l.Unit), true
	}
	const ticks = 5
	return linearAxis(low, high, ticks, l.Unit), true
}

// runs returns the pieces of a line between gaps, reduced to the points that can be seen,
// with y as the position on the axis. The reduction comes before the steps, as it counts
// points. Points outside of the span are left out, and so is the line to them.
func (l Lines) runs(p *plot, line Line) [][]xy {
	points := make([]xy, 0, len(line.Points))
	for _, pt := range line.Points {
		x, y := seconds(pt.At), pt.Value
		if x < p.x.min || x > p.x.max {
			continue
		}
		if humanize.Finite(y) {
			if l.Log && y <= 0 {
				y = math.NaN()
			} else {
				y = p.y.position(y)
			}
		}
		// NaN marks a gap for split.
		points = append(points, xy{x, y})
	}
	runs := split(points, l.MaxGap.Seconds())
	for i, run := range runs {
		run = reduce(run, p.x.min, p.x.max, int(p.right-p.left))
		if l.Step {
			run = stepped(run)
		}
		runs[i] = run
	}
	return runs
}

// strokes draws the lines with go-chart. Its own axes are hidden and both ranges are
// set, because the ranges that it derives from flat, empty and single values are wrong.
// A run of one point, which go-chart refuses, is a dot.
func (l Lines) strokes(p *plot) error {
	clear := gochart.Style{FillColor: drawing.ColorTransparent, StrokeColor: drawing.ColorTransparent}
	g := gochart.Chart{
		Width: p.c.units(p.c.outerWidth()), Height: p.c.units(p.c.outerHeight()), DPI: dpi, Font: p.c.face.font,
		Background: clear, Canvas: clear,
		XAxis:          gochart.XAxis{Style: gochart.Hidden(), Range: &gochart.ContinuousRange{Min: p.x.min, Max: p.x.max}},
		YAxis:          gochart.YAxis{Style: gochart.Hidden(), Range: &gochart.ContinuousRange{Min: 0, Max: 1}},
		YAxisSecondary: gochart.YAxis{Style: gochart.Hidden(), Range: &gochart.ContinuousRange{Min: 0, Max: 1}},
	}
	// The padding makes go-chart's canvas coincide with the plot, so that its lines meet
	// what is drawn by other code.
	g.Background.Padding = gochart.Box{
		Left: p.c.x(p.left), Top: p.c.y(p.top), IsSet: true,
		Right: p.c.units(p.c.outerWidth()) - p.c.x(p.right), Bottom: p.c.units(p.c.outerHeight()) - p.c.y(p.bottom),
	}
	for i, line := range l.Lines {
		for _, run := range l.runs(p, line) {
			if len(run) == 1 {
				p.c.circle(p.px(run[0].x), p.bottom-run[0].y*(p.bottom-p.top), 2.5, l.role(i), false)
				continue
			}
			g.Series = append(g.Series, l.series(p, i, run))
		}
	}
	if len(g.Series) == 0 {
		return nil
	}
	var unused bytes.Buffer // go-chart saves what it drew; the drawer saves the renderer itself
	if err := g.Render(func(int, int) (gochart.Renderer, error) { return newKept(p.c.r), nil }, &unused); err != nil {
		return fmt.Errorf("chart: %q: %w", clean(l.Title), err)
	}
	return nil
}

// series returns one run for go-chart.
func (l Lines) series(p *plot, i int, run []xy) gochart.Series {
	s := gochart.ContinuousSeries{
		Style: gochart.Style{
			StrokeColor: p.c.color(l.role(i)), StrokeWidth: 2 * scale, StrokeDashArray: scaled(dashOf(l.role(i))),
		},
		XValues: make([]float64, len(run)), YValues: make([]float64, len(run)),
	}
	for k, v := range run {
		s.XValues[k], s.YValues[k] = v.x, v.y
	}
	return s
}
