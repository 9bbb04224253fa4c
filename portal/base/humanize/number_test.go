package humanize_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/humanize"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", -999: "−999", -1000: "−1,000", 1234567: "1,234,567",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "−9,223,372,036,854,775,808",
	} {
		if got := humanize.Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
}

// Separators change no digit, and only the first group is shorter than three.
func TestNumberKeepsDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int().Draw(t, "n")
		text := humanize.Number(n)
		if digits := strings.NewReplacer(",", "", humanize.Minus, "-").Replace(text); digits != strconv.Itoa(n) {
			t.Fatalf("Number(%d) = %q", n, text)
		}
		for i, g := range strings.Split(strings.TrimPrefix(text, humanize.Minus), ",") {
			if len(g) > 3 || len(g) == 0 || i > 0 && len(g) != 3 {
				t.Fatalf("Number(%d) = %q", n, text)
			}
		}
	})
}

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		x        float64
		decimals int
		want     string
	}{
		{math.NaN(), 2, "not a number"}, {math.Inf(1), 2, "infinite"}, {math.Inf(-1), 2, "−infinite"},
		{math.Copysign(0, -1), 2, "0.00"}, {-0.001, 2, "0.00"}, {-0.005001, 2, "−0.01"}, {0.009, 2, "0.01"},
		{1e308, 2, "1.00e+308"}, {-1e308, 2, "−1.00e+308"}, {1 << 64, 2, "1.84e+19"}, {1e15 - 1, 2, "999,999,999,999,999.00"},
		{1e15, 0, "1.00e+15"},
		{12345.678, 2, "12,345.68"}, {-12345.678, 0, "−12,346"}, {0.125, -1, "0.125"}, {1234.5, -1, "1,234.5"}, {0, -1, "0"},
		{1e-12, -1, "0.000000000001"}, {9e-13, -1, "9.00e-13"}, {-9e-13, -1, "−9.00e-13"}, {9e-13, 2, "0.00"},
	} {
		t.Run(c.want, func(t *testing.T) {
			if got := humanize.Decimal(c.x, c.decimals); got != c.want {
				t.Errorf("Decimal(%v, %d) = %q, want %q", c.x, c.decimals, got, c.want)
			}
		})
	}
}

func TestNumberForms(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"count", humanize.Count(36632), "36,632"},
		{"count with a fraction", humanize.Count(-1234.56), "−1,234.6"},
		{"no count", humanize.Count(math.NaN()), "not a number"},
		{"infinite count", humanize.Count(math.Inf(1)), "infinite"},
		{"percent", humanize.Percent(-0.08, 1), "−8.0 %"},
		{"percent above a thousand", humanize.Percent(12.345, 1), "1,234.5 %"},
		{"percent of nothing", humanize.Percent(math.NaN(), 1), "not a number"},
		{"infinite percent", humanize.Percent(math.Inf(-1), 1), "−infinite"},
		{"percent beyond float64", humanize.Percent(1e307, 1), "1.00e+307"},
		{"share", humanize.Share(0.123), "12.3 %"},
		{"negative share", humanize.Share(-1.5), "−150.0 %"},
		{"no share", humanize.Share(math.Copysign(0, -1)), "0.0 %"},
		{"share just below ten", humanize.Share(9.994), "999.4 %"},
		{"great share", humanize.Share(10), "1,000 %"},
		{"great negative share", humanize.Share(-10.126), "−1,013 %"},
		{"infinite share", humanize.Share(math.Inf(1)), "infinite"},
		{"times", humanize.Times(14.4), "14.4×"},
		{"many times", humanize.Times(1440.4), "1,440×"},
		{"a hundred times", humanize.Times(100), "100×"},
		{"negative times", humanize.Times(-0.5), "−0.5×"},
		{"no times", humanize.Times(math.NaN()), "not a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
}

func FuzzDecimal(f *testing.F) {
	for _, x := range []float64{0, math.NaN(), math.Inf(1), 1e308, -1, 1e15, math.MaxInt64, math.MinInt64, 5e-324} {
		f.Add(x, 2)
	}
	f.Fuzz(func(t *testing.T, x float64, decimals int) {
		decimals = max(-1, min(decimals, 12))
		for _, text := range []string{
			humanize.Decimal(x, decimals), humanize.Percent(x, decimals), humanize.Count(x), humanize.Share(x),
			humanize.Times(x), humanize.Target(x), humanize.SLI(x, 0.999),
		} {
			if text == "" || len(text) > 64 || strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.HasPrefix(text, "-") {
				t.Fatalf("%v with %d decimals: %q", x, decimals, text)
			}
			if strings.HasPrefix(text, humanize.Minus) && !(x < 0) {
				t.Fatalf("%v is negative: %q", x, text)
			}
		}
	})
}
