package chart

// legendEntry is one of the series or parts of a figure.
type legendEntry struct {
	name string
	role Role
	line bool // shown as a line with its dashes, otherwise as a box
	// texture of the box, of those that canvas.texture knows
	texture int
}

// legendHeight returns the height of a legend, 0 for fewer than two entries, which need
// none. It must be known before the plot is made, since the plot begins below the legend.
func legendHeight(c *canvas, entries []legendEntry) float64 {
	if len(entries) < 2 {
		return 0
	}
	return float64(len(legendRows(c, entries))) * lineSpace
}

// Sizes of a legend.
const (
	legendMark  = 22 // logical pixels of a sample
	legendGap   = 16
	legendWidth = 180 // of one name
	legendLines = 3   // rows; entries that do not fit are counted
)

// legendRows returns the entries in rows. If some do not fit, the last entry has their
// number.
func legendRows(c *canvas, entries []legendEntry) [][]legendEntry {
	rows, x := [][]legendEntry{nil}, 0.0
	for i, e := range entries {
		w := legendMark + min(c.textWidth(e.name, labelSize), legendWidth) + legendGap
		if x+w > c.width && x > 0 {
			// The last entry of the row gives way to the number of those that are
			// missing, itself included.
			if len(rows) == legendLines {
				last := &rows[len(rows)-1]
				*last = append((*last)[:len(*last)-1], legendEntry{name: c.texts.Text("chart.more", "Count", len(entries)-i+1)})
				return rows
			}
			rows, x = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		x += w
	}
	return rows
}

// drawLegend draws a sample and a name for each entry.
func drawLegend(c *canvas, entries []legendEntry) {
	if len(entries) < 2 {
		return
	}
	for i, row := range legendRows(c, entries) {
		x, y := 0.0, float64(i)*lineSpace
		for _, e := range row {
			sample := box{x, y + 2, 10, 10}
			switch {
			// The role decides the sample: None is shown as the gap that it is, Paper has
			// no sample at all.
			case e.line:
				c.line(segment{x, y + 7, x + legendMark - 6, y + 7}, pen{2, e.role, dashOf(e.role)})
			case e.role == None:
				c.gap(sample)
			case e.role != Paper:
				c.rect(sample, e.role, 1)
				c.texture(sample, e.texture)
			}
			c.text(x+legendMark, y+11, e.name, textStyle{role: Ink, width: legendWidth})
			x += legendMark + min(c.textWidth(e.name, labelSize), legendWidth) + legendGap
		}
	}
}
