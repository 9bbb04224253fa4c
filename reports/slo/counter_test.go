package slo_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/reports/slo"
)

// readings are samples a minute apart, the first at epoch.
func readings(values ...float64) (out []slo.Sample) {
	for i, v := range values {
		out = append(out, slo.Sample{At: epoch.Add(time.Duration(i) * minute), Value: v})
	}
	return out
}

// steps are n+1 values from first on, as promqltest writes first+stepxn.
func steps(first, step float64, n int) (out []float64) {
	for i := range n + 1 {
		out = append(out, first+step*float64(i))
	}
	return out
}

// whole is one bucket that holds every reading.
func whole(samples []slo.Sample) slo.Grid {
	return slo.Grid{From: epoch.Add(-minute), Length: time.Duration(len(samples)+1) * minute, N: 1}
}

// Some are the series of prometheus/prometheus: promql/promqltest/testdata/functions.test.
func TestCountersThatAreReset(t *testing.T) {
	const none = 1000 * time.Hour
	for name, c := range map[string]struct {
		values []float64
		grown  float64
		resets int
	}{
		"a reset":                   {[]float64{100, 110, 5, 20, 30}, 40, 1},
		"counting up, down and up":  {[]float64{0, 1, 2, 3, 2, 3, 4}, 7, 1}, // 3, then a reset to 2, then 2
		"one that climbs above":     {[]float64{100, 110, 500, 20, 600}, 1000, 1},
		"a counter that rests":      {[]float64{7, 7, 7}, 0, 0},
		"one reading":               {[]float64{7}, 0, 0},
		"none":                      {nil, 0, 0},
		"NaN between":               {[]float64{1, math.NaN(), 3}, 2, 0},
		"functions.test, path=/foo": {[]float64{1, 2, 3, 0, 1, 0, 0, 1, 2, 0}, 5, 3},
		"functions.test, path=/bar": {[]float64{1, 2, 3, 4, 5, 1, 2, 3, 4, 5}, 9, 1},
		"functions.test, path=/biz": {[]float64{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, 1, 0},
		// Of increase() the file expects 100, 160, 100 and 100 over 50 minutes, and
		// 100, 162, 105 and 101 over 100: it extrapolates. This is what was counted.
		"functions.test, increase, /foo":   {steps(0, 10, 10), 100, 0},
		"functions.test, increase, /bar":   {append(steps(0, 18, 5), steps(0, 18, 4)...), 162, 1},
		"functions.test, increase, /dings": {steps(10, 10, 10), 100, 0},
		"functions.test, increase, /bumms": {steps(1, 10, 10), 100, 0},
		"functions.test, reset in rate":    {append(steps(0, 27, 4), steps(0, 27, 5)...), 243, 1},
	} {
		s := readings(c.values...)
		if got := slo.Grow(s, whole(s), none)[0]; got.Count != c.grown || got.Resets != c.resets {
			t.Errorf("%s: grew by %g with %d resets, want %g with %d", name, got.Count, got.Resets, c.grown, c.resets)
		}
	}
}

func TestAReadingCountsInTheBucketInWhichItLies(t *testing.T) {
	s := []slo.Sample{{At: epoch, Value: 10}, {At: epoch.Add(fiveM), Value: 15}, {At: epoch.Add(fiveM + 1), Value: 16},
		{At: epoch.Add(15*minute + 2), Value: 20}}
	got := slo.Grow(s, slo.Grid{From: epoch, Length: fiveM, N: 4}, fiveM)
	// The sample before the last is more than reach before its bucket: the series restarts.
	for i, want := range []slo.Growth{{Count: 5, Samples: 1}, {Count: 1, Samples: 1}, {}, {Samples: 1}} {
		if got[i] != want {
			t.Errorf("bucket %d: %+v, want %+v", i, got[i], want)
		}
	}
}

// A counter with random steps, resets and times, cut into any buckets: they add up
// to what was counted, and the resets to what happened.
func TestBucketsOfACounterAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var samples []slo.Sample
		var counted float64
		resets, value, at := 0, float64(rapid.IntRange(0, 1000).Draw(t, "first")), epoch
		for i := range rapid.IntRange(0, 200).Draw(t, "n") {
			grew := float64(rapid.IntRange(0, 500).Draw(t, "grew"))
			switch {
			case i == 0: // what it had counted before is not known
			case rapid.IntRange(0, 9).Draw(t, "reset") == 0 && value > 0:
				if grew < value { // a reset that climbs above within one scrape cannot be told from growth
					resets++
					counted += grew
				} else {
					counted += grew - value
				}
				value = grew
			default:
				value += grew
				counted += grew
			}
			samples = append(samples, slo.Sample{At: at, Value: value})
			at = at.Add(time.Duration(rapid.IntRange(1, 240).Draw(t, "pause")) * time.Second)
		}
		length := time.Duration(rapid.IntRange(1, 1200).Draw(t, "length")) * time.Second
		from := epoch.Add(-time.Duration(rapid.IntRange(1, 600).Draw(t, "before")) * time.Second)
		n := int(at.Sub(from)/length) + 1
		var sum slo.Growth
		for _, g := range slo.Grow(samples, slo.Grid{From: from, Length: length, N: n}, fiveM) {
			sum.Count, sum.Resets, sum.Samples = sum.Count+g.Count, sum.Resets+g.Resets, sum.Samples+g.Samples
		}
		if sum.Count != counted || sum.Resets != resets || sum.Samples != len(samples) {
			t.Fatalf("%d samples grew by %g with %d resets; %d, %g and %d were made", sum.Samples, sum.Count, sum.Resets, len(samples), counted,
				resets)
		}
		// Asked for a part at a time, with one reach of what lies before it.
		var parts float64
		for i := range n {
			part := slo.Grid{From: from.Add(time.Duration(i) * length), Length: length, N: 1}
			seen := slices.DeleteFunc(slices.Clone(samples), func(s slo.Sample) bool {
				return !s.At.After(part.From.Add(-fiveM)) || s.At.After(part.From.Add(length))
			})
			parts += slo.Grow(seen, part, fiveM)[0].Count
		}
		if parts != counted {
			t.Fatalf("bucket by bucket they grew by %g, in one go by %g", parts, counted)
		}
	})
}
