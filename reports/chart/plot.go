package chart

import (
	"time"

	"github.com/postern/postern/portal/base/humanize"
)

// plot is the area of a figure between its axes. All four edges are in logical pixels of
// the canvas.
type plot struct {
	c                        *canvas
	left, top, right, bottom float64
	x, y                     axis
}

// Margins of a plot, in logical pixels.
const (
	gapLabel  = 8  // between an axis and its labels
	lineSpace = 18 // of one line of labels
)

// newPlot returns a plot with space for the labels of the y axis and one line of labels
// of the x axis. above is the height of the legend. The labels of the y axis take at most
// half of the width. The x axis is set by the caller, which needs the width of the plot
// for it.
func newPlot(c *canvas, y axis, above float64) *plot {
	widest := 0.0
	for _, t := range y.ticks {
		widest = max(widest, c.textWidth(t.label, labelSize))
	}
	return &plot{
		c: c, y: y, left: min(widest+gapLabel+4, c.width/2), right: c.width - 4,
		top: above + labelSize/2 + 2, bottom: c.height - lineSpace - 4,
	}
}

// px and py return the position of a value in logical pixels.
func (p *plot) px(v float64) float64 { return p.left + p.x.position(v)*(p.right-p.left) }
func (p *plot) py(v float64) float64 { return p.bottom - p.y.position(v)*(p.bottom-p.top) }

// grid draws the rules and labels of both axes. Labels that would overlap are left out.
// free is where the next label of the x axis may begin.
func (p *plot) grid() {
	for _, t := range p.y.ticks {
		y := p.py(t.value)
		p.c.line(segment{p.left, y, p.right, y}, pen{width: 1, role: Rule})
		p.c.text(p.left-gapLabel, y+labelSize*0.36, t.label, textStyle{role: Muted, at: end})
	}
	p.c.line(segment{p.left, p.bottom, p.right, p.bottom}, pen{width: 1, role: Muted})
	free := 0.0
	for _, t := range p.x.ticks {
		x, w := p.px(t.value), p.c.textWidth(t.label, labelSize)
		p.c.line(segment{x, p.bottom, x, p.bottom + 4}, pen{width: 1, role: Muted})
		if left := min(max(x-w/2, 0), p.c.width-w); left >= free {
			p.c.text(x, p.bottom+lineSpace, t.label, textStyle{role: Muted, at: middle})
			free = left + w + gapLabel
		}
	}
}

// Band is a span of time that explains a chart, such as an incident.
type Band struct {
	From, To time.Time
	Label    string
}

// bands shades spans of time. It returns functions that draw their labels, as far as they
// fit and cover no label of a mark. Labels are drawn last, so that no line crosses them.
// Bands outside of the plot are left out, others clipped to it.
func (p *plot) bands(bands []Band, marks []Mark) (labels []func()) {
	free := p.left
	for _, b := range bands {
		from, to := max(p.px(seconds(b.From)), p.left), min(p.px(seconds(b.To)), p.right)
		if to < p.left || from > p.right {
			continue
		}
		const thinnest = 2 // logical pixels: a short incident is visible too
		to = max(to, from+thinnest)
		p.c.rect(box{from, p.top, to - from, p.bottom - p.top}, Bad, 0.18)
		p.c.line(segment{from, p.top, from, p.bottom}, pen{1, Bad, []float64{2, 2}})
		w := p.c.textWidth(b.Label, smallSize)
		x := from + 3
		if x+w > p.right { // no room behind it: before it
			x = from - 3 - w
		}
		if x >= free && w > 0 && x+w <= p.right && !p.marked(marks, box{x, p.top, w, smallSize}) {
			labels = append(labels, func() {
				p.c.label(x, p.top+smallSize, b.Label, textStyle{role: Bad, size: smallSize, width: w})
			})
			free = x + w + gapLabel
		}
	}
	return labels
}

// Mark is a value to compare a chart with, such as a target or a limit.
type Mark struct {
	Value float64
	Label string
}

// marks draws horizontal lines. It returns functions that draw their labels at the right
// end. A mark outside of the plot is not drawn. If labels of two marks would overlap, the
// first is kept.
func (p *plot) marks(marks []Mark) (labels []func()) {
	for n, m := range marks {
		y := p.py(m.Value)
		if !humanize.Finite(y) || y < p.top-1 || y > p.bottom+1 {
			continue
		}
		p.c.line(segment{p.left, y, p.right, y}, pen{1.5, Warn, []float64{6, 4}})
		if p.marked(marks[:n], p.markBox(m)) {
			continue // the label of another one is there
		}
		labels = append(labels, func() {
			style := textStyle{role: Warn, size: smallSize, at: end, width: (p.right - p.left) / 2}
			p.c.label(p.right-2, p.markBase(m), m.Label, style)
		})
	}
	return labels
}

// markBase returns the baseline of the label of a mark: above its line, or below it at
// the top of the figure.
func (p *plot) markBase(m Mark) float64 {
	y := p.py(m.Value)
	if y-5-smallSize < 0 {
		return y + smallSize + 3
	}
	return y - 5
}

// markBox returns the area of the label of a mark.
func (p *plot) markBox(m Mark) box {
	w := min(p.c.textWidth(m.Label, smallSize), (p.right-p.left)/2)
	return box{p.right - 2 - w, p.markBase(m) - smallSize, w, smallSize + 3}
}

// marked reports whether the label of one of the marks overlaps an area.
func (p *plot) marked(marks []Mark, b box) bool {
	for _, m := range marks {
		k := p.markBox(m)
		if k.x < b.x+b.w && b.x < k.x+k.w && k.y < b.y+b.h && b.y < k.y+k.h {
			return true
		}
	}
	return false
}
