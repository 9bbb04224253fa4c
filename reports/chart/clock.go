package chart

import (
	"strconv"

	"github.com/postern/postern/portal/base/messages"
)

// Clock shows counts by hour of the day and day of the week, such as when people were
// paged. The counts are in the cells; the shade only supports them.
type Clock struct {
	Title  string
	Counts [7][24]int // Monday first, hour of the local day
	Empty  string     // text of a figure without counts; "" for a default
}

// The height of a cell, and the width of the names of days.
const (
	clockCell = 26
	clockLeft = 44
)

// weekdays returns the short names of the days, Monday first.
func weekdays(texts *messages.Printer) [7]string {
	return [7]string{
		texts.Text("chart.monday"), texts.Text("chart.tuesday"), texts.Text("chart.wednesday"), texts.Text("chart.thursday"),
		texts.Text("chart.friday"), texts.Text("chart.saturday"), texts.Text("chart.sunday"),
	}
}

// Heading implements Figure.
func (k Clock) Heading() string { return k.Title }

// size returns the size of seven days and a line of hours. The size does not depend on
// the counts.
func (k Clock) size() (float64, float64) {
	return figureWidth, 7*clockCell + lineSpace + 4
}

// Table implements Figure.
func (k Clock) Table(texts *messages.Printer) Table {
	t := Table{Head: []string{texts.Text("chart.day")}}
	for h := range 24 {
		t.Head = append(t.Head, strconv.Itoa(h))
	}
	for d, name := range weekdays(texts) {
		row := []string{name}
		for h := range 24 {
			row = append(row, Count.Exact(texts, float64(k.Counts[d][h])))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// draw draws the hours, the days and the cells. The shade is relative to the highest
// count of the figure. A figure whose counts are all 0 is drawn as empty.
func (k Clock) draw(c *canvas) error {
	names := weekdays(c.texts)
	highest := 0
	for _, day := range k.Counts {
		for _, n := range day {
			highest = max(highest, n)
		}
	}
	if highest == 0 {
		c.empty(orText(k.Empty, c.texts.Text("chart.no_pages")))
		return nil
	}
	w := (c.width - clockLeft) / 24
	for h := 0; h < 24; h += 2 {
		c.text(clockLeft+w*(float64(h)+0.5), labelSize, strconv.Itoa(h), textStyle{role: Muted, at: middle})
	}
	for d, day := range k.Counts {
		y := float64(lineSpace + d*clockCell)
		c.text(0, y+clockCell*0.66, names[d], textStyle{role: Muted})
		for h, n := range day {
			k.cell(c, box{clockLeft + w*float64(h), y, w, clockCell}, n, highest)
		}
	}
	return nil
}

// cell draws the count of one hour, shaded as a share of the highest.
func (k Clock) cell(c *canvas, b box, n, highest int) {
	inner := box{b.x + 1, b.y + 1, b.w - 2, b.h - 2}
	if n <= 0 {
		c.rect(inner, Rule, 0.35)
		return
	}
	shade, role := shadeOf(float64(n) / float64(highest))
	c.rect(inner, Accent, shade)
	// A count that is wider than its cell is written in thousands.
	label := strconv.Itoa(n)
	if thousand := 1000; c.textWidth(label, smallSize) > b.w {
		label = strconv.Itoa(n/thousand) + "k"
	}
	c.text(b.x+b.w/2, b.y+b.h*0.66, label, textStyle{role: role, size: smallSize, at: middle, width: b.w})
}

// shadeOf returns the opacity for a share of the highest count, and the role of the text
// on it. Shades between the light and the dark ones are not used, because neither ink
// nor paper has a contrast of 4.5:1 on them in both themes.
func shadeOf(share float64) (float64, Role) {
	const faintest, light, dark, strongest, much = 0.15, 0.47, 0.84, 1.0, 2.0 / 3
	if share <= much {
		return faintest + (light-faintest)*share/much, Ink
	}
	return dark + (strongest-dark)*(share-much)/(1-much), Paper
}
