package slo

import (
	"math"
	"time"
)

// Sample is one reading of a counter, as it was scraped.
type Sample struct {
	At    time.Time
	Value float64
}

// Grid is a row of buckets: n of one length, the first beginning at From.
type Grid struct {
	From   time.Time
	Length time.Duration
	N      int
}

// index returns the bucket whose time (start, end] contains an instant; ok is false
// outside the grid.
func (g Grid) index(t time.Time) (i int, ok bool) {
	since := t.Sub(g.From)
	if since <= 0 || g.Length <= 0 {
		return 0, false
	}
	i = int((since - 1) / g.Length)
	return i, i < g.N
}

// Growth is how much one series of a counter grew in one bucket.
type Growth struct {
	Count   float64
	Resets  int
	Samples int // that lie in the bucket; none: the series was not seen
}

// Grow returns the growth of one series of a counter by bucket: each reading adds its
// difference to the one before, or all of itself where it is lower, because then the
// counter began again at zero. (100, 110, 5, 20, 30 grew by 40.) The difference belongs
// to the bucket of the later reading, so that neighbouring buckets add up to what the
// counter counted, however they are cut.
//
// The first reading of a series adds nothing: what it had counted before it was seen is
// not known. Neither does one whose predecessor is reach or more before the start of
// its bucket: that is a new series, as it is to PromQL with reach for its lookback.
// Readings that are NaN are ignored. The samples must be in order of time.
func Grow(samples []Sample, g Grid, reach time.Duration) []Growth {
	out := make([]Growth, max(g.N, 0))
	last := -1
	for n, s := range samples {
		if math.IsNaN(s.Value) {
			continue
		}
		i, ok := g.index(s.At)
		if ok {
			out[i].Samples++
			start := g.From.Add(time.Duration(i) * g.Length)
			if last >= 0 && samples[last].At.After(start.Add(-reach)) {
				out[i].add(samples[last].Value, s.Value)
			}
		}
		last = n
	}
	return out
}

// add counts one pair of neighbouring readings.
func (g *Growth) add(before, now float64) {
	if now < before {
		g.Count += now
		g.Resets++
		return
	}
	g.Count += now - before
}
