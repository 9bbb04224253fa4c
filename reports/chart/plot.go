package chart

import "time"

// plot is the area of a figure between its axes.
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

// newPlot leaves room for the labels of the y axis and one line of x labels.
// above is the room for a legend.
func newPlot(c *canvas, y axis, above float64) *plot {
	widest := 0.0
	for _, t := range y.ticks {
		widest = max(widest, c.textWidth(t.label, labelSize))
	}
	return &plot{
		c: c, y: y, left: min(widest+gapLabel, c.width/2), right: c.width - 4, top: above + labelSize/2 + 2, bottom: c.height - lineSpace - 4,
	}
}

func (p *plot) px(v float64) float64 { return p.left + p.x.position(v)*(p.right-p.left) }
func (p *plot) py(v float64) float64 { return p.bottom - p.y.position(v)*(p.bottom-p.top) }

// grid draws the rules and labels of both axes.
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

// Band is a span of time that explains what a chart shows: an incident.
type Band struct {
	From, To time.Time
	Label    string
}

// bands shades spans of time. It returns what names them, as far as there is
// room; labels are drawn last, so that no line crosses them.
func (p *plot) bands(bands []Band) (labels []func()) {
	free := p.left
	for _, b := range bands {
		from, to := max(p.px(seconds(b.From)), p.left), min(p.px(seconds(b.To)), p.right)
		if to < p.left || from > p.right {
			continue
		}
		const thinnest = 2 // logical pixels: a short incident is seen too
		to = max(to, from+thinnest)
		p.c.rect(box{from, p.top, to - from, p.bottom - p.top}, Bad, 0.18)
		p.c.line(segment{from, p.top, from, p.bottom}, pen{1, Bad, []float64{2, 2}})
		w := p.c.textWidth(b.Label, smallSize)
		if x := from + 3; x >= free && x+w <= p.right {
			labels = append(labels, func() {
				p.c.label(x, p.top+smallSize, b.Label, textStyle{role: Bad, size: smallSize, width: w})
			})
			free = x + w + gapLabel
		}
	}
	return labels
}

// Mark is a value to hold the chart against: an objective, a limit.
type Mark struct {
	Value float64
	Label string
}

// marks draws horizontal lines. It returns what names them at the right end.
func (p *plot) marks(marks []Mark) (labels []func()) {
	for _, m := range marks {
		y := p.py(m.Value)
		if !finite(y) || y < p.top-1 || y > p.bottom+1 {
			continue
		}
		p.c.line(segment{p.left, y, p.right, y}, pen{1.5, Warn, []float64{6, 4}})
		labels = append(labels, func() {
			p.c.label(p.right-2, y-5, m.Label, textStyle{role: Warn, size: smallSize, at: end, width: (p.right - p.left) / 2})
		})
	}
	return labels
}
