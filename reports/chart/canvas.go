package chart

import (
	"math"

	gochart "github.com/wcharczuk/go-chart/v2"
	"github.com/wcharczuk/go-chart/v2/drawing"

	"github.com/postern/postern/portal/base/messages"
)

// canvas is the area on which figures draw: in logical pixels from its top left corner,
// below the heading, and with roles instead of colors.
type canvas struct {
	r             gochart.Renderer
	face          face
	theme         Theme
	texts         *messages.Printer
	width, height float64
	left, top     float64 // space around the figure
}

// Sizes of text, in logical pixels.
const (
	labelSize = 12
	smallSize = 11
)

// units returns a logical length in the whole units of a renderer. The bound keeps a
// conversion to int defined: that of NaN or a huge float64 depends on the processor.
func (c *canvas) units(v float64) int {
	const bound = 1 << 20 // far outside of every picture
	return int(math.Round(min(max(v*scale, -bound), bound)))
}

// x and y return a position in units.
func (c *canvas) x(v float64) int { return c.units(v + c.left) }
func (c *canvas) y(v float64) int { return c.units(v + c.top) }

// color returns the color of a role in the theme of the canvas.
func (c *canvas) color(r Role) drawing.Color { return r.color(c.theme) }

// background paints the whole picture in the color of paper.
func (c *canvas) background() {
	c.rect(box{-c.left, -c.top, c.outerWidth(), c.outerHeight()}, Paper, 1)
}

// outerWidth and outerHeight return the size of the picture with its margins.
func (c *canvas) outerWidth() float64 { return c.width + 2*c.left }

func (c *canvas) outerHeight() float64 { return c.height + c.top + c.left }

// figure draws the figure, and its heading if the canvas has space for one.
func (c *canvas) figure(f Figure, heading bool) error {
	if heading {
		c.text(0, -headingSpace/2+headingSize/2, f.Heading(), textStyle{role: Ink, size: headingSize, width: c.width})
	}
	return f.draw(c)
}

// box is a rectangle from its top left corner, in logical pixels.
type box struct{ x, y, w, h float64 }

// rect fills a rectangle; opacity is 0 to 1. Nothing is drawn without a positive size.
// The opacity replaces the alpha of the color.
func (c *canvas) rect(b box, role Role, opacity float64) {
	if b.w <= 0 || b.h <= 0 {
		return
	}
	c.r.ResetStyle()
	color := c.color(role)
	color.A = uint8(opacity * 255)
	c.r.SetFillColor(color)
	c.r.MoveTo(c.x(b.x), c.y(b.y))
	c.r.LineTo(c.x(b.x+b.w), c.y(b.y))
	c.r.LineTo(c.x(b.x+b.w), c.y(b.y+b.h))
	c.r.LineTo(c.x(b.x), c.y(b.y+b.h))
	c.r.Close()
	c.r.Fill()
}

// segment is a straight line between two points, in logical pixels.
type segment struct{ x1, y1, x2, y2 float64 }

// pen is the style of a line; width and dash are in logical pixels.
type pen struct {
	width float64
	role  Role
	dash  []float64 // alternating lengths of strokes and gaps; nil: unbroken
}

// line strokes a straight line.
func (c *canvas) line(s segment, p pen) {
	c.stroke(p)
	c.r.MoveTo(c.x(s.x1), c.y(s.y1))
	c.r.LineTo(c.x(s.x2), c.y(s.y2))
	c.r.Stroke()
}

// stroke sets the style of the next line.
func (c *canvas) stroke(p pen) {
	c.r.ResetStyle()
	c.r.SetStrokeColor(c.color(p.role))
	c.r.SetStrokeWidth(p.width * scale)
	c.r.SetStrokeDashArray(scaled(p.dash))
}

// scaled returns dashes in units.
func scaled(dash []float64) []float64 {
	if dash == nil {
		return nil
	}
	out := make([]float64, len(dash))
	for i, d := range dash {
		out[i] = d * scale
	}
	return out
}

