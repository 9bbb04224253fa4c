package chart

import (
	"io"

	gochart "github.com/wcharczuk/go-chart/v2"
)

// keptRenderer is a renderer that others have drawn on and will draw on: saving
// it is not go-chart's business.
//
// It strokes long lines in pieces. The rasteriser looks through all crossings of
// a pixel row for every new one, so the cost of one stroke grows with the square
// of its length: fifty dense lines took 3.4 s whole and take 0.4 s in pieces.
type keptRenderer struct {
	gochart.Renderer
	steps int
	piece int // points of one stroke; 0: lines stay whole
}

func newKept(r gochart.Renderer) *keptRenderer {
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

// LineTo implements gochart.Renderer. go-chart fills no area here, so a line may
// end and go on anywhere.
func (k *keptRenderer) LineTo(x, y int) {
	k.Renderer.LineTo(x, y)
	if k.steps++; k.piece > 0 && k.steps == k.piece {
		k.steps = 0
		k.Renderer.Stroke()
		k.Renderer.MoveTo(x, y)
	}
}

// Save implements gochart.Renderer.
func (*keptRenderer) Save(io.Writer) error { return nil }
