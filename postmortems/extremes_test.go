package postmortems_test

import (
	"math"
	"testing"
	"time"

	"github.com/postern/postern/postmortems"
)

func FuzzFormatDuration(f *testing.F) {
	for _, n := range []int64{0, 1, -1, math.MinInt64, math.MinInt64 + 1, math.MaxInt64, int64(48 * time.Hour), -int64(3 * time.Hour)} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n int64) {
		d := time.Duration(n)
		text := postmortems.FormatDuration(&d)
		if text == "" || len(text) > 32 || (n < 0) != (text[0] == '-') {
			t.Fatalf("%d ns is written %q", n, text)
		}
	})
}

func TestFormatExtremeDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{math.MinInt64: "-106751 d 23 h", math.MaxInt64: "106751 d 23 h", -90 * time.Minute: "-90 min"} {
		if got := postmortems.FormatDuration(&d); got != want {
			t.Errorf("%d is written %q, want %q", d, got, want)
		}
	}
}
