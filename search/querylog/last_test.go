package querylog

import (
	"testing"
	"time"
)

// A search of several days has the time of its latest, in memory and stored.
func TestLastSearch(t *testing.T) {
	b := newBench(t)
	for range 3 {
		b.Asked(Search{Text: "pool"})
		b.pass(24 * time.Hour)
		if err := b.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := b.now.Add(-24 * time.Hour)
	if g := b.week(t).Gaps; len(g) != 1 || g[0].Asked != 3 || !g[0].Last.Equal(want) {
		t.Errorf("%+v, want the last at %v", g, want)
	}
}

// A note has the times of its first and its latest report.
func TestTimesOfANote(t *testing.T) {
	b := newBench(t)
	first := b.now
	for range 2 {
		if _, err := b.Report(t.Context(), "kafka lag", ""); err != nil {
			t.Fatal(err)
		}
		b.pass(time.Hour)
	}
	notes, err := b.Missing(t.Context())
	if err != nil || len(notes) != 1 {
		t.Fatalf("%v, %v", notes, err)
	}
	if n := notes[0]; n.Times != 2 || !n.First.Equal(first) || !n.Last.Equal(first.Add(time.Hour)) {
		t.Errorf("%+v", n)
	}
}
