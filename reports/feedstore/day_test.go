package feedstore

import (
	"encoding/hex"
	"math"
	"os"
	"path/filepath"
	"strings"
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

// scaled draws a way of counting: a whole number of events that somebody scaled,
// as increase() does, once a series or once a sum, with scrapes that were missed.
func scaled() *rapid.Generator[func(events float64) float64] {
	return rapid.Custom(func(t *rapid.T) func(float64) float64 {
		missed := rapid.IntRange(0, 3).Draw(t, "missed")
		series := rapid.IntRange(1, 12).Draw(t, "series")
		late := rapid.SampledFrom([]float64{0, 0, 0.003}).Draw(t, "late")
		return func(events float64) (sum float64) {
			for range series {
				sum += math.Floor(events/float64(series)) * (300 / (285 - 15*float64(missed) - late))
			}
			return sum
		}
	})
}

func days() *rapid.Generator[*dayPoints] {
	return rapid.Custom(func(t *rapid.T) *dayPoints {
		d := newDay(rapid.SampledFrom([]time.Duration{time.Hour, 30 * time.Minute, day, 5 * time.Minute}).Draw(t, "length"))
		kind := rapid.SampledFrom([]string{"even", "scaled", "scaled and odd", "odd"}).Draw(t, "kind")
		full := rapid.Bool().Draw(t, "full")
		ways := rapid.SliceOfN(scaled(), 1, 5).Draw(t, "ways")
		for i := range d.points {
			p := point{good: float64(i), total: float64(2 * i), coverage: 1, rev: 3, there: full}
			scale := ways[i*i%len(ways)]
			odd := kind == "odd" || kind == "scaled and odd" && i%7 == 0
			switch {
			case odd || i == 0:
				p = point{
					good:     counts().Draw(t, "good"),
					total:    counts().Draw(t, "total"),
					there:    full || rapid.Bool().Draw(t, "there"),
					coverage: 1,
					rev:      3,
				}
			case kind != "even":
				p.good, p.total = scale(float64(1000+i*7919%300)), scale(float64(1003+i*7919%300))
			}
			if odd && rapid.Bool().Draw(t, "more") {
				p.coverage = rapid.OneOf(rapid.Float64Range(0, 1), rapid.Map(rapid.IntRange(0, 20), func(n int) float64 { return float64(n) / 20 })).
					Draw(t, "coverage")
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
				want.Invalid++
				continue
			}
			want.Good += p.good
			want.Total += p.total
			covered += p.coverage
		}
		want.Measured = time.Duration(covered * float64(d.length) * float64(time.Second))
		if err := got.addRow(midnight, d.bytes(), from, to); err != nil {
			t.Fatal(err)
		}
		if got.Buckets != want.Buckets || got.Invalid != want.Invalid || (got.Measured-want.Measured).Abs() > time.Microsecond ||
			!near(got.Good, want.Good) || !near(got.Total, want.Total) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

// addRow is addDay from the row alone.
func (s *Sum) addRow(midnight time.Time, row []byte, from, to time.Time) error {
	head, _, ok := readHead(row)
	if !ok {
		return damagedDay()
	}
	return s.addDay(midnight, head, row, from, to)
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Max(1, math.Abs(b)) || a == b }

// TestADayTakesFewBytes: days of day-night traffic with a few bad events an hour,
// in the ways in which Prometheus counts them. Each is bounded by what it takes
// and a little.
func TestADayTakesFewBytes(t *testing.T) {
	const late = 300 / (285 - 0.003) // the last scrape came 3 ms late
	series := func(n int, scale func(i int) float64) func(i int, events float64) float64 {
		return func(i int, events float64) (sum float64) {
			for range n {
				sum += math.Floor(events/float64(n)) * scale(i)
			}
			return sum
		}
	}
	one := func(int) float64 { return 1.0 * 300 / 285 }
	for _, c := range []struct {
		name  string
		count func(i int, events float64) float64
		most  float64 // bytes a bucket
	}{
		{"whole numbers", series(1, func(int) float64 { return 1 }), 1.9},
		{"increase of one series", series(1, one), 1.9},
		{"increase of ten series", series(10, one), 2.6},
		{"a scrape missed now and then", series(1, func(i int) float64 { return 300 / (285 - 15*float64(i%40/39)) }), 2.1},
		{"a scrape late now and then", series(1, func(i int) float64 { return []float64{one(i), late}[i%40/39] }), 2.1},
		{"tenths", series(1, func(int) float64 { return 0.1 }), 1.9},
		{"a share of one", func(i int, events float64) float64 {
			return events / math.Round(1000+600*math.Sin(float64(i)/46)+float64(i*7919%60))
		}, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDay(5 * time.Minute)
			for i := range d.points {
				total := math.Round(1000 + 600*math.Sin(float64(i)/46) + float64(i*7919%60))
				d.points[i] = point{good: c.count(i, total-float64(i%4)), total: c.count(i, total), coverage: 1, there: true}
				if i%50 == 0 {
					d.points[i].coverage = 0.95
				}
			}
			if perPoint := float64(len(d.bytes())) / float64(len(d.points)); perPoint > c.most {
				t.Errorf("%.2f bytes a bucket, at most %.2f", perPoint, c.most)
			}
		})
	}
}

// oldDay is what testdata/form1-NAME.hex holds.
func oldDay(name string) *dayPoints {
	d := newDay(30 * time.Minute)
	for i := range d.points {
		p := point{good: float64(1000 + 7*i%97), total: float64(1000 + 7*i%97 + i%3), coverage: 1, rev: 1, there: true}
		switch name {
		case "holes":
			p.there = i%5 > 0
		case "revisions":
			p.rev = int64(i - 7)
		case "fractions":
			p.good = p.total * 300 / 285
		case "coverage":
			p.coverage = float64(i%20+1) / 20
		}
		d.points[i] = p
	}
	return d
}

func oldRow(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "form1-"+name+".hex"))
	if err != nil {
		t.Fatal(err)
	}
	row, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// TestDaysOfTheFirstFormAreRead reads rows that an older Postern wrote.
func TestDaysOfTheFirstFormAreRead(t *testing.T) {
	for _, name := range []string{"whole", "holes", "revisions", "fractions", "coverage"} {
		row := oldRow(t, name)
		got, err := unpackDay(row)
		if err != nil || row[0] != oldDayForm {
			t.Fatalf("%s: form %d, %v", name, row[0], err)
		}
		for i, p := range oldDay(name).points {
			if q := got.points[i]; p.there != q.there || p.there && (!p.same(q) || p.rev != q.rev) {
				t.Errorf("%s: bucket %d: %+v, want %+v", name, i, q, p)
			}
		}
		again, _, ok := readHead(got.bytes())
		was, _, _ := readHead(row)
		if !ok || again.form != dayForm || again.sums != was.sums {
			t.Errorf("%s: written again it is of form %d with %+v, was %+v", name, again.form, again.sums, was.sums)
		}
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
	for i := range d.points {
		d.points[i].total = float64(i) * (300 / 285.0)
		d.points[i].good = d.points[i].total * float64(1-i%30/29*i%7)
	}
	f.Add(d.bytes())
	for _, name := range []string{"whole", "holes", "revisions", "fractions", "coverage"} {
		f.Add(oldRow(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := unpackDay(b)
		if err != nil {
			return
		}
		again, err := unpackDay(d.bytes())
		if err != nil || len(again.points) != len(d.points) {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		for i, p := range d.points {
			if q := again.points[i]; p.there != q.there || p.there && (!p.same(q) || p.rev != q.rev) {
				t.Fatalf("bucket %d was %+v and is %+v", i, p, q)
			}
		}
		var s Sum
		if err := s.addRow(time.Unix(0, 0), b, time.Unix(0, 0), time.Unix(secondsOfDay, 0)); err != nil {
			t.Fatalf("what was unpacked cannot be summed: %v", err)
		}
	})
}
