package chart

import (
	"bytes"
	"fmt"

	gochart "github.com/wcharczuk/go-chart/v2"

	"github.com/postern/postern/portal/base/messages"
)

// Figure is a value that a Drawer can draw.
type Figure interface {
	// Heading returns what the figure shows, as a sentence or a heading.
	Heading() string
	// Table returns all values of the figure, as text in the language of texts. The
	// values are those that are drawn, before any reduction to pixels.
	Table(texts *messages.Printer) Table
	size() (width, height float64) // logical pixels, the heading not counted
	draw(c *canvas) error
}

// Table is the text alternative of a figure.
type Table struct {
	Head []string
	Rows [][]string
}

// Sizes of pictures.
const (
	// dpi is the resolution at which a point is a pixel.
	dpi = 72
	// scale is the number of a renderer's units per logical pixel. Renderers use whole
	// units, and pictures in mails are shown on dense screens.
	scale = 2
	// headingSpace is the height of the heading of a picture.
	headingSpace = 36
	// margin is the free space on the other sides of a picture.
	margin      = 12
	headingSize = 14
)

// Drawer draws figures with one face, in one language. It is safe for use by several
// goroutines.
type Drawer struct {
	face  face
	texts *messages.Printer
}

// NewDrawer returns a Drawer. font is a TrueType file with glyf outlines, or nil for the
// embedded face. It fails for other fonts, such as OpenType with CFF outlines. texts
// writes what a figure without values says.
func NewDrawer(font []byte, texts *messages.Printer) (*Drawer, error) {
	f, err := loadFace(font)
	if err != nil {
		return nil, err
	}
	return &Drawer{face: f, texts: texts}, nil
}

// Inline returns a figure as an SVG element for a page. It has no heading, because the
// page has one, and is colored by the style sheet of the page through the classes k-ROLE
// (stroke) and f-ROLE (fill) under .chart. id must be unique in the page. The result is
// trusted as HTML by callers: everything in it that is not a number is escaped.
func (d *Drawer) Inline(f Figure, id string) ([]byte, error) {
	body, w, h, err := d.svg(f, false)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg class="chart" role="img" aria-labelledby="%s" viewBox="0 0 %d %d"><title id="%s">%s</title>`,
		escape(id), w, h, escape(id), escape(clean(f.Heading())))
	out.Write(body)
	out.WriteString("</svg>")
	return out.Bytes(), nil
}

// SVG returns a figure as a file with a heading, in the light or dark colors that the
// system of the reader prefers.
func (d *Drawer) SVG(f Figure) ([]byte, error) {
	body, w, h, err := d.svg(f, true)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	const head = `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%d" height="%d" viewBox="0 0 %d %d"><title>%s</title><style>%s</style>`
	fmt.Fprintf(&out, head, w/scale, h/scale, w, h, escape(clean(f.Heading())), standaloneCSS())
	out.Write(body)
	out.WriteString("</svg>\n")
	return out.Bytes(), nil
}

// svg returns the elements of a figure and the size of its view box. Colors are those of
// the light theme, by which the renderer finds the roles; style sheets replace them.
func (d *Drawer) svg(f Figure, heading bool) (body []byte, width, height int, err error) {
	r := &svgRenderer{face: d.face}
	c := d.canvas(f, r, Light, heading)
	if heading {
		c.background()
	}
	if err := c.figure(f, heading); err != nil {
		return nil, 0, 0, err
	}
	return r.body.Bytes(), c.units(c.outerWidth()), c.units(c.outerHeight()), nil
}

// PNG returns a figure as a picture with a heading. It has twice as many pixels as its
// size on a page. Errors are those of go-chart, and none is expected for a valid figure.
func (d *Drawer) PNG(f Figure, theme Theme) ([]byte, error) {
	w, h := f.size()
	r, err := gochart.PNG(int((w+2*margin)*scale), int((h+headingSpace+margin)*scale))
	if err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	c := d.canvas(f, r, theme, true)
	c.background()
	if err := c.figure(f, true); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := r.Save(&out); err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	return out.Bytes(), nil
}

// canvas returns an empty canvas of the size of a figure. The figure's own coordinates
// begin below the heading, so that figures need not know of it.
func (d *Drawer) canvas(f Figure, r gochart.Renderer, theme Theme, heading bool) *canvas {
	r.SetDPI(dpi)
	w, h := f.size()
	c := &canvas{r: r, face: d.face, texts: d.texts, theme: theme, width: w, height: h}
	if heading {
		c.left, c.top = margin, headingSpace
	}
	return c
}

// standaloneCSS returns the style sheet of a file: its fonts and its dark colors.
func standaloneCSS() string {
	var out bytes.Buffer
	out.WriteString("text{font-family:system-ui,-apple-system,Segoe UI,Roboto,Noto Sans," +
		"PingFang SC,Microsoft YaHei,Noto Sans CJK SC,WenQuanYi Micro Hei,sans-serif}")
	out.WriteString("@media (prefers-color-scheme:dark){")
	for role := range Role(roles) {
		c := role.color(Dark)
		fmt.Fprintf(&out, ".k-%[1]s{stroke:#%02[2]x%02[3]x%02[4]x}.f-%[1]s{fill:#%02[2]x%02[3]x%02[4]x}", roleNames[role], c.R, c.G, c.B)
	}
	out.WriteString("}")
	return out.String()
}