// polygon fills a closed shape. xy are pairs of coordinates. A trailing coordinate
// without its pair is ignored.
func (c *canvas) polygon(role Role, xy ...float64) {
	c.r.ResetStyle()
	c.r.SetFillColor(c.color(role))
	for i := 0; i+1 < len(xy); i += 2 {
		if i == 0 {
			c.r.MoveTo(c.x(xy[0]), c.y(xy[1]))
		} else {
			c.r.LineTo(c.x(xy[i]), c.y(xy[i+1]))
		}
	}
	c.r.Close()
	c.r.Fill()
}

// circle draws a dot, or a ring if it is hollow. A ring is filled with paper, so that
// lines behind it do not show through.
func (c *canvas) circle(x, y, radius float64, role Role, hollow bool) {
	steps := 24 // a polygon is rounder than the circles of go-chart's raster
	c.r.ResetStyle()
	c.r.SetFillColor(c.color(role))
	if hollow {
		c.r.SetFillColor(c.color(Paper))
		c.r.SetStrokeColor(c.color(role))
		c.r.SetStrokeWidth(1.5 * scale)
	}
	for i := range steps {
		a := 2 * math.Pi * float64(i) / float64(steps)
		px, py := c.x(x+radius*math.Cos(a)), c.y(y+radius*math.Sin(a))
		if i == 0 {
			c.r.MoveTo(px, py)
		} else {
			c.r.LineTo(px, py)
		}
	}
	c.r.Close()
	if hollow {
		c.r.FillStroke()
	} else {
		c.r.Fill()
	}
}

// anchor is the part of a text that is at its position.
type anchor uint8

const (
	start anchor = iota
	middle
	end
)

// String returns the value of the attribute text-anchor.
func (a anchor) String() string { return [...]string{"start", "middle", "end"}[a] }

// textStyle is the style of a text.
type textStyle struct {
	role  Role
	size  float64 // 0: labelSize
	at    anchor
	width float64 // cut to this width; 0: not cut
}

// text writes a line of text with its baseline at y, moved to stay within the canvas.
// Text is cleaned here, whatever its source, because all text passes here. In an SVG, the
// browser aligns it by its own width.
func (c *canvas) text(x, y float64, s string, style textStyle) {
	if style.size == 0 {
		style.size = labelSize
	}
	s = clean(s)
	if style.width > 0 {
		s = c.fit(s, style.size, style.width)
	}
	if s == "" {
		return
	}
	w := c.textWidth(s, style.size)
	share := map[anchor]float64{start: 0, middle: 0.5, end: 1}[style.at]
	x = max(min(x, c.width-w*(1-share)), w*share)
	c.r.ResetStyle()
	c.r.SetFont(c.face.font)
	c.r.SetFontColor(c.color(style.role))
	c.r.SetFontSize(style.size * scale)
	if svg, is := c.r.(*svgRenderer); is {
		svg.anchored(s, c.x(x), c.y(y), style.at)
		return
	}
	// The raster rounds every advance to a whole pixel, so only it knows the width.
	c.r.Text(s, c.x(x)-int(share*float64(c.r.MeasureText(s).Width())), c.y(y))
}

// widest is the ratio of the widths of readers' own faces and of the embedded one, at
// most.
const widest = 1.18

// textWidth returns the width that a text may need at a size.
func (c *canvas) textWidth(s string, size float64) float64 {
	return widest * c.face.width(clean(s), size)
}

// fit returns a text cut to a width. The width is divided by widest, so that the text
// fits in any face of a reader.
func (c *canvas) fit(s string, size, width float64) string {
	return c.face.fit(clean(s), size, width/widest)
}

// label writes a text on a box of paper, so that lines behind it do not cross it. style
// must have a width and a size. The box is not quite opaque, so that the lines behind it
// can be followed.
func (c *canvas) label(x, y float64, s string, style textStyle) {
	w := min(c.textWidth(s, style.size), style.width)
	left := x
	if style.at == end {
		left = x - w
	}
	c.rect(box{left - 2, y - style.size + 1, w + 4, style.size + 3}, Paper, 0.8)
	c.text(x, y, s, style)
}

// empty draws a figure without values, and why it has none.
func (c *canvas) empty(why string) {
	c.hatch(box{0, 0, c.width, c.height})
	w := c.textWidth(why, labelSize) + 24
	c.rect(box{(c.width - w) / 2, c.height/2 - 14, w, 28}, Paper, 1)
	c.text(c.width/2, c.height/2+4, why, textStyle{role: None, at: middle, width: c.width})
}
