package chart

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/messages/messagestest"
)

func TestExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		unit Unit
		v    float64
		want string
	}{
		{Count, 12345, "12,345"}, {Count, 0.25, "0.25"}, {Count, -3, "−3"}, {Count, 1.999, "2"}, {Count, 0, "0"}, {Count, 1200, "1,200"},
		{Percent, 0.99951, "99.951 %"}, {Percent, 0.999, "99.9 %"}, {Percent, 1, "100 %"}, {Percent, 21.4567, "2,145.7 %"},
		{Percent, -2.5, "−250 %"},
		{Percent, 0.1, "10 %"}, {Times, 14.4, "14.4×"}, {Times, 2, "2×"}, {Times, 0.126, "0.13×"}, {Seconds, 45, "45 s"},
		{Seconds, 11400, "3 h 10 min"},
		{Seconds, 259200, "3 d"}, {Seconds, -95, "−2 min"}, {Count, math.NaN(), "no data"}, {Percent, math.NaN(), "no data"},
		{Seconds, math.NaN(), "no data"},
		{Times, math.Inf(1), "infinite"}, {Percent, math.Inf(-1), "−infinite"}, {Count, 1e16, "1.00e+16"},
	} {
		if got := c.unit.Exact(messagestest.English(t), c.v); got != c.want {
			t.Errorf("unit %d writes %v as %q, want %q", c.unit, c.v, got, c.want)
		}
	}
}

func TestFormatHasTheDecimalsOfItsStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		unit    Unit
		v, step float64
		want    string
	}{
		{Count, 10, 5, "10"}, {Count, 10, 0.5, "10.0"}, {Percent, 0.995, 0.005, "99.5 %"}, {Percent, 0.5, 0.25, "50 %"},
		{Percent, 0.99951, 0.00002, "99.951 %"},
		{Times, 3, 0.2, "3.0×"}, {Times, 3, 2, "3×"}, {Seconds, 90, 30, "90 s"}, {Count, 1, 0, "1"}, {Count, 1, 1e-9, "1"},
	} {
		if got := c.unit.format(c.v, c.step); got != c.want {
			t.Errorf("unit %d writes %v with step %v as %q, want %q", c.unit, c.v, c.step, got, c.want)
		}
	}
}

func TestTrimZeros(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"1.50": "1.5", "1.00": "1", "100": "100", "1,200": "1,200", "1.20e+10": "1.20e+10", "0.0": "0"} {
		if got := trimZeros(in); got != want {
			t.Errorf("trimZeros(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"支付 ok": "支付 ok", "a\u202eb\u2066c\u200ed\u061ce": "abcde", "a\x00b\x1bc\x7f": "abc", "a\nb\tc\u2028d": "a b c d",
		"bad \xff\xfe":           "bad \uFFFD",
		strings.Repeat("x", 201): strings.Repeat("x", 200), strings.Repeat("长", 300): strings.Repeat("长", 200), "a\uFFFEb\uFFFF": "ab",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := clean(rapid.String().Draw(t, "s"))
		if again := clean(s); again != s {
			t.Fatalf("%q becomes %q", s, again)
		}
	})
}

func TestEscape(t *testing.T) {
	t.Parallel()
	if got := escape(`<a href="x" b='y'>&</a>`); got != "&lt;a href=&#34;x&#34; b=&#39;y&#39;&gt;&amp;&lt;/a&gt;" {
		t.Error(got)
	}
}

// TestSeriesRepeat holds that the first eight series differ in role and in dashes.
func TestSeriesRepeat(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for i := range 8 {
		var dash strings.Builder
		for _, d := range dashOf(Series(i)) {
			dash.WriteString(short(d) + " ")
		}
		if other, taken := seen[dash.String()]; taken {
			t.Errorf("series %d has the dashes of series %d", i, other)
		}
		seen[dash.String()] = i
	}
	if Series(0) != Series1 || Series(7) != Series8 || Series(8) != Series1 || Series(17) != Series2 {
		t.Errorf("series 0, 7, 8, 17: %d %d %d %d", Series(0), Series(7), Series(8), Series(17))
	}
	if dashOf(Bad) != nil || dashOf(Series1) != nil || dashOf(Series2) == nil {
		t.Error("dashes belong to the series after the first")
	}
}

// TestShadesLeaveTheUnreadableMiddleOut holds the contrast of the text of a clock's
// cells: no share of the highest count has a shade between the light and the dark.
func TestShadesLeaveTheUnreadableMiddleOut(t *testing.T) {
	t.Parallel()
	last := 0.0
	for i := 1; i <= 300; i++ {
		share := float64(i) / 300
		shade, role := shadeOf(share)
		if shade < last || shade > 1 || shade < 0.15 {
			t.Errorf("share %v has the shade %v after %v", share, shade, last)
		}
		if (role == Ink) != (shade <= 0.47) || (role == Paper) != (shade >= 0.84) {
			t.Errorf("share %v: text of role %d on the shade %v", share, role, shade)
		}
		last = shade
	}
	if shade, _ := shadeOf(1); shade != 1 {
		t.Errorf("the highest count has the shade %v", shade)
	}
}
