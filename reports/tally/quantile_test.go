package tally_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/reports/tally"
)

func TestQuantile(t *testing.T) {
	var ten []time.Duration
	for n := range 10 {
		ten = append(ten, time.Duration(n+1)*time.Minute)
	}
	// PERCENTILE_CONT(0.9) of 1..10 is 9.1.
	if q := tally.Quantile(ten, 0.9); q != 9*time.Minute+6*time.Second {
		t.Errorf("0.9: %v", q)
	}
	if first, last := tally.Quantile(ten, 0), tally.Quantile(ten, 1); first != ten[0] || last != ten[9] {
		t.Errorf("ends: %v, %v", first, last)
	}
}

func TestMedian(t *testing.T) {
	if m := tally.Median(nil); m != nil {
		t.Errorf("of nothing: %v", *m)
	}
	if m := tally.Median([]time.Duration{40, 10, 30, 20}); *m != 25 {
		t.Errorf("of four: %d", *m)
	}
	if m := tally.Median([]time.Duration{9, 1, 4}); *m != 4 {
		t.Errorf("of three: %d", *m)
	}
}

// A weight counts as so many equal values, of which the nearest rank is taken.
func TestWeightedQuantile(t *testing.T) {
	if q := tally.WeightedQuantile(nil, 0.5); q != nil {
		t.Errorf("of nothing: %v", *q)
	}
	rapid.Check(t, func(t *rapid.T) {
		var values []tally.Weighted
		var each []float64
		for _, v := range rapid.SliceOfN(rapid.IntRange(0, 9), 1, 8).Draw(t, "values") {
			weight := rapid.IntRange(1, 5).Draw(t, "weight")
			values = append(values, tally.Weighted{Value: float64(v), Weight: float64(weight)})
			each = append(each, slices.Repeat([]float64{float64(v)}, weight)...)
		}
		slices.Sort(each)
		quarters := rapid.IntRange(1, 4).Draw(t, "quarters") // binary fractions: no rounding
		rank := (quarters*len(each) + 3) / 4
		if got := *tally.WeightedQuantile(values, float64(quarters)/4); got != each[rank-1] {
			t.Fatalf("%v instead of %v, the value %d of %v", got, each[rank-1], rank, each)
		}
	})
}

func TestShare(t *testing.T) {
	if s := tally.Share(0, 0); s != nil {
		t.Errorf("of nothing: %v", *s)
	}
	if s := tally.Share(1, 4); *s != 0.25 {
		t.Errorf("%v", *s)
	}
}

func TestSumsOfDurationsEnd(t *testing.T) {
	sum := time.Duration(0)
	for range 20_000 {
		sum = tally.Added(sum, 31*24*time.Hour)
	}
	if sum != math.MaxInt64 || tally.Added(time.Second, time.Minute) != 61*time.Second {
		t.Errorf("20,000 alerts of a month fire for %s", sum)
	}
}
