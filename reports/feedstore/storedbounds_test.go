package feedstore_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// rewrite replaces a part of the stored row of each fact: rows of a program that had
// no bounds.
func (w *world) rewrite(t *testing.T, old, row string) {
	t.Helper()
	n := 0
	err := w.db.Update(t.Context(), func(x kv.Writer) error {
		for item, err := range x.Scan("ledger.fact", nil, nil) {
			if err != nil {
				return err
			}
			if !bytes.Contains(item.Value, []byte(old)) {
				continue
			}
			n++
			if err := x.Put("ledger.fact", bytes.Clone(item.Key), bytes.Replace(item.Value, []byte(old), []byte(row), 1)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Fatalf("%d rows hold %s: %v", n, old, err)
	}
}

// TestStoredNumbersBeyondTheirBounds: what was stored before there were bounds is read
// as unknown, the rows beside it stay, and the check finds nothing damaged.
func TestStoredNumbersBeyondTheirBounds(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	took, one := 90*time.Second, func(key string, seconds float64) feed.Fact {
		return feed.Fact{Kind: feed.SQL, Source: "db", Entity: "d/day", Key: key, At: noon, SQL: &sql.Observation{
			Source:       "db",
			Key:          key,
			Digest:       "d",
			Statement:    "select ?",
			At:           noon,
			Count:        1,
			Seconds:      seconds,
			Times:        []float64{seconds},
			RowsExamined: 7,
		}}
	}
	snapshot := func(minute int, seconds float64) feed.Fact {
		at := noon.Add(time.Duration(minute) * time.Minute)
		return feed.Fact{Kind: feed.SQL, Source: "pg", Entity: "i/1", Key: feed.TimeKey(at), At: at, SQL: &sql.Observation{
			Source: "pg", Digest: "p", Statement: "select ?", At: at, Count: int64(minute), Seconds: seconds, Cumulative: true,
		}}
	}
	facts := []feed.Fact{
		one("a", 1.25), one("b", 2), snapshot(1, 10), snapshot(2, 77.5), snapshot(3, 30),
		{Kind: feed.Drill, Source: "ci", Entity: "x", At: noon, Drill: &incident.Drill{ID: "x", At: noon, Detect: &took, Recover: &took}},
	}
	for start := range 2 { // what the portal measured itself is stored as it was measured
		at := noon.Add(time.Duration(start) * time.Hour)
		facts = append(
			facts,
			feed.Fact{
				Kind:   feed.SLI,
				Source: "prometheus/x",
				Entity: "huge",
				At:     at,
				Bucket: &slo.Bucket{Start: at, Len: time.Hour, Good: 1e308, Total: 1e308, Coverage: 1},
			},
		)
	}
	if a, err := w.l.Record(t.Context(), facts); err != nil || len(a.Rejected) > 0 {
		t.Fatalf("%+v, %v", a, err)
	}
	w.rewrite(t, `"s":1.25,"ts":[1.25]`, `"s":18446744073709.55,"ts":[18446744073709.55]`)
	w.rewrite(t, `"s":77.5`, `"s":1e+24`)
	w.rewrite(t, `"d":90000000`, `"d":-9223372036854775808`)

	seen, err := w.l.Observations(t.Context(), noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	followed := sql.Follow(nil, seen, nil, nil, sql.Window{From: noon, To: noon.Add(time.Hour)})
	if len(followed) != 2 || followed[0].Seconds != 20 || followed[0].Count != 2 || followed[0].Odd != 1 || followed[1].Seconds != 2 ||
		followed[1].Count != 1 ||
		followed[1].Odd != 1 {
		t.Errorf("%+v", followed)
	}
	drills, err := w.l.Drills(t.Context(), noon, noon.Add(time.Hour))
	if err != nil || len(drills) != 1 || drills[0].Detect != nil || *drills[0].Recover != took {
		t.Errorf("%+v, %v", drills, err)
	}
	buckets, err := w.l.Buckets(t.Context(), "huge", noon, noon.Add(2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	r := slo.Evaluate(slo.SLO{Name: "huge", Target: 0.99}, buckets, slo.Span{From: noon, To: noon.Add(2 * time.Hour)})
	if r.State != slo.Invalid || r.Met != nil || math.IsInf(r.Total, 0) {
		t.Errorf("%+v", r)
	}
	sum, err := w.l.Sums(t.Context(), "huge", noon.Truncate(24*time.Hour), noon.Add(24*time.Hour))
	if err != nil || sum.Invalid != 2 || sum.Total != 0 {
		t.Errorf("%+v, %v", sum, err)
	}
	if findings, err := w.l.Check(t.Context()); err != nil || len(findings) > 0 {
		t.Errorf("%v, %v", findings, err)
	}
}

// TestFactsBeyondTheirBoundsAreRefused: also those that no decoder checked.
func TestFactsBeyondTheirBoundsAreRefused(t *testing.T) {
	week := 8 * 24 * time.Hour
	w := newWorld(t, says(
		feed.Fact{
			Kind:   feed.SQL,
			Entity: "a",
			At:     noon,
			SQL:    &sql.Observation{Digest: "d", Statement: "select ?", At: noon, Count: 1, Seconds: 18446744073709.55},
		},
		feed.Fact{
			Kind:   feed.SQL,
			Entity: "b",
			At:     noon,
			SQL:    &sql.Observation{Digest: "d", Statement: "select ?", At: noon, Count: 1, Since: time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)},
		},
		feed.Fact{Kind: feed.Drill, Entity: "c", At: noon, Drill: &incident.Drill{ID: "c", At: noon, Recover: &week}},
		feed.Fact{
			Kind:   feed.SLI,
			Entity: "d",
			At:     noon,
			Bucket: &slo.Bucket{Start: noon.Add(-time.Hour), Len: time.Hour, Good: 1e308, Total: 1e308, Coverage: 1},
		},
		feed.Fact{
			Kind:   feed.SLI,
			Entity: "e",
			At:     noon,
			Bucket: &slo.Bucket{Start: noon.Add(-time.Hour), Len: time.Hour, Good: 1, Total: 1, Coverage: math.NaN()},
		},
		feed.Fact{
			Kind:   feed.SLI,
			Entity: "f",
			At:     noon,
			Bucket: &slo.Bucket{Start: noon.Add(-time.Hour), Len: time.Hour, Good: 1, Total: 1, Coverage: 1},
		},
	))
	a, err := w.post(t, "x")
	if err != nil || a.Accepted != 1 || len(a.Rejected) != 5 {
		t.Errorf("%+v, %v", a, err)
	}
	letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{Limit: 10})
	if err != nil || len(letters) != 5 {
		t.Errorf("%d dead letters, %v", len(letters), err)
	}
}
