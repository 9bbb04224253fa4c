package chart

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"

	"github.com/golang/freetype/truetype"
	"golang.org/x/image/math/fixed"
)

//go:embed face/postern-sans.ttf.gz
var embeddedFace []byte

// face measures and draws text.
type face struct{ font *truetype.Font }

// loadFace reads a TrueType face with glyf outlines; nil data is the embedded
// one, which has Latin, Greek, Cyrillic and the Chinese of GB 2312.
func loadFace(data []byte) (face, error) {
	if data == nil {
		z, err := gzip.NewReader(bytes.NewReader(embeddedFace))
		if err != nil {
			return face{}, fmt.Errorf("chart: the embedded face: %w", err)
		}
		if data, err = io.ReadAll(z); err != nil {
			return face{}, fmt.Errorf("chart: the embedded face: %w", err)
		}
	}
	f, err := truetype.Parse(data)
	if err != nil {
		return face{}, fmt.Errorf("chart: the face is not TrueType with glyf outlines: %w", err)
	}
	return face{f}, nil
}

// width is how wide the text is at a size, both in the same unit. It makes no
// glyph images: go-chart's own measuring makes a new face for every word.
func (f face) width(s string, size float64) float64 {
	const unit = 64 // of a 26.6 fixed-point number
	scale := fixed.Int26_6(size * unit)
	var sum fixed.Int26_6
	for _, r := range s {
		sum += f.font.HMetric(scale, f.font.Index(r)).AdvanceWidth
	}
	return float64(sum) / unit
}

// fit cuts the text so that it is at most so wide, with an ellipsis.
func (f face) fit(s string, size, width float64) string {
	if f.width(s, size) <= width {
		return s
	}
	runes := []rune(s)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if f.width(string(runes[:mid])+"…", size) <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == 0 {
		return ""
	}
	return string(runes[:low]) + "…"
}
