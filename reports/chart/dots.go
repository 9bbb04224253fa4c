package chart

import "time"

// Dot is one thing with a time and a size: an incident and how long it lasted.
type Dot struct {
	At    time.Time
	Value float64
	Label string
	Open  bool // not over: the value is what is known so far
	Role  Role // zero: Accent
}

// Dots shows single things over time on a log axis, so that an incident of five
// minutes and one of three days can both be read.
type Dots struct {
	Title    string
	Unit     Unit
	From, To time.Time
	Zone     *time.Location // nil: UTC
	Dots     []Dot
	Marks    []Mark
	Empty    string
}

// Heading implements Figure.
func (d Dots) Heading() string { return d.Title }

func (d Dots) size() (float64, float64) { return figureWidth, 260 }

func (d Dots) zone() *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone
}

// Table implements Figure.
func (d Dots) Table() Table {
	t := Table{Head: []string{"Time", "What", "Value"}}
	for _, dot := range d.Dots {
		value := d.Unit.Exact(dot.Value)
		if dot.Open {
			value = "at least " + value + " so far"
		}
		t.Rows = append(t.Rows, []string{dot.At.In(d.zone()).Format("2006-01-02 15:04 -07:00"), clean(dot.Label), value})
	}
	return t
}

func (d Dots) draw(c *canvas) error {
	var values []float64
	for _, dot := range d.Dots {
		if dot.Value > 0 {
			values = append(values, dot.Value)
		}
	}
	if len(values) == 0 {
		c.sayNothing(orText(d.Empty, "Nothing happened in this time"))
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
	for i, dot := range d.Dots {
		d.dot(p, dot, i == longest)
	}
	for _, draw := range labels {
		draw()
	}
	return nil
}

// dot draws one; the longest is named, the others are in the table.
func (d Dots) dot(p *plot, dot Dot, named bool) {
	x := p.px(seconds(dot.At))
	if dot.Value <= 0 || !finite(dot.Value) || x < p.left-1 || x > p.right+1 {
		return
	}
	const radius = 4.5
	y := p.py(dot.Value)
	p.c.circle(x, y, radius, orRole(dot.Role), dot.Open)
	if dot.Open {
		p.c.line(segment{x, y - radius, x, y - radius - 8}, pen{width: 1.5, role: orRole(dot.Role)})
		p.c.polygon(orRole(dot.Role), x-4, y-radius-7, x+4, y-radius-7, x, y-radius-13)
	}
	if named && dot.Label != "" {
		const room = 220
		if x > (p.left+p.right)/2 {
			p.c.text(x-radius-4, y+4, dot.Label, textStyle{role: Ink, size: smallSize, at: end, width: room})
		} else {
			p.c.text(x+radius+4, y+4, dot.Label, textStyle{role: Ink, size: smallSize, width: room})
		}
	}
}
