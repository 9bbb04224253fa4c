package ledger

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// counts draws counts as feeds give them: mostly whole, sometimes fractions,
// rarely nonsense.
func counts() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(0, 100_000), func(n int) float64 { return float64(n) }),
		rapid.Map(rapid.IntRange(0, 100_000), func(n int) float64 { return float64(n) }),
		rapid.Float64(),
		rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), -1, math.Copysign(0, -1), maxWhole, maxWhole - 1, 1 << 60}),
	)
}

func days() *rapid.Generator[*dayPoints] {
	return rapid.Custom(func(t *rapid.T) *dayPoints {
		d := newDay(rapid.SampledFrom([]time.Duration{time.Hour, 30 * time.Minute, day, 5 * time.Minute}).Draw(t, "length"))
		odd := rapid.Bool().Draw(t, "odd")
		full := rapid.Bool().Draw(t, "full")
		for i := range d.points {
			p := point{good: float64(i), total: float64(2 * i), coverage: 1, rev: 3, there: full}
			if odd || i == 0 {
				p = point{good: counts().Draw(t, "good"), total: counts().Draw(t, "total"), there: full || rapid.Bool().Draw(t, "there"), coverage: 1, rev: 3}
			}
			if odd && rapid.Bool().Draw(t, "more") {
				p.coverage = rapid.Float64Range(0, 1).Draw(t, "coverage")
				p.rev = rapid.Int64().Draw(t, "rev")
			}
			d.points[i] = p
		}
		return d
	})
}

func TestAPackedDayComesBackBitByBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := days().Draw(t, "day")
		got, err := unpackDay(d.bytes())
		if err != nil {
			t.Fatal(err)
		}
		if got.length != d.length {
			t.Fatalf("length %d, want %d", got.length, d.length)
		}
		for i, p := range d.points {
			q := got.points[i]
			if p.there != q.there || p.there && (!p.same(q) || p.rev != q.rev) {
				t.Fatalf("bucket %d: %+v, want %+v", i, q, p)
			}
		}
	})
}

// TestSumsEqualTheBuckets compares the fast way with adding up bucket by bucket.
func TestSumsEqualTheBuckets(t *testing.T) {
	midnight := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		d := days().Draw(t, "day")
		from := midnight.Add(time.Duration(rapid.IntRange(-3600, secondsOfDay).Draw(t, "from")) * time.Second)
		to := from.Add(time.Duration(rapid.IntRange(0, 2*secondsOfDay).Draw(t, "length")) * time.Second)
		if rapid.Bool().Draw(t, "whole day") {
			from, to = midnight, midnight.Add(day)
		}
		var want, got Sum
		covered := 0.0
		for i, p := range d.points {
			b := bucketOf(midnight, d.length, i, p)
			if !p.there || b.Start.Before(from) || !b.Start.Before(to) {
				continue
			}
			want.Buckets++
			if !p.countable() {
				want.Nonsense++
				continue
			}
			want.Good += p.good
			want.Total += p.total
			covered += p.coverage
		}
		want.Measured = time.Duration(covered * float64(d.length) * float64(time.Second))
		if err := got.addDay(midnight, d.bytes(), from, to); err != nil {
			t.Fatal(err)
		}
		if got.Buckets != want.Buckets || got.Nonsense != want.Nonsense || (got.Measured-want.Measured).Abs() > time.Microsecond ||
			!near(got.Good, want.Good) || !near(got.Total, want.Total) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Max(1, math.Abs(b)) || a == b }

// TestTrafficTakesFewBytes: a day of day-night traffic, whole numbers.
func TestTrafficTakesFewBytes(t *testing.T) {
	d := newDay(5 * time.Minute)
	for i := range d.points {
		total := math.Round(1000 + 600*math.Sin(float64(i)/46) + float64(i*7919%60))
		d.points[i] = point{good: total - float64(i%4), total: total, coverage: 1, there: true}
	}
	if perPoint := float64(len(d.bytes())) / float64(len(d.points)); perPoint > 2 {
		t.Errorf("%.2f bytes a bucket", perPoint)
	}
}

func FuzzUnpackDay(f *testing.F) {
	d := newDay(5 * time.Minute)
	for i := range d.points {
		d.points[i] = point{good: float64(i), total: float64(i), coverage: 1, there: i%3 > 0}
	}
	f.Add(d.bytes())
	d.points[5].good = 0.5
	d.points[7].coverage = 0.5
	d.points[8].rev = 9
	f.Add(d.bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := unpackDay(b)
		if err != nil {
			return
		}
		if again, err := unpackDay(d.bytes()); err != nil || len(again.points) != len(d.points) {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		var s Sum
		if err := s.addDay(time.Unix(0, 0), b, time.Unix(0, 0), time.Unix(secondsOfDay, 0)); err != nil {
			t.Fatalf("what was unpacked cannot be summed: %v", err)
		}
	})
}
