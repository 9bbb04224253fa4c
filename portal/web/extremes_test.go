package web

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports/slo"
)

// FuzzFormatsOfPagesAreTotal: every formatter of numbers and durations on pages, over
// every number and duration: bounded text without the words of the language for what
// is no number.
func FuzzFormatsOfPagesAreTotal(f *testing.F) {
	for _, n := range []int64{0, 1, -1, math.MinInt64, math.MinInt64 + 1, math.MaxInt64, int64(time.Hour), -int64(48 * time.Hour)} {
		for _, x := range []float64{
			0, math.Copysign(0, -1), -1, 1, math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308, 5e-324,
			18446744073709.55, 9223372036.854776, 1 << 63, 1 << 64, 99.95, 123456.75,
		} {
			f.Add(n, x)
		}
	}
	f.Fuzz(func(t *testing.T, n int64, x float64) {
		d := time.Duration(n)
		for name, text := range map[string]string{
			"sliText": sliText(&x, x), "sliText of 0.99": sliText(&x, 0.99), "targetText": targetText(x), "budgetText": budgetText(&x),
			"countText": countText(x), "rateText": rateText(&x), "spanText": spanText(d), "lastsText": lastsText(&d, &x), "percentOf": percentOf(&x),
			"tookOf": tookOf(&d), "secondsOf": secondsOf(x), "exactly": exactly(d), "offsetText": offsetText(d), "markText": markText(d), "windowText": windowText(d),
			"tookShort": tookShort(d), "formatSeconds": formatSeconds(&n), "recoverWords": recoverWords(2, []int64{n, n}), "seen": seen(slo.Result{Buckets: 1}, x),
			"percent": percent(&x, "of requests"),
		} {
			if text == "" || len(text) > 72 || strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
				t.Fatalf("%s of %d and %v is written %q", name, n, x, text)
			}
		}
		if at := scale(d)(time.Duration(n / 2)); math.IsNaN(at) || math.IsInf(at, 0) {
			t.Fatalf("a strip of %s has a place at %v", d, at)
		}
	})
}

// TestNumbersOfAddressesAreBounded: every number in the address of a page, at both
// ends of its type and beyond: an answer with words, never a failure of the portal.
func TestNumbersOfAddressesAreBounded(t *testing.T) {
	signals := signalsOfADay()
	s := newSite(t, "https://kb.example", withBoard, func(d *Deps, _ *Options) { d.Signals = signals })
	found := 0
	for _, address := range []string{
		"/incidents?page=", "/alerts?page=", "/changes?page=", "/slow-sql?page=", "/incidents?days=", "/slos?from=", "/search?q=a&offset=", "/reports/daily/2026-11-24?rev=",
		"/dead-letters?limit=", "/postmortems?year=", "/postmortems?page=", "/slos/none?days=",
	} {
		for _, n := range []string{"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-1", "0", "1e308", "NaN", "Infinity", "-0", "184467440737095517", "368934881474191034"} {
			w := s.get(address + n)
			if w.Code != http.StatusNotFound {
				found++
			}
			if w.Code >= http.StatusInternalServerError && w.Code != http.StatusServiceUnavailable {
				t.Errorf("%s%s is answered with %d", address, n, w.Code)
			}
		}
	}
	if found < 80 {
		t.Errorf("only %d of the pages are there", found)
	}
}
