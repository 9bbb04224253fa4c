package humanize_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/humanize"
)

const (
	ms  = time.Millisecond
	sec = time.Second
	mnt = time.Minute
	hr  = time.Hour
	day = 24 * time.Hour
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 1: "1 ms", 499 * time.Microsecond: "1 ms", ms: "1 ms", 1499 * time.Microsecond: "1 ms", 350 * ms: "350 ms",
		999*ms + 499*time.Microsecond: "999 ms", 999*ms + 500*time.Microsecond: "1 s",
		sec: "1 s", 1049 * ms: "1 s", 1050 * ms: "1.1 s", 9949 * ms: "9.9 s", 9950 * ms: "10 s", 10*sec + 499*ms: "10 s", 10*sec + 500*ms: "11 s",
		59*sec + 999*ms: "1 min", mnt: "1 min", 61 * sec: "61 s", 89*sec + 900*ms: "90 s", 90 * sec: "90 s", 90*sec + 499*ms: "90 s",
		90*sec + 500*ms: "2 min", 91 * sec: "2 min", 149 * sec: "2 min", 150 * sec: "3 min", 5*mnt + 20*sec: "5 min",
		59*mnt + 30*sec: "1 h", hr: "1 h", 60*mnt + 29*sec: "1 h", 61 * mnt: "61 min", 89*mnt + 59*sec: "90 min", 90 * mnt: "90 min",
		90*mnt + 29*sec: "90 min", 90*mnt + 30*sec: "1 h 31 min", 91 * mnt: "1 h 31 min",
		119*mnt + 30*sec: "2 h", 2 * hr: "2 h", 5*hr + 12*mnt: "5 h 12 min", 23*hr + 59*mnt + 30*sec: "24 h", 47*hr + 59*mnt: "47 h 59 min",
		47*hr + 59*mnt + 30*sec: "2 d", 48 * hr: "2 d", 76 * hr: "3 d 4 h", 9*day + 23*hr + 29*mnt: "9 d 23 h", 9*day + 23*hr + 30*mnt: "10 d",
		10*day + 11*hr: "10 d", 10*day + 12*hr: "11 d", 1234 * day: "1,234 d", math.MaxInt64: "106,751 d",
		-1: "−1 ms", -30 * sec: "−30 s", -91 * mnt: "−1 h 31 min", math.MinInt64: "−106,751 d", math.MinInt64 + 1: "−106,751 d",
	} {
		t.Run(d.String(), func(t *testing.T) {
			if got := humanize.Duration(d); got != want {
				t.Errorf("Duration(%d) = %q, want %q", d, got, want)
			}
		})
	}
}

// durationForm is every text that Duration may return, with each unit below its
// bound.
var durationForm = regexp.MustCompile(`^−?(0 s|[1-9]\d{0,2} ms|[1-9](\.[1-9])? s|[1-8]\d s|90 s|[1-9] min|[1-8]\d min|90 min|` +
	`(\d|[1-4]\d) h( ([1-9]|[1-5]\d) min)?|[2-9] d( ([1-9]|1\d|2[0-3]) h)?|[1-9]\d{1,2}(,\d{3})? d|[1-9]\d?,\d{3} d)$`)

// parsed returns the duration that a text of Duration stands for.
func parsed(t interface{ Fatalf(string, ...any) }, text string) (d time.Duration) {
	units := map[string]time.Duration{"ms": ms, "s": sec, "min": mnt, "h": hr, "d": day}
	rest, negative := strings.CutPrefix(text, humanize.Minus)
	words := strings.Fields(rest)
	for i := 0; i+1 < len(words); i += 2 {
		n, err := strconv.ParseFloat(strings.ReplaceAll(words[i], ",", ""), 64)
		if err != nil || units[words[i+1]] == 0 {
			t.Fatalf("%q is no duration", text)
		}
		d += time.Duration(math.Round(n * float64(units[words[i+1]])))
	}
	if negative {
		return -d
	}
	return d
}

// anyDuration draws durations of every length: most random int64 values are
// centuries.
func anyDuration() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		d := rapid.Int64().Draw(t, "d") >> rapid.IntRange(0, 62).Draw(t, "shift")
		edge := rapid.SampledFrom([]time.Duration{0, sec, 10 * sec, 90 * sec, 90 * mnt, 48 * hr, 10 * day}).Draw(t, "edge")
		if rapid.Bool().Draw(t, "near an edge") {
			d = int64(edge) + d%int64(2*mnt)
		}
		return time.Duration(d)
	})
}

func checkDuration(t interface{ Fatalf(string, ...any) }, a, b time.Duration) {
	text := humanize.Duration(a)
	if !durationForm.MatchString(text) {
		t.Fatalf("Duration(%d) = %q", a, text)
	}
	got := parsed(t, text)
	// 90.5 s read as 2 min are the coarsest step.
	if off := got - a; off.Abs() > max(a.Abs()/3, ms) {
		t.Fatalf("Duration(%d) = %q, which is %v away", a, text, off)
	}
	if other := parsed(t, humanize.Duration(b)); (a < b && got > other) || (a > b && got < other) {
		t.Fatalf("%d is %q and %d is %q", a, text, b, humanize.Duration(b))
	}
}

func TestDurationKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyDuration().Draw(t, "a")
		b := a + time.Duration(rapid.Int64Range(-int64(day), int64(day)).Draw(t, "distance"))
		checkDuration(t, a, b)
		checkDuration(t, a, anyDuration().Draw(t, "b"))
	})
}

func FuzzDuration(f *testing.F) {
	for _, d := range []int64{0, 1, -1, 59_999_999_999, 60_000_000_000, 90_500_000_000, math.MaxInt64, math.MinInt64} {
		f.Add(d, d+1)
	}
	f.Fuzz(func(t *testing.T, a, b int64) { checkDuration(t, time.Duration(a), time.Duration(b)) })
}

func TestDurationAgainst(t *testing.T) {
	for _, c := range []struct {
		d, target time.Duration
		want      string
	}{
		{5 * mnt, 5 * mnt, "5 min"},
		{4*mnt + 50*sec, 5 * mnt, "5 min"}, // met, and reads as its target
		{5*mnt + 20*sec, 5 * mnt, "5 min 20 s"},
		{5*mnt + 40*sec, 5 * mnt, "6 min"},
		{65 * sec, mnt, "65 s"},
		{mnt + 400*ms, mnt, "over 1 min"},
		{5*mnt + 400*ms, 5 * mnt, "over 5 min"},
		{48*hr + 10*mnt, 48 * hr, "2 d 10 min"},
		{2*hr + 29*sec, 2 * hr, "2 h 29 s"},
		{400 * time.Microsecond, 300 * time.Microsecond, "over 1 ms"},
		{-mnt, 5 * mnt, "−1 min"},
		{math.MaxInt64, math.MaxInt64 - 1, "over 106,751 d"},
		{12*day + 5*sec, 12 * day, "12 d 5 s"},
		{sec, sec - 1, "over 1 s"},
		{math.MinInt64, math.MinInt64, "−106,751 d"},
	} {
		t.Run(c.want, func(t *testing.T) {
			if got := humanize.DurationAgainst(c.d, c.target); got != c.want {
				t.Errorf("DurationAgainst(%v, %v) = %q, want %q", c.d, c.target, got, c.want)
			}
		})
	}
	t.Run("a miss never reads as its target", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			target := anyDuration().Draw(t, "target")
			d := target + time.Duration(rapid.Int64Range(1, int64(hr)).Draw(t, "over"))
			if target < 0 || d < target {
				return
			}
			if text := humanize.DurationAgainst(d, target); text == humanize.Duration(target) {
				t.Fatalf("%v against %v is %q", d, target, text)
			}
		})
	})
}

func TestDurationForms(t *testing.T) {
	t.Parallel()
	half := 30 * sec
	for _, c := range []struct{ name, got, want string }{
		{"missing", humanize.DurationOr(nil, "unknown"), "unknown"},
		{"present", humanize.DurationOr(&half, "unknown"), "30 s"},
		{"offset", humanize.Offset(half), "+30 s"},
		{"offset before", humanize.Offset(-half), "−30 s"},
		{"no offset", humanize.Offset(0), "+0 s"},
		{"least offset", humanize.Offset(math.MinInt64), "−106,751 d"},
		{"seconds", humanize.Seconds(0.35), "350 ms"},
		{"no number", humanize.Seconds(math.NaN()), "not a number"},
		{"infinite", humanize.Seconds(math.Inf(1)), "infinite"},
		{"before everything", humanize.Seconds(math.Inf(-1)), "−infinite"},
		{"beyond the type", humanize.Seconds(86400 * 200_000), "200,000 d"},
		{"negative beyond the type", humanize.Seconds(-86400 * 200_000), "−200,000 d"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
}

func TestFromSecondsSaturates(t *testing.T) {
	for seconds, want := range map[float64]time.Duration{
		1.5: 1500 * time.Millisecond, -1.5: -1500 * time.Millisecond,
		1e308: math.MaxInt64, -1e308: -math.MaxInt64, math.Inf(1): math.MaxInt64, math.Inf(-1): -math.MaxInt64,
		18446744073709.55: math.MaxInt64, 9223372036.854776: math.MaxInt64, -9223372036.854776: -math.MaxInt64,
	} {
		if got := humanize.FromSeconds(seconds); got != want {
			t.Errorf("FromSeconds(%v) = %d, want %d", seconds, got, want)
		}
	}
	if got := humanize.FromSeconds(math.NaN()); got != 0 {
		t.Errorf("FromSeconds(NaN) = %d, want 0", got)
	}
}

func FuzzSeconds(f *testing.F) {
	for _, x := range []float64{0, math.NaN(), math.Inf(1), 1e308, -1, 1e15, math.MaxInt64, 5e-324} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) {
		text := humanize.Seconds(x)
		if text == "" || len(text) > 32 || strings.Contains(text, "NaN") || strings.HasPrefix(text, humanize.Minus) && x >= 0 {
			t.Fatalf("Seconds(%v) = %q", x, text)
		}
		if d := humanize.FromSeconds(x); d < 0 != (x < 0) && d != 0 {
			t.Fatalf("FromSeconds(%v) = %d", x, d)
		}
	})
}
