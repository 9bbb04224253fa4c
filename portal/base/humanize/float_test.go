package humanize_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/humanize"
)

func TestDecimalIsDefinedForEveryNumber(t *testing.T) {
	for want, x := range map[string]float64{
		"not a number": math.NaN(), "infinite": math.Inf(1), "-infinite": math.Inf(-1), "0.00": math.Copysign(0, -1),
		"1.00e+308": 1e308, "-1.00e+308": -1e308, "1.84e+19": 1 << 64, "0.01": 0.009, "999999999999999.00": 1e15 - 1,
	} {
		if got := humanize.Decimal(x, 2); got != want {
			t.Errorf("Decimal(%v) = %q, want %q", x, got, want)
		}
	}
	if got := humanize.Decimal(-0.001, 2); got != "0.00" {
		t.Errorf("a negative zero is written %q", got)
	}
	for _, s := range []string{"not a number", "infinite", "-infinite", "1.00e+308"} {
		if got := humanize.Group(s); got != s {
			t.Errorf("Group(%q) = %q", s, got)
		}
	}
}

func TestDurationsEndWhereTheirTypeDoes(t *testing.T) {
	for seconds, want := range map[float64]time.Duration{
		1.5: 1500 * time.Millisecond, 1e308: math.MaxInt64, -1e308: -math.MaxInt64, math.Inf(1): math.MaxInt64, math.Inf(-1): -math.MaxInt64,
		18446744073709.55: math.MaxInt64, 9223372036.854776: math.MaxInt64,
	} {
		if got := humanize.Duration(seconds); got != want {
			t.Errorf("Duration(%v) = %d, want %d", seconds, got, want)
		}
	}
	if humanize.Duration(math.NaN()) != 0 || humanize.Opposite(math.MinInt64) != math.MaxInt64 || humanize.Opposite(time.Second) != -time.Second {
		t.Error("the ends of durations")
	}
}

func FuzzDecimal(f *testing.F) {
	for _, x := range []float64{0, math.NaN(), math.Inf(1), 1e308, -1, 1e15, math.MaxInt64, math.MinInt64, 5e-324} {
		f.Add(x, 2)
	}
	f.Fuzz(func(t *testing.T, x float64, decimals int) {
		s := humanize.Group(humanize.Decimal(x, max(-1, min(decimals, 12))))
		if s == "" || len(s) > 64 || strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Fatalf("%v is written %q", x, s)
		}
		if d := humanize.Duration(x); d < 0 != (x < 0) && d != 0 {
			t.Fatalf("%v s is %d", x, d)
		}
	})
}
