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

// face is the font of charts.
type face struct{ font *truetype.Font }

// loadFace returns a TrueType face with glyf outlines. nil is the embedded one, which has
// Latin, Greek, Cyrillic and the Chinese characters of GB 2312.
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

// width returns the width of a text at a size, in the unit of the size. Unlike the
// measuring of go-chart it creates no face for every word. It ignores kerning, which is
// small beside the tolerance of widest.
func (f face) width(s string, size float64) float64 {
	const unit = 64 // of a 26.6 fixed-point number
	scale := fixed.Int26_6(size * unit)
	var sum fixed.Int26_6
	for _, r := range s {
		sum += f.font.HMetric(scale, f.font.Index(r)).AdvanceWidth
	}
	return float64(sum) / unit
}

// fit returns the text, cut with an ellipsis to a width. It returns "" where not even one
// character fits. The search is binary, because measuring is linear in the length of the
// text.
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
