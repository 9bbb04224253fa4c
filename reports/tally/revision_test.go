package tally_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/reports/tally"
)

type record struct {
	Mark tally.Mark
	Took *int // compared by the value it points to
}

func markOf(r record) tally.Mark { return r.Mark }

func TestNewest(t *testing.T) {
	one := rapid.Custom(func(t *rapid.T) record {
		return record{tally.Mark{
			Source: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "source"), ID: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "id"),
			Rev: rapid.Int64Range(-1, 2).Draw(t, "rev"), At: time.Unix(rapid.Int64Range(0, 3).Draw(t, "at"), 0).UTC(),
		}, new(rapid.IntRange(0, 2).Draw(t, "took"))}
	})
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(one).Draw(t, "records")
		got := tally.Newest(all, markOf)
		for _, r := range all {
			same := func(o record) bool { return o.Mark.Source == r.Mark.Source && o.Mark.ID == r.Mark.ID }
			n := slices.IndexFunc(got, same)
			if n < 0 || got[n].Mark.Rev < r.Mark.Rev || slices.IndexFunc(got[n+1:], same) >= 0 {
				t.Fatalf("%+v of %+v", got, all)
			}
		}
		if !slices.IsSortedFunc(got, func(a, b record) int { return b.Mark.At.Compare(a.Mark.At) }) {
			t.Fatalf("out of order: %+v", got)
		}
		if again := tally.Newest(rapid.Permutation(all).Draw(t, "permuted"), markOf); !reflect.DeepEqual(again, got) {
			t.Fatalf("%+v in another order %+v", got, again)
		}
	})
}
