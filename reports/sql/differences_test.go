package sql

import (
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func snapshot(minute int, calls int64, since time.Time) Observation {
	return Observation{At: at(9).Add(time.Duration(minute) * time.Minute), Count: calls, Seconds: float64(calls) / 2, RowsSent: 3 * calls, Cumulative: true, Since: since}
}

func TestDifferences(t *testing.T) {
	reset := at(8)
	for name, c := range map[string]struct {
		in   []Observation
		want []int64
	}{
		"nothing":                      {nil, nil},
		"the first tells nothing":      {[]Observation{snapshot(0, 100, time.Time{})}, nil},
		"what was added":               {[]Observation{snapshot(0, 100, time.Time{}), snapshot(1, 130, time.Time{}), snapshot(2, 130, time.Time{}), snapshot(3, 131, time.Time{})}, []int64{30, 1}},
		"fewer calls are a reset":      {[]Observation{snapshot(0, 100, time.Time{}), snapshot(1, 20, time.Time{}), snapshot(2, 25, time.Time{})}, []int64{20, 5}},
		"a new beginning is a reset":   {[]Observation{snapshot(0, 10, at(7)), snapshot(1, 20, reset), snapshot(2, 25, reset)}, []int64{20, 5}},
		"single executions pass":       {[]Observation{{At: at(9), Count: 1}, {At: at(9), Count: 2}}, []int64{1, 2}},
		"an unknown beginning is none": {[]Observation{snapshot(0, 10, time.Time{}), snapshot(1, 20, reset)}, []int64{10}},
	} {
		got := Differences(c.in)
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		for i, o := range got {
			if o.Count != c.want[i] || o.Cumulative || !o.Since.IsZero() {
				t.Errorf("%s: %d: %+v", name, i, o)
			}
		}
	}
	d := Differences([]Observation{snapshot(0, 100, time.Time{}), snapshot(1, 130, time.Time{})})[0]
	if d.Seconds != 15 || d.RowsSent != 90 {
		t.Errorf("%+v", d)
	}
}

// TestDifferencesInAnyOrder: what the counters gained is the sum of the
// differences, whatever the order in which the snapshots came.
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
