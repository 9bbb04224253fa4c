package chart

import (
	"io"

	gochart "github.com/wcharczuk/go-chart/v2"
)

// keptRenderer is a renderer for go-chart that go-chart does not save, because the canvas
// draws on it before and after.
//
// It strokes long lines in pieces. For every crossing of a pixel row the rasterizer
// looks through all others of the row, so the cost of a stroke grows with the square of
// its length: fifty dense lines took 3.4 s whole and take 0.4 s in pieces.
type keptRenderer struct {
	gochart.Renderer
	// steps counts the points since the last stroke.
	steps int
	piece int // points of one stroke; 0: lines are not cut
}

// newKept returns a renderer that cuts lines unless r writes SVG.
func newKept(r gochart.Renderer) *keptRenderer {
	// An SVG has no such cost, and cut lines would break its dashes.
	k := &keptRenderer{Renderer: r}
	if _, svg := r.(*svgRenderer); !svg {
		k.piece = 64
	}
	return k
}

// MoveTo implements gochart.Renderer.
func (k *keptRenderer) MoveTo(x, y int) {
	k.steps = 0
	k.Renderer.MoveTo(x, y)
}

// LineTo implements gochart.Renderer. go-chart fills no area here, so a line may be cut
// anywhere.
func (k *keptRenderer) LineTo(x, y int) {
	k.Renderer.LineTo(x, y)
	if k.steps++; k.piece > 0 && k.steps == k.piece {
		k.steps = 0
		k.Renderer.Stroke()
		k.Renderer.MoveTo(x, y)
	}
}

// Save implements gochart.Renderer. It does nothing.
func (*keptRenderer) Save(io.Writer) error { return nil }
