package chart

import (
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
)

// Dot is an event with a time and a value, such as an incident and its duration.
type Dot struct {
	At    time.Time
	Value float64
	Label string
	Open  bool // not ended: the value is a lower bound
	Role  Role // zero: Accent
}

// Dots shows events over time on a logarithmic axis, so that an incident of five minutes
// and one of three days can both be read.
type Dots struct {
	Title    string
	Unit     Unit
	From, To time.Time
	Zone     *time.Location // nil: UTC
	Dots     []Dot
	Marks    []Mark
	Empty    string // text of a figure without dots; "" for a default
}

// Heading implements Figure.
func (d Dots) Heading() string { return d.Title }

func (d Dots) size() (float64, float64) { return figureWidth, 260 }

// zone returns the zone of the ticks.
func (d Dots) zone() *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone
}

// Table implements Figure.
func (d Dots) Table(texts *messages.Printer) Table {
	t := Table{Head: []string{texts.Text("chart.time"), texts.Text("chart.what"), texts.Text("chart.value")}}
	for _, dot := range d.Dots {
		value := d.Unit.Exact(texts, dot.Value)
		if dot.Open {
			value = texts.Text("chart.at_least_so_far", "Value", value)
		}
		t.Rows = append(t.Rows, []string{dot.At.In(d.zone()).Format("2006-01-02 15:04 -07:00"), clean(dot.Label), value})
	}
	return t
}

// draw draws the grid, the marks, every dot, and the name of the longest one. Labels of
// marks are drawn last, over the dots. Only one dot is named, because names of more would
// overlap.
func (d Dots) draw(c *canvas) error {
	var values []float64
	for _, dot := range d.Dots {
		if dot.Value > 0 {
			values = append(values, dot.Value)
		}
	}
	if len(values) == 0 {
		c.empty(orText(d.Empty, c.texts.Text("chart.nothing_happened")))
		return nil
	}
	for _, m := range d.Marks {
		values = append(values, m.Value)
	}
	low, high, _ := span(values...)
	p := newPlot(c, logAxis(low, high, d.Unit), 0)
	p.x = timeAxis(d.From, d.To, d.zone(), p.right-p.left)
	p.grid()
	labels := p.marks(d.Marks)
	longest := 0
	for i, dot := range d.Dots {
		if dot.Value > d.Dots[longest].Value {
			longest = i
		}
	}
	for _, dot := range d.Dots {
		d.dot(p, dot)
	}
	d.name(p, d.Dots[longest])
	for _, draw := range labels {
		draw()
	}
	return nil
}

// dotRadius is the radius of a dot in logical pixels.
const dotRadius = 4.5

// place returns the position of a dot, at the edge of the plot where its value is beyond
// the axis; ok is false for a dot outside of the span or without a value. The tolerance
// of a pixel admits dots at the ends of the span in spite of rounding.
func (d Dots) place(p *plot, dot Dot) (x, y float64, ok bool) {
	x = p.px(seconds(dot.At))
	if dot.Value <= 0 || !humanize.Finite(dot.Value) || x < p.left-1 || x > p.right+1 {
		return 0, 0, false
	}
	return x, p.py(max(min(dot.Value, p.y.max), p.y.min)), true
}

// dot draws one dot; an open one is hollow and has an arrow.
func (d Dots) dot(p *plot, dot Dot) {
	x, y, ok := d.place(p, dot)
	if !ok {
		return
	}
	p.c.circle(x, y, dotRadius, orRole(dot.Role), dot.Open)
	if dot.Open {
		p.c.line(segment{x, y - dotRadius, x, y - dotRadius - 8}, pen{width: 1.5, role: orRole(dot.Role)})
		p.c.polygon(orRole(dot.Role), x-4, y-dotRadius-7, x+4, y-dotRadius-7, x, y-dotRadius-13)
	}
}

// name writes the label of a dot on the side where it covers no other dot and no label of
// a mark, if there is one. The table has all labels. The right side is preferred. The
// label is left out if neither side is free.
func (d Dots) name(p *plot, dot Dot) {
	x, y, ok := d.place(p, dot)
	if !ok || dot.Label == "" {
		return
	}
	const longest = 220
	label := p.c.fit(dot.Label, smallSize, longest)
	w := p.c.textWidth(label, smallSize)
	for _, left := range []float64{x + dotRadius + 4, x - dotRadius - 4 - w} {
		if left >= p.left && left+w <= p.right && d.free(p, left, y, w) {
			p.c.text(left, y+4, label, textStyle{role: Ink, size: smallSize})
			return
		}
	}
}

// free reports whether a line of text covers no dot and no label of a mark. The cost
// grows with the number of dots; it is computed for one label only.
func (d Dots) free(p *plot, left, y, w float64) bool {
	const above, below = dotRadius + smallSize/2 + 13, dotRadius + smallSize/2 // an open dot has an arrow on top
	for _, other := range d.Dots {
		x, oy, ok := d.place(p, other)
		if ok && x > left-dotRadius-2 && x < left+w+dotRadius+2 && y > oy-above && y < oy+below {
			return false
		}
	}
	return !p.marked(d.Marks, box{left, y - smallSize, w, 2 * smallSize})
}
