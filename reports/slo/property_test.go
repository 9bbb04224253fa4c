package slo_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/reports/slo"
)

// draw makes up to a few days of buckets with gaps, quiet ones and outages.
func draw(t *rapid.T) []slo.Bucket {
	n := rapid.IntRange(0, 900).Draw(t, "n")
	var out []slo.Bucket
	for i := range n {
		if rapid.IntRange(0, 19).Draw(t, "gap") == 0 {
			continue
		}
		total := rapid.Float64Range(0, 1e6).Draw(t, "total")
		if rapid.IntRange(0, 9).Draw(t, "quiet") == 0 {
			total = 0
		}
		out = append(out, slo.Bucket{
			Start: epoch.Add(time.Duration(i) * fiveM), Len: fiveM, Total: total,
			Good:     total * rapid.Float64Range(0, 1).Draw(t, "ratio"),
			Coverage: rapid.SampledFrom([]float64{1, 1, 1, 0.5}).Draw(t, "coverage"),
		})
	}
	return out
}

func drawSLO(t *rapid.T) slo.SLO {
	return slo.SLO{
		Target:      rapid.Float64Range(0, 0.9999).Draw(t, "target"),
		Method:      rapid.SampledFrom([]slo.Method{slo.Occurrences, slo.Timeslices, slo.RatioTimeslices}).Draw(t, "method"),
		SliceLen:    rapid.SampledFrom([]time.Duration{fiveM, 15 * minute, time.Hour}).Draw(t, "slice"),
		SliceTarget: rapid.Float64Range(0.01, 1).Draw(t, "slice target"),
		EmptySlice:  rapid.SampledFrom([]string{slo.EmptyExclude, slo.EmptyGood, slo.EmptyBad}).Draw(t, "empty"),
	}
}

func same(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b), 1) }

func TestSumsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		buckets := draw(t)
		from := epoch.Add(time.Duration(rapid.IntRange(-10, 900).Draw(t, "from")) * fiveM)
		to := from.Add(time.Duration(rapid.IntRange(1, 900).Draw(t, "len")) * fiveM)
		var good, total float64
		for _, b := range buckets {
			if !b.Start.Before(from) && b.Start.Before(to) {
				good, total = good+b.Good, total+b.Total
			}
		}
		sum := slo.SumOf(slo.SLO{Method: slo.Occurrences}, buckets, from, to)
		if !same(sum.Good, good) || !same(sum.Total, total) {
			t.Fatalf("%g of %g, brute force %g of %g", sum.Good, sum.Total, good, total)
		}
		r := slo.Evaluate(slo.SLO{Target: 0.9, Method: slo.Occurrences}, buckets, slo.Span{From: from, To: to})
		if r.SLI != nil && !same(*r.Spent, (total-good)/(total*(1-0.9))) {
			t.Fatalf("spent %g", *r.Spent)
		}
	})
}

func TestAnySplitOfASpanSumsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, buckets := drawSLO(t), draw(t)
		end := epoch.Add(900 * fiveM)
		whole := slo.SumOf(s, buckets, epoch, end)
		cuts := rapid.SliceOfN(rapid.IntRange(0, 75), 0, 8).Draw(t, "cuts") // hours: no slice lies across
		slices.Sort(cuts)
		var parts slo.Sum
		from := epoch
		for _, c := range append(cuts, 75) {
			to := epoch.Add(time.Duration(c) * time.Hour)
			parts = parts.Add(slo.SumOf(s, buckets, from, to))
			from = to
		}
		if !same(parts.Good, whole.Good) || !same(parts.Total, whole.Total) || parts.Buckets != whole.Buckets ||
			!same(parts.Slices.Good, whole.Slices.Good) || parts.Slices.Counted != whole.Slices.Counted || parts.Measured != whole.Measured {
			t.Fatalf("parts %+v\nwhole %+v", parts, whole)
		}
	})
}

func TestBudgetAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, buckets := drawSLO(t), draw(t)
		at := span(epoch, 75*time.Hour)
		r := slo.Evaluate(s, buckets, at)
		if r.SLI == nil {
			return
		}
		if *r.SLI < 0 || *r.SLI > 1 || !same(*r.Spent+*r.Left, 1) {
			t.Fatalf("SLI %g, spent %g, left %g", *r.SLI, *r.Spent, *r.Left)
		}
		if !same(*r.Spent, (1-*r.SLI)/(1-s.Target)) && math.Abs(*r.Spent-(1-*r.SLI)/(1-s.Target)) > 1e-9**r.Spent {
			t.Fatalf("spent %g is not (1-SLI)/(1-target) = %g", *r.Spent, (1-*r.SLI)/(1-s.Target))
		}
		down := slices.DeleteFunc(slo.BudgetOf(s, buckets, at).Burndown(s, buckets, at, time.Hour),
			func(p slo.BudgetPoint) bool { return p.Left == nil })
		if last := down[len(down)-1]; math.Abs(*last.Left-*r.Left) > 1e-9*max(1, math.Abs(*r.Left)) {
			t.Fatalf("the curve ends at %g, the number is %g", *last.Left, *r.Left)
		}
		for i := 1; i < len(down); i++ {
			if *down[i].Left > *down[i-1].Left {
				t.Fatalf("the budget grows at %s", down[i].At)
			}
		}
	})
}

func TestBurnOverTheWholeWindowIsWhatIsSpent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, buckets := drawSLO(t), draw(t)
		end := epoch.Add(75 * time.Hour)
		r := slo.Evaluate(s, buckets, slo.Span{From: epoch, To: end})
		b := slo.Burns(s, buckets, end, []time.Duration{75 * time.Hour})[0]
		if r.Spent != nil && math.Abs(*b.Rate-*r.Spent) > 1e-9*max(1, *r.Spent) {
			t.Fatalf("burn rate %g, spent %g", *b.Rate, *r.Spent)
		}
	})
}

func TestCalendarWindowsAreContiguous(t *testing.T) {
	zones := []string{"UTC", "America/New_York", "Asia/Shanghai", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Skip(err)
		}
		w := slo.Window{
			Count: rapid.IntRange(1, 5).Draw(t, "count"), Unit: rapid.SampledFrom([]string{"h", "d", "w", "M", "Q", "Y"}).Draw(t, "unit"),
			Zone:  zone,
			Start: time.Unix(rapid.Int64Range(946684800, 1735689600).Draw(t, "start"), 0),
		}
		at := time.Unix(rapid.Int64Range(946684800, 1924991999).Draw(t, "at"), 0)
		from, to := w.At(at)
		if at.Before(from) || !at.Before(to) {
			t.Fatalf("%s is not in [%s, %s)", at, from, to)
		}
		next, end := w.At(to)
		if !next.Equal(to) || !end.After(next) {
			t.Fatalf("[%s, %s) is followed by [%s, %s)", from, to, next, end)
		}
	})
}
