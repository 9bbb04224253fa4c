package chart

// slanted returns parallel diagonal lines over an area, step logical pixels apart. Each
// line is clipped to the area, by the four min and max.
func slanted(b box, step float64) (lines []segment) {
	for d := step / 2; d < b.w+b.h; d += step {
		lines = append(lines, segment{b.x + min(d, b.w), b.y + max(0, d-b.w), b.x + max(0, d-b.h), b.y + min(d, b.h)})
	}
	return lines
}

// level returns horizontal lines over an area.
func level(b box, step float64) (lines []segment) {
	for d := step / 2; d < b.h; d += step {
		lines = append(lines, segment{b.x, b.y + b.h - d, b.x + b.w, b.y + b.h - d})
	}
	return lines
}

// upright returns vertical lines over an area.
func upright(b box, step float64) (lines []segment) {
	for d := step / 2; d < b.w; d += step {
		lines = append(lines, segment{b.x + d, b.y, b.x + d, b.y + b.h})
	}
	return lines
}

// strokes draws many lines with one pen: as one path in an SVG, one by one on the raster,
// where the cost of a stroke grows with the square of its length. A path of many subpaths
// is smaller in an SVG than many elements.
func (c *canvas) strokes(lines []segment, p pen) {
	_, svg := c.r.(*svgRenderer)
	c.stroke(p)
	for _, s := range lines {
		c.r.MoveTo(c.x(s.x1), c.y(s.y1))
		c.r.LineTo(c.x(s.x2), c.y(s.y2))
		if !svg {
			c.r.Stroke()
		}
	}
	if svg {
		c.r.Stroke()
	}
}

// hatch marks an area without data. A color could be read as a value. It stands for "no
// data" in every figure.
func (c *canvas) hatch(b box) {
	const step = 8
	c.strokes(slanted(b, step), pen{width: 1, role: Rule})
}

// gap draws an area for what is unknown, beside areas of known values.
func (c *canvas) gap(b box) {
	if b.w <= 0 || b.h <= 0 {
		return
	}
	right, bottom := b.x+b.w, b.y+b.h
	c.rect(b, None, 0.12)
	c.hatch(b)
	frame := []segment{{b.x, b.y, right, b.y}, {right, b.y, right, bottom}, {right, bottom, b.x, bottom}, {b.x, bottom, b.x, b.y}}
	c.strokes(frame, pen{width: 1, role: None})
}

// texture draws lines over an area, so that areas of different meaning differ in gray
// too: none for 0, then slanted, level and upright lines in turn.
func (c *canvas) texture(b box, kind int) {
	const kinds, step = 4, 6
	if b.w <= 0 || b.h <= 0 {
		return
	}
	var lines []segment
	switch kind % kinds {
	case 0:
		return
	case 1:
		lines = slanted(b, step)
	case 2:
		lines = level(b, step)
	default:
		lines = upright(b, step)
	}
	c.strokes(lines, pen{width: 1, role: Paper})
}
