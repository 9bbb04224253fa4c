package sql

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func snapshot(minute int, calls int64, since time.Time) Observation {
	return Observation{
		At: at(9).Add(time.Duration(minute) * time.Minute), Count: calls, Seconds: float64(calls) / 2,
		RowsExamined: 7 * calls, RowsSent: 3 * calls, Cumulative: true, Since: since,
	}
}

func TestDifferences(t *testing.T) {
	reset := at(8)
	for name, c := range map[string]struct {
		in   []Observation
		want []int64
	}{
		"nothing":                {nil, nil},
		"the first adds nothing": {[]Observation{snapshot(0, 100, time.Time{})}, nil},
		"what was added": {[]Observation{
			snapshot(0, 100, time.Time{}), snapshot(1, 130, time.Time{}), snapshot(2, 130, time.Time{}), snapshot(3, 131, time.Time{}),
		}, []int64{30, 1}},
		"fewer calls are a reset": {[]Observation{snapshot(0, 100, time.Time{}), snapshot(1, 20, time.Time{}),
			snapshot(2, 25, time.Time{})}, []int64{20, 5}},
		"a new beginning is a reset":   {[]Observation{snapshot(0, 10, at(7)), snapshot(1, 20, reset), snapshot(2, 25, reset)}, []int64{20, 5}},
		"single executions pass":       {[]Observation{{At: at(9), Count: 1}, {At: at(9), Count: 2}}, []int64{1, 2}},
		"an unknown beginning is none": {[]Observation{snapshot(0, 10, time.Time{}), snapshot(1, 20, reset)}, []int64{10}},
	} {
		t.Run(name, func(t *testing.T) {
			var counts []int64
			for i, o := range Differences(c.in) {
				counts = append(counts, o.Count)
				if o.Cumulative || !o.Since.IsZero() {
					t.Errorf("%d is still cumulative: %+v", i, o)
				}
			}
			if diff := cmp.Diff(c.want, counts); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDifferencesOfEveryNumber(t *testing.T) {
	none := time.Time{}
	shrunk := snapshot(1, 130, none)
	shrunk.Seconds, shrunk.RowsExamined, shrunk.RowsSent = 1, 2, 3
	odd := Observation{At: at(9).Add(time.Minute), Cumulative: true, Since: at(1), Odd: true}
	for name, c := range map[string]struct {
		in   []Observation
		want Observation
	}{
		"grown": {[]Observation{snapshot(0, 100, none), snapshot(1, 130, none)}, Observation{Count: 30, Seconds: 15, RowsExamined: 210,
			RowsSent: 90}},
		"shrunk": {[]Observation{snapshot(0, 100, none), shrunk}, Observation{Count: 30}},
		"reset": {[]Observation{snapshot(0, 100, none), snapshot(1, 4, none)}, Observation{Count: 4, Seconds: 2, RowsExamined: 28,
			RowsSent: 12}},
		"odd": {[]Observation{snapshot(0, 100, none), odd}, Observation{Odd: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Differences(c.in)
			if len(got) != 1 {
				t.Fatalf("%d observations, want 1: %+v", len(got), got)
			}
			c.want.At = at(9).Add(time.Minute)
			if diff := cmp.Diff(c.want, got[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("an odd snapshot between two others changes neither", func(t *testing.T) {
		between := odd
		between.At = at(9).Add(30 * time.Second)
		got := Differences([]Observation{snapshot(0, 100, none), between, snapshot(1, 130, none)})
		if len(got) != 2 || got[1].Count != 30 {
			t.Errorf("%+v", got)
		}
	})
}

// TestDifferencesInAnyOrder holds that the differences add up to the growth of the
// counters in every order of arrival.
func TestDifferencesInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.Int64Range(0, 50), 1, 20).Draw(t, "calls")
		calls, want := int64(7), int64(0)
		all := []Observation{snapshot(0, calls, time.Time{})}
		for i, n := range steps {
			calls, want = calls+n, want+n
			all = append(all, snapshot(i+1, calls, time.Time{}))
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var got int64
		for _, o := range Differences(all) {
			got += o.Count
		}
		if got != want {
			t.Fatalf("%d calls, want %d", got, want)
		}
	})
}
