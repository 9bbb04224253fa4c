package chart

import "github.com/wcharczuk/go-chart/v2/drawing"

// Role is the meaning of a mark. Its color depends on the theme: by CSS class in a page,
// by the table hues in a picture.
type Role uint8

// The roles. Series1 to Series8 distinguish lines and bars of equal rank, which differ by
// dashes as well. Paper is the zero value, and means that the figure chooses a role.
const (
	Paper Role = iota
	Ink
	Muted
	Rule
	Accent
	OK
	Warn
	Bad
	None
	Series1
	Series2
	Series3
	Series4
	Series5
	Series6
	Series7
	Series8
	roles int = iota
)

// seriesCount is the number of series with different marks.
const seriesCount = 8

// Series returns the role of the i-th series, from 0. After eight the roles repeat.
func Series(i int) Role { return Series1 + Role(i%seriesCount) }

// roleNames are the parts of class names after "k-" (stroke) and "f-" (fill).
var roleNames = [roles]string{
	"paper", "ink", "muted", "rule", "accent", "ok", "warn", "bad", "none",
	"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8",
}

// Theme is the color scheme of a picture.
type Theme uint8

// The themes.
const (
	Light Theme = iota
	Dark
)

// hues are the colors of the roles as 0xRRGGBB, light and dark. Text and lines have a
// contrast of 4.5:1 and 3:1 with the paper. The series differ in lightness as well as in
// hue, so that they can be distinguished in gray and by people with color blindness.
var hues = [roles][2]uint32{
	Paper: {0xffffff, 0x1c2025}, Ink: {0x1b1c1e, 0xe7e7e4}, Muted: {0x56585c, 0xa9adb3}, Rule: {0xdddcd5, 0x30353c},
	Accent: {0x0a58a8, 0x79b4f7}, OK: {0x1a7438, 0x5bc37c}, Warn: {0x7d4e00, 0xe0ad4a}, Bad: {0xab2018, 0xff8a7f}, None: {0x5f6165, 0xa2a7ae},
	Series1: {0x0a58a9, 0x79b4f8}, Series2: {0xb3541e, 0xf0985c}, Series3: {0x17785c, 0x58c4a0}, Series4: {0x84479a, 0xc99ae0},
	Series5: {0x756000, 0xd8bd4a}, Series6: {0xa82f64, 0xf28ab2}, Series7: {0x47576a, 0xa9b8c8}, Series8: {0x006a84, 0x58c3dd},
}

// dashes distinguish series without color, in logical pixels.
var dashes = [seriesCount][]float64{
	nil, {7, 3}, {2, 2.5}, {8, 3, 2, 3}, {12, 4}, {4, 2, 1, 2}, {1.5, 4}, {10, 2, 2, 2, 2, 2},
}

// dashOf returns the dashes of a role, nil for an unbroken line.
func dashOf(r Role) []float64 {
	if r < Series1 {
		return nil
	}
	return dashes[r-Series1]
}

// color returns the color of a role. All roles of a theme have different colors: the SVG
// renderer finds the role of what go-chart paints by its color.
func (r Role) color(t Theme) drawing.Color {
	h := hues[r][t]
	return drawing.Color{R: uint8(h >> 16), G: uint8(h >> 8), B: uint8(h), A: 255}
}

// roleOf returns the role with a color of the light theme. Renderers of SVG draw in the
// light theme only, whatever the reader prefers.
func roleOf(c drawing.Color) (Role, bool) {
	for r := range Role(roles) {
		if l := r.color(Light); l.R == c.R && l.G == c.G && l.B == c.B {
			return r, true
		}
	}
	return 0, false
}
