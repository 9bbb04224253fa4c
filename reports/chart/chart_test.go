package chart

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestReduceKeepsEveryColumnsExtremes holds that a reduced line has the same lowest and
// highest value in every column as all points, in order.
func TestReduceKeepsEveryColumnsExtremes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 3000).Draw(t, "n")
		columns := rapid.IntRange(1, 100).Draw(t, "columns")
		points := make([]xy, n)
		for i := range points {
			points[i] = xy{float64(i), rapid.Float64Range(-10, 10).Draw(t, "y")}
		}
		got := reduce(points, 0, float64(n), columns)
		const each = 4
		if len(got) > max(each*(columns+1), each*columns) && n > each*columns {
			t.Fatalf("%d points are left for %d columns", len(got), columns)
		}
		want, have := extremes(points, n, columns), extremes(got, n, columns)
		for c, e := range want {
			if have[c] != e {
				t.Fatalf("column %d shows %v, not %v", c, have[c], e)
			}
		}
		for i := 1; i < len(got); i++ {
			if got[i].x <= got[i-1].x {
				t.Fatalf("point %d is out of order", i)
			}
		}
	})
}

func extremes(points []xy, n, columns int) map[int][2]float64 {
	out := map[int][2]float64{}
	for _, p := range points {
		c := int(p.x / float64(n) * float64(columns))
		e, known := out[c]
		if !known {
			e = [2]float64{p.y, p.y}
		}
		out[c] = [2]float64{min(e[0], p.y), max(e[1], p.y)}
	}
	return out
}

// TestSplitAtGaps holds that values which are not finite end a run.
func TestSplitAtGaps(t *testing.T) {
	points := []xy{{0, 1}, {1, 1}, {2, math.NaN()}, {3, 1}, {4, math.Inf(-1)}, {9, 1}, {10, 1}}
	var sizes []int
	for _, run := range split(points, 1) {
		sizes = append(sizes, len(run))
	}
	if len(sizes) != 3 || sizes[0] != 2 || sizes[1] != 1 || sizes[2] != 2 {
		t.Errorf("runs of %v", sizes)
	}
}

// TestLinearAxisCovers holds that an axis covers any values.
func TestLinearAxisCovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(-1e9, 1e9).Draw(t, "low")
		high := low + rapid.Float64Range(0, 1e9).Draw(t, "width")
		unit := rapid.SampledFrom([]Unit{Count, Percent, Times, Seconds}).Draw(t, "unit")
		a := linearAxis(low, high, 5, unit)
		tolerance := 1e-6 * max(1, math.Abs(low), math.Abs(high))
		if a.min > low+tolerance || a.max < high-tolerance || a.min >= a.max {
			t.Fatalf("axis %v..%v for %v..%v", a.min, a.max, low, high)
		}
		if len(a.ticks) < 2 {
			t.Fatalf("%d ticks", len(a.ticks))
		}
	})
}

func TestTimeTicksStandOnTheZonesMidnights(t *testing.T) {
	for _, name := range []string{"Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2026, 10, 20, 5, 0, 0, 0, zone)
		a := timeAxis(from, from.AddDate(0, 0, 20), zone, 700)
		if len(a.ticks) < 3 || len(a.ticks) > 10 {
			t.Errorf("%s: %d ticks", name, len(a.ticks))
		}
		for _, k := range a.ticks {
			if at := time.Unix(int64(k.value), 0).In(zone); at.Hour() != 0 || at.Format("2 Jan") != k.label {
				t.Errorf("%s: a tick %q at %v", name, k.label, at)
			}
		}
	}
}

// TestColorsNameTheirRoles holds that a role is found by its color: what go-chart
// paints would lose its class otherwise.
func TestColorsNameTheirRoles(t *testing.T) {
	for r := range Role(roles) {
		if got, ok := roleOf(r.color(Light)); !ok || got != r {
			t.Errorf("the color of %s is read as %s", roleNames[r], roleNames[got])
		}
	}
}

// TestContrast holds that text and marks reach 4.5:1, which WCAG requires of text.
func TestContrast(t *testing.T) {
	for _, theme := range []Theme{Light, Dark} {
		paper := luminance(Paper, theme)
		for r := Ink; int(r) < roles; r++ {
			want := 4.5
			if r == Rule {
				continue // the grid is no information
			}
			l := luminance(r, theme)
			if ratio := (max(l, paper) + 0.05) / (min(l, paper) + 0.05); ratio < want {
				t.Errorf("%s in theme %d: %.2f:1", roleNames[r], theme, ratio)
			}
		}
	}
}

func luminance(r Role, t Theme) float64 {
	c := r.color(t)
	part := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func TestFitCutsToWidth(t *testing.T) {
	f, err := loadFace(nil)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringN(0, 80, -1).Draw(t, "s")
		width := rapid.Float64Range(0, 300).Draw(t, "width")
		if cut := f.fit(s, 12, width); f.width(cut, 12) > width+0.01 {
			t.Fatalf("%q is %v wide, over %v", cut, f.width(cut, 12), width)
		}
	})
}
