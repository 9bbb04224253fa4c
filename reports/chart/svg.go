package chart

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/golang/freetype/truetype"
	gochart "github.com/wcharczuk/go-chart/v2"
	"github.com/wcharczuk/go-chart/v2/drawing"
)

// svgRenderer writes SVG with classes and presentation attributes, which the style sheet
// of a page overrides. It writes nothing that a strict content security policy forbids.
type svgRenderer struct {
	// body has the finished elements, path the commands since the last one.
	body bytes.Buffer
	path bytes.Buffer
	face face

	// The current style: colors, and widths in units. A color with A = 0 is not drawn.
	stroke, fill, ink drawing.Color
	width, size       float64
	dash              []float64
}

var _ gochart.Renderer = (*svgRenderer)(nil)

// The methods of gochart.Renderer, without further comment: they set the style of the
// next element, or add to the path.

func (r *svgRenderer) ResetStyle() {
	r.stroke, r.fill, r.ink, r.width, r.size, r.dash = drawing.Color{}, drawing.Color{}, drawing.Color{}, 0, 0, nil
}
func (r *svgRenderer) GetDPI() float64                { return dpi }
func (r *svgRenderer) SetDPI(float64)                 {}
func (r *svgRenderer) SetClassName(string)            {}
func (r *svgRenderer) SetStrokeColor(c drawing.Color) { r.stroke = c }
func (r *svgRenderer) SetFillColor(c drawing.Color)   { r.fill = c }
func (r *svgRenderer) SetStrokeWidth(w float64)       { r.width = w }
func (r *svgRenderer) SetStrokeDashArray(d []float64) { r.dash = d }
func (r *svgRenderer) SetFont(*truetype.Font)         {}
func (r *svgRenderer) SetFontColor(c drawing.Color)   { r.ink = c }
func (r *svgRenderer) SetFontSize(size float64)       { r.size = size }
func (r *svgRenderer) SetTextRotation(float64)        {}
func (r *svgRenderer) ClearTextRotation()             {}
func (r *svgRenderer) MoveTo(x, y int)                { r.step('M', x, y) }
func (r *svgRenderer) LineTo(x, y int)                { r.step('L', x, y) }
func (r *svgRenderer) Close()                         { r.path.WriteByte('Z') }

// step adds a command with one point to the path.
func (r *svgRenderer) step(command byte, x, y int) {
	b := append(r.path.AvailableBuffer(), command)
	b = strconv.AppendInt(b, int64(x), 10)
	b = append(b, ' ')
	r.path.Write(strconv.AppendInt(b, int64(y), 10))
}

// QuadCurveTo implements gochart.Renderer. It adds a curve with one control point.
func (r *svgRenderer) QuadCurveTo(cx, cy, x, y int) {
	fmt.Fprintf(&r.path, "Q%d %d %d %d", cx, cy, x, y)
}

// ArcTo implements gochart.Renderer. It adds a part of an ellipse; angles are in radians,
// clockwise from east. It begins with a line to the start of the arc, or a move if the
// path is empty.
func (r *svgRenderer) ArcTo(cx, cy int, rx, ry, start, delta float64) {
	x, y := float64(cx)+rx*math.Cos(start), float64(cy)+ry*math.Sin(start)
	ex, ey := float64(cx)+rx*math.Cos(start+delta), float64(cy)+ry*math.Sin(start+delta)
	command := byte('L')
	if r.path.Len() == 0 {
		command = 'M'
	}
	r.step(command, int(x), int(y))
	large, sweep := 0, 0
	if math.Abs(delta) > math.Pi {
		large = 1
	}
	if delta > 0 {
		sweep = 1
	}
	fmt.Fprintf(&r.path, "A%d %d 0 %d %d %d %d", int(rx), int(ry), large, sweep, int(ex), int(ey))
}

// Stroke, Fill and FillStroke implement gochart.Renderer. They write the path.
func (r *svgRenderer) Stroke()     { r.draw(false, true) }
func (r *svgRenderer) Fill()       { r.draw(true, false) }
func (r *svgRenderer) FillStroke() { r.draw(true, true) }

