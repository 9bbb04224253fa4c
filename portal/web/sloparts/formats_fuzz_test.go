package sloparts

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/web/webtest"
)

// FuzzFormatsAreTotal: every formatter writes bounded text for every number and
// duration, without the words of the language for what is no number.
func FuzzFormatsAreTotal(f *testing.F) {
	for _, n := range []int64{0, 1, -1, math.MinInt64, math.MinInt64 + 1, math.MaxInt64, int64(time.Hour), -int64(48 * time.Hour)} {
		for _, x := range []float64{
			0, math.Copysign(0, -1), -1, 1, math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308, 5e-324,
			18446744073709.55, 9223372036.854776, 1 << 63, 1 << 64, 99.95, 123456.75,
		} {
			f.Add(n, x)
		}
	}
	texts := webtest.Texts(f)
	f.Fuzz(func(t *testing.T, n int64, x float64) {
		d := time.Duration(n)
		for name, text := range map[string]string{
			"SLI": SLI(&x, x), "SLI of 0.99": SLI(&x, 0.99), "Target": Target(x), "Budget": Budget(&x),
			"Count": Count(x), "Rate": Rate(&x), "Duration": Duration(d), "lastsText": lastsText(texts, &d, &x), "Window": Window(d),
		} {
			if text == "" || len(text) > 72 || strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
				t.Fatalf("%s of %s, %d and %v is written %q", name, d, n, x, text)
			}
		}
	})
}
