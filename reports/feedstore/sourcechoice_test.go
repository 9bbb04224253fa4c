package feedstore_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/slo"
)

// counted is what one source counted on one day, as drawn.
type counted struct {
	source   string
	coverage []float64 // of the hours of the day; below 0 is no bucket at all
}

func (c counted) covered() (d time.Duration) {
	for _, x := range c.coverage {
		d += time.Duration(max(x, 0) * float64(time.Hour))
	}
	return d.Round(time.Second)
}

func (c counted) own() bool { return strings.HasPrefix(c.source, "prometheus/") }

// facts count 1 for each hour, so that the counts say whose they are by their total.
func (c counted) facts(midnight time.Time, total float64) (out []feed.Fact) {
	for h, x := range c.coverage {
		if x >= 0 {
			f := bucket(c.source, midnight.Add(time.Duration(h)*time.Hour), time.Hour, total)
			f.Bucket.Coverage = x
			out = append(out, f)
		}
	}
	return out
}

func contests() *rapid.Generator[[]counted] {
	hour := rapid.SampledFrom([]float64{-1, 0, 0.25, 0.5, 1, 1, 1, 1})
	return rapid.Custom(func(t *rapid.T) (out []counted) {
		names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "vendor", "z", "prometheus/main", "prometheus/dr"}), 1, 4, rapid.ID).
			Draw(t, "sources")
		for _, n := range names {
			c := counted{n, rapid.SliceOfN(hour, 24, 24).Draw(t, n)}
			c.coverage[rapid.IntRange(0, 23).Draw(t, "one at least")] = 1
			out = append(out, c)
		}
		return out
	})
}

// rightful reports whether c may be used for a day that all counted for, by the words
// of the manual.
func rightful(c counted, all []counted) bool {
	for _, o := range all {
		switch {
		case o.own() == c.own():
			if o.covered() > c.covered() || o.covered() == c.covered() && o.source < c.source {
				return false
			}
		case c.own():
			if o.covered() > c.covered()+time.Hour {
				return false
			}
		case c.covered() <= o.covered()+time.Hour:
			return false
		}
	}
	return true
}

func TestSourceThatCoversMostIsUsed(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	midnight := noon.Truncate(day)
	rapid.Check(t, func(rt *rapid.T) {
		w.clear(t)
		all := contests().Draw(rt, "contest")
		var facts []feed.Fact
		for i, c := range all {
			facts = append(facts, c.facts(midnight, float64(100+i))...)
		}
		facts = rapid.Permutation(facts).Draw(rt, "order")
		if a, err := w.l.Record(t.Context(), facts); err != nil || len(a.Rejected) > 0 {
			rt.Fatalf("%+v, %v", a, err)
		}
		got, err := w.l.Buckets(t.Context(), "cart", midnight, midnight.Add(day))
		if err != nil || len(got) == 0 {
			rt.Fatalf("%d buckets, %v", len(got), err)
		}
		chosen := int(got[0].Total) - 100
		var covered time.Duration
		for _, b := range got {
			if int(b.Total)-100 != chosen {
				rt.Fatalf("two sources speak for one day: %+v", got)
			}
			covered += time.Duration(b.Coverage * float64(b.Len))
		}
		if !rightful(all[chosen], all) {
			rt.Fatalf("%s speaks, with %s", all[chosen].source, all[chosen].covered())
		}
		sum, err := w.l.Sums(t.Context(), "cart", midnight, midnight.Add(day))
		if err != nil || sum.Measured.Round(time.Second) != covered.Round(time.Second) ||
			math.Abs(sum.Total-float64(len(got)*(100+chosen))) > 1e-9 {
			rt.Fatalf("the sums are another source's: %+v, %v", sum, err)
		}
		origins, err := w.l.Origins(t.Context(), "cart", midnight, midnight.Add(day))
		if err != nil || len(origins) != len(all) || origins[0] != (slo.Origin{Source: all[chosen].source, Days: 1}) {
			rt.Fatalf("%+v, %v", origins, err)
		}
		for _, o := range origins[1:] {
			if o.Days != 0 || o.Aside != 1 {
				rt.Fatalf("%+v", origins)
			}
		}
	})
}

// What decides is the time that was covered, not how finely it was cut: a vendor's
// minutes over half a day do not outweigh five-minute buckets over all of it.
func TestFinerBucketsAreNotMore(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	midnight := noon.Truncate(day)
	var facts []feed.Fact
	for i := range 12 * 60 {
		facts = append(facts, bucket("minutes", midnight.Add(time.Duration(i)*time.Minute), time.Minute, 1))
	}
	for i := range 288 {
		facts = append(facts, bucket("all", midnight.Add(time.Duration(i)*5*time.Minute), 5*time.Minute, 1))
	}
	invalid := bucket("nothing", midnight, day, math.Inf(1))
	w.record(t, append(facts, invalid)...)
	got, err := w.l.Origins(t.Context(), "cart", midnight, midnight.Add(day))
	want := []slo.Origin{{Source: "all", Days: 1}, {Source: "minutes", Aside: 1}, {Source: "nothing", Aside: 1}}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// A measurement without data is not used instead of a source with data.
func TestAMeasurementOfNothingGivesWay(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	empty := bucket("prometheus/main", noon, time.Hour, 0)
	empty.Bucket.Coverage = 0
	w.record(t, empty, bucket("vendor", noon, 5*time.Minute, 7))
	got, err := w.l.Buckets(t.Context(), "cart", noon, noon.Add(day))
	if err != nil || len(got) != 1 || got[0].Total != 7 {
		t.Errorf("%+v, %v", got, err)
	}
}
