package chart

import (
	"math"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
)

// Bar is one row of a Bars figure.
type Bar struct {
	Name  string
	Value float64
	Note  string // printed after the value, such as "61 % so far"
	Role  Role   // zero: Accent
}

// Bars compares named values, such as shares of a budget or alerts of a rule. Bars are
// horizontal, so that names of any length can be read.
type Bars struct {
	Title string
	Unit  Unit
	Bars  []Bar  // in the order they are shown
	Most  int    // rows shown, the rest is counted; 0: 12
	Empty string // text of a figure without bars; "" for a default
}

// The height of a row and of its bar.
const (
	barRow   = 26 // logical pixels
	barThick = 14
)

// Heading implements Figure.
func (b Bars) Heading() string { return b.Title }

// most returns the number of rows that are shown at most.
func (b Bars) most() int {
	if b.Most <= 0 {
		return 12
	}
	return b.Most
}

// shown returns the bars that have a row.
func (b Bars) shown() []Bar { return b.Bars[:min(len(b.Bars), b.most())] }

// size returns the size for the rows that are shown.
func (b Bars) size() (float64, float64) {
	rows := max(len(b.shown()), 2)
	if len(b.Bars) > b.most() {
		rows++
	}
	return figureWidth, float64(rows*barRow) + 4
}

// Table implements Figure. All bars are in the table, also those without a row.
func (b Bars) Table(texts *messages.Printer) Table {
	t := Table{Head: []string{texts.Text("chart.name"), texts.Text("chart.value"), texts.Text("chart.note")}}
	for _, bar := range b.Bars {
		t.Rows = append(t.Rows, []string{clean(bar.Name), b.Unit.Exact(texts, bar.Value), clean(bar.Note)})
	}
	return t
}

// draw draws one row per bar: its name, the bar from zero, and its value. A value that is
// not finite is a hatched row. Names and values take up to 35 % of the width each; longer
// ones are cut.
func (b Bars) draw(c *canvas) error {
	shown := b.shown()
	if len(shown) == 0 {
		c.empty(orText(b.Empty, c.texts.Text("chart.nothing_to_compare")))
		return nil
	}
	low, high := 0.0, 0.0
	names, values := 0.0, 0.0
	for _, bar := range shown {
		if humanize.Finite(bar.Value) {
			low, high = min(low, bar.Value), max(high, bar.Value)
		}
		names = max(names, c.textWidth(bar.Name, labelSize))
		values = max(values, c.textWidth(b.label(c.texts, bar), labelSize))
	}
	names, values = min(names, c.width*0.35), min(values, c.width*0.35)
	left, room := names+gapLabel, c.width-names-values-3*gapLabel
	if high == low {
		high = low + 1
	}
	// Bars of negative values extend to the left of zero.
	zero := left - low/(high-low)*room
	for i, bar := range shown {
		y := float64(i*barRow) + 4
		c.text(0, y+barThick-2, bar.Name, textStyle{role: Ink, width: names})
		end := zero
		if humanize.Finite(bar.Value) {
			end = zero + bar.Value/(high-low)*room
			c.rect(box{min(zero, end), y, math.Abs(end - zero), barThick}, orRole(bar.Role), 1)
		} else {
			c.hatch(box{left, y, room, barThick})
			end = left + room
		}
		c.text(max(end, zero)+gapLabel, y+barThick-2, b.label(c.texts, bar), textStyle{role: Muted, width: values})
	}
	c.line(segment{zero, 0, zero, float64(len(shown) * barRow)}, pen{width: 1, role: Muted})
	if more := len(b.Bars) - len(shown); more > 0 {
		c.text(left, float64(len(shown)*barRow)+barThick+2, c.texts.Text("chart.more", "Count", more), textStyle{role: Muted})
	}
	return nil
}

// label returns the text at the end of a bar. Percentages have one decimal, since the
// table has all of them.
func (b Bars) label(texts *messages.Printer, bar Bar) string {
	s := b.Unit.Exact(texts, bar.Value)
	if b.Unit == Percent && humanize.Finite(bar.Value) {
		s = Percent.format(bar.Value, 0.001)
	}
	if bar.Note != "" {
		s += "  " + bar.Note
	}
	return s
}

// orText returns s, or otherwise where s is "".
func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// orRole returns the role of a mark, Accent where it is not set. Paper is the zero value
// of Role, and would be invisible.
func orRole(r Role) Role {
	if r == Paper {
		return Accent
	}
	return r
}
