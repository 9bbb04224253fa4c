package chart

import (
	"bytes"
	"fmt"

	gochart "github.com/wcharczuk/go-chart/v2"
)

// Figure is something that can be drawn.
type Figure interface {
	// Title says what the figure shows, as one sentence or heading.
	Heading() string
	// Table has the values of the figure.
	Table() Table
	size() (width, height float64) // logical pixels, the heading not counted
	draw(c *canvas) error
}

// Table is a figure's twin in numbers.
type Table struct {
	Head []string
	Rows [][]string
}

const (
	// dpi makes a point a pixel.
	dpi = 72
	// scale is how many units of a renderer one logical pixel has: renderers
	// count in whole units, and pictures in mail are looked at on dense screens.
	scale = 2
	// headingSpace is what a picture's own heading takes.
	headingSpace = 36
	// margin is what a picture leaves free on its other sides.
	margin      = 12
	headingSize = 14
)

// Drawer draws figures with one face. It is safe for use by several goroutines.
type Drawer struct{ face face }

// NewDrawer makes a Drawer. font is a TrueType file with glyf outlines (OpenType
// with CFF outlines cannot be drawn); nil takes the embedded face.
func NewDrawer(font []byte) (*Drawer, error) {
	f, err := loadFace(font)
	if err != nil {
		return nil, err
	}
	return &Drawer{face: f}, nil
}

// Inline is the figure as an SVG element for a page: without a heading, which
// the page gives it, and coloured by the page's style sheet through the classes
// k-ROLE (stroke) and f-ROLE (fill) under .chart. id must be unique in the page.
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

// SVG is the figure as a file of its own, with its heading, in the colours that
// the reader's system prefers.
func (d *Drawer) SVG(f Figure) ([]byte, error) {
	body, w, h, err := d.svg(f, true)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%d" height="%d" viewBox="0 0 %d %d"><title>%s</title><style>%s</style>`,
		w/scale, h/scale, w, h, escape(clean(f.Heading())), standaloneCSS())
	out.Write(body)
	out.WriteString("</svg>\n")
	return out.Bytes(), nil
}

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

// PNG is the figure as a picture with its heading, twice as many pixels wide as
// it is meant to be shown.
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

func (d *Drawer) canvas(f Figure, r gochart.Renderer, theme Theme, heading bool) *canvas {
	r.SetDPI(dpi)
	w, h := f.size()
	c := &canvas{r: r, face: d.face, theme: theme, width: w, height: h}
	if heading {
		c.left, c.top = margin, headingSpace
	}
	return c
}

// standaloneCSS colours a file of its own in both schemes.
func standaloneCSS() string {
	var out bytes.Buffer
	out.WriteString("text{font-family:system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,PingFang SC,Microsoft YaHei,Noto Sans CJK SC,WenQuanYi Micro Hei,sans-serif}")
	out.WriteString("@media (prefers-color-scheme:dark){")
	for role := range Role(roles) {
		c := role.color(Dark)
		fmt.Fprintf(&out, ".k-%s{stroke:#%02x%02x%02x}.f-%s{fill:#%02x%02x%02x}", roleNames[role], c.R, c.G, c.B, roleNames[role], c.R, c.G, c.B)
	}
	out.WriteString("}")
	return out.String()
}
