package incident

import (
	"math"
	"slices"
	"testing"
	"time"
)

// TestEveryMonthOfAStatusPage holds each month of the status page against a count
// that knows nothing of folds, intervals and quantiles: minutes in a map, and the
// median as the middle of a list. It also shows why intervals are not added up.
func TestEveryMonthOfAStatusPage(t *testing.T) {
	voices := statusPage(t)
	all := Fold(voices, nil, feedPolicy())
	overlaps := 0
	for from := day(2022, 1, 1); from.Before(day(2025, 1, 1)); from = from.AddDate(0, 1, 0) {
		to := from.AddDate(0, 1, 0)
		down, naive := map[int64]bool{}, 0
		var lengths []float64
		for _, v := range voices {
			a, b := v.Times[Started].At, v.Times[Resolved].At
			if v.Maintenance || !b.After(a) {
				continue
			}
			if !a.Before(from) && a.Before(to) {
				lengths = append(lengths, b.Sub(a).Minutes())
			}
			for m := a; m.Before(b); m = m.Add(time.Minute) {
				if !m.Before(from) && m.Before(to) {
					down[m.Unix()] = true
					naive++
				}
			}
		}
		overlaps += naive - len(down)
		s := Sum(all, feedPolicy(), Interval{from, to}, day(2025, 1, 1))
		if s.N != len(lengths) || s.Downtime.Minutes() != float64(len(down)) {
			t.Errorf("%s: %d incidents, down for %v minutes; counted %d and %d", from.Format("2006-01"), s.N, s.Downtime.Minutes(), len(lengths),
				len(down))
		}
		if len(lengths) == 0 {
			continue
		}
		slices.Sort(lengths)
		n := len(lengths)
		if want := (lengths[(n-1)/2] + lengths[n/2]) / 2; math.Abs(s.Resolve.Median.Minutes()-want) > 1e-9 {
			t.Errorf("%s: median %v minutes, want %v", from.Format("2006-01"), s.Resolve.Median.Minutes(), want)
		}
	}
	if overlaps != 563 {
		t.Errorf("%d minutes are counted twice by adding up, want 83 in 2022, 30 in 2023 and 450 in 2024", overlaps)
	}
}
