package slo_test

import (
	"math"
	"testing"
	"time"

	"github.com/postern/postern/reports/slo"
)

const (
	minute = time.Minute
	fiveM  = 5 * time.Minute
	day    = 24 * time.Hour
)

// epoch is a Monday.
var epoch = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// flat makes n buckets of one length from start with the same counts.
func flat(start time.Time, n int, length time.Duration, good, total float64) []slo.Bucket {
	out := make([]slo.Bucket, n)
	for i := range out {
		out[i] = slo.Bucket{Start: start.Add(time.Duration(i) * length), Len: length, Good: good, Total: total, Coverage: 1}
	}
	return out
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > within*max(1, math.Abs(want)) {
		t.Errorf("%s is %.15g, want %.15g (within %g)", what, got, want, within)
	}
}

func value(t *testing.T, what string, p *float64) float64 {
	t.Helper()
	if p == nil {
		t.Fatalf("%s is not known", what)
	}
	return *p
}

func span(from time.Time, length time.Duration) slo.Span {
	return slo.Span{From: from, To: from.Add(length)}
}
