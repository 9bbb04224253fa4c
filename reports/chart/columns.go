package chart

import (
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
)

// Stack is one layer of the columns of a figure.
type Stack struct {
	Name   string
	Values []float64 // one per column
	Role   Role      // zero: the next of the series' roles
}

// Columns shows stacked counts by period, such as deployments by day, or slow statements
// by team and week. Marks above the columns count related events.
type Columns struct {
	Title  string
	Unit   Unit
	Names  []string // of the columns, in order
	Stacks []Stack
	// Marks are counts shown above each column, such as incidents; 0 is not shown, and
	// nil means that there are none.
	Marks     []int
	MarksName string
	Height    float64 // logical pixels; 0: 220
	Empty     string  // text of a figure without columns; "" for a default
}

// Heading implements Figure.
func (f Columns) Heading() string { return f.Title }

func (f Columns) size() (float64, float64) { return figureWidth, orDefault(f.Height, 220) }

// Table implements Figure.
func (f Columns) Table(texts *messages.Printer) Table {
	t := Table{Head: []string{texts.Text("chart.period")}}
	for _, s := range f.Stacks {
		t.Head = append(t.Head, clean(s.Name))
	}
	if f.Marks != nil {
		t.Head = append(t.Head, clean(f.MarksName))
	}
	for i, name := range f.Names {
		row := []string{clean(name)}
		for _, s := range f.Stacks {
			row = append(row, f.Unit.Exact(texts, at(s.Values, i)))
		}
		if f.Marks != nil {
			row = append(row, Count.Exact(texts, float64(at(f.Marks, i))))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// at returns the i-th value, zero where the list is too short. Layers and marks come from
// reports that are stored, and may be shorter than the names.
func at[T any](list []T, i int) (v T) {
	if i < len(list) {
		return list[i]
	}
	return v
}

// role returns the role of the i-th layer.
func (f Columns) role(i int) Role {
	if r := f.Stacks[i].Role; r != Paper {
		return r
	}
	return Series(i)
}

// tops returns the sums of the columns and the highest one. Values that are negative or
// not finite count as 0. They must agree with what column draws, or columns would exceed
// the axis.
func (f Columns) tops() (tops []float64, highest float64) {
	tops = make([]float64, len(f.Names))
	for i := range f.Names {
		for _, s := range f.Stacks {
			tops[i] += drawable(at(s.Values, i))
		}
		highest = max(highest, tops[i])
	}
	return tops, highest
}

// drawable returns a value, or 0 where it has no height.
func drawable(v float64) float64 {
	if !humanize.Finite(v) {
		return 0
	}
	return max(v, 0)
}

// legend returns an entry per layer, and one for the marks.
func (f Columns) legend() []legendEntry {
	entries := make([]legendEntry, 0, len(f.Stacks)+1)
	for i, s := range f.Stacks {
		entries = append(entries, legendEntry{name: s.Name, role: f.role(i), texture: i})
	}
	if f.Marks != nil {
		entries = append(entries, legendEntry{name: "▼ " + f.MarksName})
	}
	return entries
}

// draw draws the grid, the legend and the columns. If all counts are 0, the axis is from
// 0 to 1.
func (f Columns) draw(c *canvas) error {
	tops, highest := f.tops()
	if len(f.Names) == 0 || len(f.Stacks) == 0 {
		c.empty(orText(f.Empty, c.texts.Text("chart.no_data")))
		return nil
	}
	const ticks, markSpace = 5, 14
	legend := f.legend()
	above := legendHeight(c, legend)
	if f.Marks != nil {
		above += markSpace
	}
	p := newPlot(c, linearAxis(0, max(highest, 1e-9), ticks, f.Unit), above)
	if highest == 0 {
		p.y = linearAxis(0, 1, 2, f.Unit)
	}
	p.x = axis{min: 0, max: float64(len(f.Names))}
	drawLegend(c, legend)
	step := f.labels(p)
	p.grid()
	for i := range f.Names {
		f.column(p, i, tops[i], step)
	}
	return nil
}

// labels adds the names of the columns to the axis, all or every n-th as they fit. It
// returns the width of a column with its gap. If names are longer than a column, only
// every each-th is shown; a name is never cut below what is readable.
func (f Columns) labels(p *plot) (width float64) {
	widest := 1.0
	for _, n := range f.Names {
		widest = max(widest, p.c.textWidth(n, labelSize))
	}
	width = (p.right - p.left) / float64(len(f.Names))
	const readable = 72 // logical pixels: a name cut to this width is still readable
	each := 1 + int((widest+gapLabel)/width)
	if widest+gapLabel <= width || width >= readable {
		each = 1
	}
	for i := 0; i < len(f.Names); i += each {
		name := p.c.fit(f.Names[i], labelSize, max(width*float64(each)-gapLabel, readable))
		p.x.ticks = append(p.x.ticks, tick{float64(i) + 0.5, name})
	}
	return width
}

// column draws the layers of one column and its marks. Columns are at most widest wide. A
// line of paper separates layers of similar shade.
func (f Columns) column(p *plot, i int, top, width float64) {
	const fill, widest = 0.7, 48
	w := min(width*fill, widest)
	x, base := p.px(float64(i)+0.5)-w/2, 0.0
	for k, s := range f.Stacks {
		v := drawable(at(s.Values, i))
		y1, y2 := p.py(base), p.py(base+v)
		p.c.rect(box{x, y2, w, y1 - y2}, f.role(k), 1)
		p.c.texture(box{x, y2, w, y1 - y2}, k)
		if k > 0 && v > 0 {
			p.c.line(segment{x, y1, x + w, y1}, pen{width: 1, role: Paper})
		}
		base += v
	}
	if n := at(f.Marks, i); n > 0 {
		mx, my := x+w/2, p.py(top)-4
		p.c.polygon(Bad, mx-5, my-8, mx+5, my-8, mx, my)
		// Between narrow columns the number would cover the next one.
		if label := Count.Exact(p.c.texts, float64(n)); n > 1 && 7+p.c.textWidth(label, smallSize) <= width-w/2 {
			p.c.text(mx+7, my, label, textStyle{role: Bad, size: smallSize})
		}
	}
}
