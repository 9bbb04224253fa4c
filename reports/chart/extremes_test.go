package chart

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/messages/messagestest"
)

// extremeNumbers returns numbers on which no formatter and no axis may fail.
func extremeNumbers() []float64 {
	return []float64{
		0, math.Copysign(0, -1), 1, -1, math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308, math.MaxFloat64, 5e-324,
		1 << 63, -(1 << 63), 1 << 64, 18446744073709.55, 5e15, 5e15 + 1, 1e9, 1e15,
	}
}

// FuzzUnitsWriteEveryNumber holds that texts are bounded and have no NaN or Inf of Go.
func FuzzUnitsWriteEveryNumber(f *testing.F) {
	for _, x := range extremeNumbers() {
		for _, step := range extremeNumbers() {
			f.Add(x, step)
		}
	}
	texts := messagestest.English(f)
	f.Fuzz(func(t *testing.T, x, step float64) {
		for _, u := range []Unit{Count, Percent, Times, Seconds} {
			for _, s := range []string{u.Exact(texts, x), u.format(x, step)} {
				if s == "" || len(s) > 60 || strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
					t.Fatalf("%v in unit %d is written %q", x, u, s)
				}
			}
		}
	})
}

// FuzzFiguresOfAnyNumbers draws every kind of figure of two numbers. Drawing ends, and
// every coordinate is a number.
func FuzzFiguresOfAnyNumbers(f *testing.F) {
	for _, a := range extremeNumbers() {
		for _, b := range extremeNumbers() {
			f.Add(a, b)
		}
	}
	d, err := NewDrawer(nil, messagestest.English(f))
	if err != nil {
		f.Fatal(err)
	}
	day := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, a, b float64) {
		for _, u := range []Unit{Count, Percent, Times, Seconds} {
			for _, fig := range []Figure{
				Lines{
					Title: "lines", Unit: u, From: day, To: day.Add(time.Hour),
					Lines: []Line{{Name: "x", Points: []Point{{At: day, Value: a}, {At: day.Add(time.Minute), Value: b}}}},
				},
				Bars{Title: "bars", Unit: u, Bars: []Bar{{Name: "a", Value: a}, {Name: "b", Value: b}}},
				Columns{Title: "columns", Unit: u, Names: []string{"a", "b"}, Stacks: []Stack{{Name: "x", Values: []float64{a, b}}}},
				Dots{Title: "dots", Unit: u, From: day, To: day.Add(time.Hour), Dots: []Dot{{At: day, Value: a}, {At: day, Value: b}}},
			} {
				svg, err := d.SVG(fig)
				if err != nil {
					t.Fatalf("%s of %v and %v: %v", fig.Heading(), a, b, err)
				}
				if s := string(svg); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
					t.Fatalf("%s of %v and %v in unit %d draws at no place: %s", fig.Heading(), a, b, u, s)
				}
			}
		}
	})
}
