package humanize_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/humanize"
)

func TestTarget(t *testing.T) {
	for target, want := range map[float64]string{
		0: "0 %", 1: "100 %", 0.5: "50 %", 0.99: "99 %", 0.999: "99.9 %", 0.9995: "99.95 %", 0.99999: "99.999 %", 0.007: "0.7 %",
		0.95 + 1e-16: "95 %", 0.9989999999999999: "99.9 %", 0.123456789: "12.3456789 %", 0.12345678912345: "12.345678912 %",
		12: "1,200 %", -0.5: "−50 %", 1e300: "1.00e+300", math.Inf(1): "infinite",
	} {
		if got := humanize.Target(target); got != want {
			t.Errorf("Target(%v) = %q, want %q", target, got, want)
		}
	}
	if got := humanize.Target(math.NaN()); got != "not a number" {
		t.Errorf("Target(NaN) = %q", got)
	}
}

func TestSLI(t *testing.T) {
	for _, c := range []struct {
		sli, target float64
		want        string
	}{
		{0.99938, 0.999, "99.93 %"},
		{0.99938, 0.9995, "99.938 %"},
		{0.98765, 0.99, "98.7 %"},
		{0.999, 0.999, "99.90 %"},
		{0.999 - 1e-12, 0.999, "99.89 %"}, // a miss by less than any reader sees
		{math.Nextafter(0.999, 0), 0.999, "99.89 %"},
		{math.Nextafter(1, 0), 0.99, "99.9 %"},
		{1, 0.99, "100.0 %"}, {1, 1, "100.0 %"}, {0, 0.999, "0.00 %"}, {0.0000004, 0.999, "0.00 %"},
		{0.5, math.NaN(), "50.0 %"}, {math.NaN(), 0.9, "not a number"}, {math.Inf(-1), 0.9, "−infinite"},
		{-0.001, 0.9, "−0.1 %"}, {20, 0.9, "2,000.0 %"},
	} {
		if got := humanize.SLI(c.sli, c.target); got != c.want {
			t.Errorf("SLI(%v, %v) = %q, want %q", c.sli, c.target, got, c.want)
		}
	}
}

// percentOf returns the number of a text in percent.
func percentOf(t interface{ Fatalf(string, ...any) }, text string) float64 {
	x, err := strconv.ParseFloat(strings.TrimSuffix(strings.ReplaceAll(text, ",", ""), " %"), 64)
	if err != nil {
		t.Fatalf("%q is no percentage", text)
	}
	return x
}

func checkSLI(t interface{ Fatalf(string, ...any) }, good, total, target, decimals uint32) {
	total = max(total, 1)
	sli := float64(min(good, total)) / float64(total)
	scale := math.Pow10(int(decimals%6) + 2)
	goal := math.Mod(float64(target), scale+1) / scale
	text, want := humanize.SLI(sli, goal), humanize.Target(goal)
	switch got, least := percentOf(t, text), percentOf(t, want); {
	case sli < goal && got >= least:
		t.Fatalf("%v misses %v and is %q, target %q", sli, goal, text, want)
	case sli >= goal && got < least:
		t.Fatalf("%v meets %v and is %q, target %q", sli, goal, text, want)
	case (got == 100) != (sli == 1):
		t.Fatalf("%v is %q", sli, text)
	}
	_, fraction, _ := strings.Cut(strings.TrimSuffix(text, " %"), ".")
	_, targetFraction, _ := strings.Cut(strings.TrimSuffix(want, " %"), ".")
	if len(fraction) != len(targetFraction)+1 {
		t.Fatalf("%q has not one decimal more than %q", text, want)
	}
}

func TestSLIKeepsTheVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.Uint32Range(0, 10_000_000).Draw(t, "target")
		total := rapid.Uint32().Draw(t, "total")
		checkSLI(t, total-min(total, rapid.Uint32Range(0, 100).Draw(t, "bad")), total, target, rapid.Uint32().Draw(t, "decimals"))
		checkSLI(t, rapid.Uint32().Draw(t, "good"), total, target, 2)
	})
}

func FuzzSLI(f *testing.F) {
	f.Add(uint32(998999), uint32(1000000), uint32(9990), uint32(2))
	f.Add(uint32(1<<32-2), uint32(1<<32-1), uint32(99999), uint32(3))
	f.Fuzz(func(t *testing.T, good, total, target, decimals uint32) { checkSLI(t, good, total, target, decimals) })
}
