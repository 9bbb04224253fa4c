package chart

import "github.com/postern/postern/portal/base/messages"

// Share is one row of a Shares figure.
type Share struct {
	Name  string
	Parts []int // counts in the order of the figure's parts
}

// Shares shows the parts of wholes, such as targets met, missed and unknown, with a row
// per step or period and the counts in it. A part with the role None is unknown, and
// drawn as a gap.
type Shares struct {
	Title string
	Parts []SharePart
	Rows  []Share
	Empty string // text of a figure without rows; "" for a default
}

// SharePart is one part of every whole.
type SharePart struct {
	Name string
	Role Role
}

// The height of a row and of its bar.
const (
	shareRow   = 30
	shareThick = 18
)

// Heading implements Figure.
func (s Shares) Heading() string { return s.Title }

func (s Shares) size() (float64, float64) {
	return figureWidth, float64(max(len(s.Rows), 2)*shareRow) + lineSpace + 8
}

// Table implements Figure.
func (s Shares) Table(texts *messages.Printer) Table {
	t := Table{Head: []string{""}}
	for _, p := range s.Parts {
		t.Head = append(t.Head, clean(p.Name))
	}
	t.Head = append(t.Head, "n")
	for _, r := range s.Rows {
		row := []string{clean(r.Name)}
		for i := range s.Parts {
			row = append(row, Count.Exact(texts, float64(at(r.Parts, i))))
		}
		t.Rows = append(t.Rows, append(row, Count.Exact(texts, float64(s.sum(r)))))
	}
	return t
}

// sum returns the whole of a row. Negative counts are 0. Surplus counts of a row, beyond
// the parts of the figure, are ignored.
func (s Shares) sum(r Share) (n int) {
	for i := range s.Parts {
		n += max(at(r.Parts, i), 0)
	}
	return n
}

// draw draws the legend and the rows.
func (s Shares) draw(c *canvas) error {
	if len(s.Rows) == 0 {
		c.empty(orText(s.Empty, c.texts.Text("chart.no_parts")))
		return nil
	}
	entries := make([]legendEntry, len(s.Parts))
	for i, p := range s.Parts {
		entries[i] = legendEntry{name: p.Name, role: p.Role}
	}
	drawLegend(c, entries)
	names := 0.0
	for _, r := range s.Rows {
		names = max(names, c.textWidth(r.Name, labelSize))
	}
	names = min(names, c.width*0.3)
	for i, r := range s.Rows {
		s.row(c, r, names, float64(i*shareRow)+lineSpace+8)
	}
	return nil
}

// row draws one whole; names is the width of the column of names. A row without counts is
// hatched: there is no whole of which to show parts.
func (s Shares) row(c *canvas, r Share, names, y float64) {
	n := s.sum(r)
	count := "n " + Count.Exact(c.texts, float64(n))
	counts := max(56, c.textWidth(count, labelSize)+gapLabel) // logical pixels
	left, room := names+gapLabel, c.width-names-gapLabel-counts
	c.text(0, y+shareThick-5, r.Name, textStyle{role: Ink, width: names})
	c.text(left+room+gapLabel, y+shareThick-5, count, textStyle{role: Muted})
	if n == 0 {
		c.hatch(box{left, y, room, shareThick})
		return
	}
	x := left
	for i, p := range s.Parts {
		v := max(at(r.Parts, i), 0)
		w := float64(v) / float64(n) * room
		if p.Role == None {
			c.gap(box{x, y, w, shareThick})
		} else {
			c.rect(box{x, y, w, shareThick}, p.Role, 1)
		}
		// The name of the part is added where it fits: in gray, met and missed look alike.
		label := Count.Exact(c.texts, float64(v))
		if said := label + " " + p.Name; c.textWidth(said, smallSize)+6 <= w {
			label = said
		}
		if v > 0 && c.textWidth(label, smallSize)+6 <= w {
			role := Paper
			if p.Role == None {
				role = Ink
			}
			c.text(x+w/2, y+shareThick-5, label, textStyle{role: role, size: smallSize, at: middle})
		}
		if i > 0 && w > 0 && x > left {
			c.line(segment{x, y, x, y + shareThick}, pen{width: 1.5, role: Paper})
		}
		x += w
	}
}