// draw writes the path as an element, unless it would be invisible, and begins a new one.
func (r *svgRenderer) draw(fill, stroke bool) {
	fill, stroke = fill && r.fill.A > 0, stroke && r.stroke.A > 0 && r.width > 0
	if (fill || stroke) && r.path.Len() > 0 {
		fmt.Fprintf(&r.body, `<path d="%s"`, r.path.Bytes())
		r.paint(fill, stroke)
		r.body.WriteString("/>")
	}
	r.path.Reset()
}

// Circle implements gochart.Renderer. It draws at once, as the renderers of go-chart do.
func (r *svgRenderer) Circle(radius float64, x, y int) {
	fill, stroke := r.fill.A > 0, r.stroke.A > 0 && r.width > 0
	if !fill && !stroke {
		return
	}
	fmt.Fprintf(&r.body, `<circle cx="%d" cy="%d" r="%s"`, x, y, short(radius))
	r.paint(fill, stroke)
	r.body.WriteString("/>")
}

// paint writes the classes and attributes of the current style. The class follows the
// theme of the page; the attributes are for viewers without style sheets.
func (r *svgRenderer) paint(fill, stroke bool) {
	class := ""
	if fill {
		class = className("f-", r.fill)
	}
	if stroke {
		if class != "" {
			class += " "
		}
		class += className("k-", r.stroke)
	}
	fmt.Fprintf(&r.body, ` class="%s"`, class)
	switch {
	case !fill:
		r.body.WriteString(` fill="none"`)
	default:
		r.attribute("fill", r.fill)
	}
	if !stroke {
		return
	}
	r.attribute("stroke", r.stroke)
	fmt.Fprintf(&r.body, ` stroke-width="%s"`, short(r.width))
	for i, d := range r.dash {
		lead := ` stroke-dasharray="`
		if i > 0 {
			lead = " "
		}
		r.body.WriteString(lead + short(d))
	}
	if len(r.dash) > 0 {
		r.body.WriteByte('"')
	}
}

// attribute writes a color and its opacity. Opacity is an attribute of its own, since not
// all readers of SVG know #rrggbbaa.
func (r *svgRenderer) attribute(name string, c drawing.Color) {
	fmt.Fprintf(&r.body, ` %s="#%02x%02x%02x"`, name, c.R, c.G, c.B)
	if c.A < 255 {
		fmt.Fprintf(&r.body, ` %s-opacity="%s"`, name, short(float64(c.A)/255))
	}
}

// className returns the class of a color, that of Ink for an unknown one.
func className(prefix string, c drawing.Color) string {
	role, known := roleOf(c)
	if !known {
		role = Ink
	}
	return prefix + roleNames[role]
}

func (r *svgRenderer) Text(body string, x, y int) { r.anchored(body, x, y, start) }

// anchored writes a text by its start, middle or end. Only the browser knows the width
// of the text in its own face.
func (r *svgRenderer) anchored(body string, x, y int, at anchor) {
	body = clean(body)
	if body == "" {
		return
	}
	fmt.Fprintf(&r.body, `<text x="%d" y="%d" class="%s" font-size="%s"`, x, y, className("f-", r.ink), short(r.size))
	if at != start {
		fmt.Fprintf(&r.body, ` text-anchor="%s"`, at)
	}
	r.attribute("fill", r.ink)
	r.body.WriteString(">" + escape(body) + "</text>")
}

// MeasureText implements gochart.Renderer, in units, by the embedded face. The heights
// are those of the size, which is enough to place labels.
func (r *svgRenderer) MeasureText(body string) gochart.Box {
	return gochart.Box{Right: int(math.Ceil(r.face.width(clean(body), r.size))), Bottom: int(math.Ceil(r.size))}
}

func (r *svgRenderer) Save(w io.Writer) error {
	_, err := w.Write(r.body.Bytes())
	return err
}

// short returns a number with at most two decimals.
func short(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}
