package feedstore_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/alert"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// record stores facts that must all be accepted, and looks that all still agrees.
func (w *world) record(t testing.TB, facts ...feed.Fact) {
	t.Helper()
	a, err := w.l.Record(t.Context(), facts)
	if err != nil || len(a.Rejected) > 0 {
		t.Fatalf("%+v, %v", a, err)
	}
	w.sound(t)
}

func (w *world) sound(t testing.TB) {
	t.Helper()
	if findings, err := w.l.Check(t.Context()); err != nil || len(findings) > 0 {
		t.Fatalf("%q, %v", findings, err)
	}
}

// hour is so many hours from noon.
func hour(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

func event(id, key string, at time.Time, times map[incident.Milestone]incident.Moment) feed.Fact {
	return feed.Fact{
		Kind:     feed.Incident,
		Source:   "pd",
		Entity:   id,
		Key:      key,
		At:       at,
		Incident: &incident.Record{Source: "pd", Ref: id, At: at, RawSeverity: "p1", Times: times},
	}
}

func at(m incident.Milestone, t time.Time) map[incident.Milestone]incident.Moment {
	return map[incident.Milestone]incident.Moment{m: {At: t}}
}

func TestVoicesByTime(t *testing.T) {
	w := newWorld(t, feedstore.Options{Severity: func(word string) (string, bool) { return "SEV1", word == "p1" }})
	w.record(t, event("over", "1", hour(0), at(incident.Detected, hour(0))), event("open", "1", hour(5), at(incident.Detected, hour(5))))
	w.record(t, event("over", "2", hour(2), at(incident.Resolved, hour(2))))
	for _, c := range []struct {
		from, to int
		want     string
	}{{-5, 0, ""}, {-5, 1, "over"}, {2, 3, "over"}, {3, 4, ""}, {3, 6, "open"}, {100, 101, "open"}, {0, 100, "over open"}} {
		voices, err := w.l.Voices(t.Context(), hour(c.from), hour(c.to))
		got := ""
		for _, v := range voices {
			if v.Severity != "SEV1" {
				t.Errorf("severity %q", v.Severity)
			}
			if got != "" {
				got += " "
			}
			got += v.Ref
		}
		if err != nil || got != c.want {
			t.Errorf("[%d, %d): %q, want %q, %v", c.from, c.to, got, c.want, err)
		}
	}
	// Reopened, it is open again.
	w.record(t, event("over", "3", hour(3), map[incident.Milestone]incident.Moment{incident.Resolved: {}}))
	if voices, err := w.l.Voices(t.Context(), hour(50), hour(51)); err != nil || len(voices) != 2 {
		t.Errorf("%+v, %v", voices, err)
	}
}

func TestSignalsByTime(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	signal := func(key string, end time.Time) feed.Fact {
		return feed.Fact{
			Kind:   feed.Alert,
			Source: "am",
			Entity: "f/1",
			Key:    key,
			At:     hour(0),
			Loose:  true,
			Alert: &alert.Signal{
				Source:       "am",
				Fingerprint:  "f",
				StartsAt:     hour(0),
				EndsAt:       end,
				Notification: key,
				Labels:       map[string]string{"a": "b"},
			},
		}
	}
	w.record(t, signal("1", time.Time{}))
	if got, err := w.l.Signals(t.Context(), hour(9), hour(10)); err != nil || len(got) != 1 {
		t.Fatalf("an open episode: %+v, %v", got, err)
	}
	w.record(t, signal("2", hour(4)), signal("3", hour(2)))
	if got, err := w.l.Signals(t.Context(), hour(3), hour(10)); err != nil || len(got) != 0 {
		t.Errorf("after the earliest end: %+v, %v", got, err)
	}
	got, err := w.l.Signals(t.Context(), hour(1), hour(2))
	if err != nil || len(got) != 3 || got[1].Labels["a"] != "b" || !got[0].EndsAt.IsZero() || !got[1].EndsAt.Equal(hour(4)) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestObservationsOfSnapshots(t *testing.T) {
	for name, key := range map[string]func(time.Time) string{
		"keyed by time": feed.TimeKey, "keyed otherwise": func(t time.Time) string { return t.Format(time.RFC1123) },
	} {
		t.Run(name, func(t *testing.T) { observations(t, key) })
	}
}

func observations(t *testing.T, key func(time.Time) string) {
	w := newWorld(t, feedstore.Options{})
	snap := func(n int, calls int64) feed.Fact {
		return feed.Fact{Kind: feed.SQL, Source: "pg", Entity: "db/1/2/3", Key: key(hour(n)), At: hour(n),
			SQL: &sql.Observation{Digest: "d", Statement: "select ?", At: hour(n), Count: calls, Seconds: float64(calls), Cumulative: true}}
	}
	w.record(t, snap(2, 150), snap(0, 100), snap(1, 130), snap(3, 20))
	got, err := w.l.Observations(t.Context(), hour(1), hour(4))
	want := []int64{30, 20, 20}
	if err != nil || len(got) != len(want) {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, o := range got {
		if o.Count != want[i] || o.Statement != "select ?" || o.Cumulative {
			t.Errorf("%d: %+v", i, o)
		}
	}
	// Parts make the whole: each finds the snapshot before it.
	var parts []sql.Observation
	for n := range 8 {
		from := hour(0).Add(time.Duration(n)*30*time.Minute + 1)
		part, err := w.l.Observations(t.Context(), from, from.Add(30*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part...)
	}
	if fmt.Sprint(parts) != fmt.Sprint(got) {
		t.Errorf("%+v, want %+v", parts, got)
	}
}

func TestDrillsAndTickets(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	half := 30 * time.Second
	w.record(
		t,
		feed.Fact{
			Kind:   feed.Drill,
			Source: "s",
			Entity: "x",
			At:     hour(0),
			Rev:    4,
			Drill:  &incident.Drill{ID: "x", Title: "Failover", Detect: &half},
		},
		feed.Fact{Kind: feed.Ticket, Source: "s", Entity: "t", Key: "k", At: hour(0), Ticket: &feed.TicketEvent{ID: "T-1", Status: "closed"}},
	)
	drills, err := w.l.Drills(t.Context(), hour(0), hour(1))
	if err != nil || len(drills) != 1 || *drills[0].Detect != half || drills[0].Recover != nil || drills[0].Rev != 4 {
		t.Errorf("%+v, %v", drills, err)
	}
	tickets, err := w.l.Tickets(t.Context(), hour(0), hour(1))
	if err != nil || len(tickets) != 1 || tickets[0].Status != "closed" || tickets[0].Source != "s" {
		t.Errorf("%+v, %v", tickets, err)
	}
}

func bucket(source string, start time.Time, length time.Duration, total float64) feed.Fact {
	return feed.Fact{
		Kind:   feed.SLI,
		Source: source,
		Entity: "cart",
		At:     start,
		Bucket: &slo.Bucket{Start: start, Len: length, Good: total, Total: total, Coverage: 1},
	}
}

func TestBucketsOfSeveralSources(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	const five = 5 * time.Minute
	w.record(t, bucket("b", noon, five, 10), bucket("b", noon.Add(five), five, 10), bucket("a", noon, five, 1))
	w.record(t, bucket("a", hour(24), five, 1), bucket("b", hour(24), five, 10)) // as many: the first by name
	got, err := w.l.Buckets(t.Context(), "cart", hour(-24), hour(48))
	if err != nil || len(got) != 3 || got[0].Total != 10 || got[2].Total != 1 || !got[1].Start.Equal(noon.Add(five)) {
		t.Fatalf("%+v, %v", got, err)
	}
	s, err := w.l.Sums(t.Context(), "cart", hour(-24), hour(48))
	if err != nil || s.Total != 21 || s.Buckets != 3 || s.Measured != 15*time.Minute {
		t.Errorf("%+v, %v", s, err)
	}
	if part, err := w.l.Buckets(t.Context(), "cart", noon.Add(time.Second), noon.Add(five+time.Second)); err != nil || len(part) != 1 {
		t.Errorf("%+v, %v", part, err)
	}
	if none, err := w.l.Buckets(t.Context(), "car", hour(-24), hour(48)); err != nil || len(none) != 0 {
		t.Errorf("another SLO: %+v, %v", none, err)
	}
	n := 0
	err = w.l.EachBucket(t.Context(), "cart", hour(-24), hour(48), func(slo.Bucket) bool { n++; return false })
	if err != nil || n != 1 {
		t.Errorf("stopped after %d, %v", n, err)
	}
}

func TestBucketsThatDoNotFit(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	w.record(t, bucket("b", noon, 5*time.Minute, 10))
	for name, f := range map[string]feed.Fact{
		"another length":   bucket("b", noon, time.Minute, 10),
		"no part of a day": bucket("c", noon, 7*time.Minute, 10),
		"too short":        bucket("c", noon, time.Second, 10),
		"not aligned":      bucket("c", noon.Add(time.Minute), 5*time.Minute, 10),
		"a year of 1":      bucket("c", time.Time{}, 5*time.Minute, 10),
		"an empty source":  bucket("x\n", noon, 5*time.Minute, 10),
		"no body":          {Kind: feed.Alert, Source: "s", Entity: "x", At: noon},
		"no entity":        {Kind: feed.Change, Source: "s", At: noon},
	} {
		a, err := w.l.Record(t.Context(), []feed.Fact{bucket("ok", noon, 5*time.Minute, 1), f})
		if name == "an empty source" {
			if err == nil {
				t.Errorf("%s: accepted", name)
			}
			continue
		}
		if name == "no entity" || name == "no body" {
			f.Item = 1
		}
		if err != nil || len(a.Rejected) != 1 || a.Rejected[0].Reason == "" {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	w.sound(t)
}

func TestNonsenseComesBackAsMeasured(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	f := bucket("b", noon, 5*time.Minute, math.NaN())
	f.Bucket.Good = 7
	w.record(t, f, bucket("b", noon.Add(5*time.Minute), 5*time.Minute, 0.25))
	got, err := w.l.Buckets(t.Context(), "cart", noon, hour(1))
	if err != nil || len(got) != 2 || !math.IsNaN(got[0].Total) || got[0].Good != 7 || got[1].Total != 0.25 {
		t.Errorf("%+v, %v", got, err)
	}
	if s, err := w.l.Sums(t.Context(), "cart", noon, hour(1)); err != nil || s.Invalid != 1 || s.Total != 0.25 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestTouchedAndSeq(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	before, err := w.l.Seq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.record(t, bucket("b", noon, 5*time.Minute, 10), change1("c", 0, "cart"))
	after, err := w.l.Seq(t.Context())
	if err != nil || after == before {
		t.Fatalf("%d and %d, %v", before, after, err)
	}
	touched, err := w.l.TouchedDays(t.Context(), before)
	midnight := noon.Truncate(24 * time.Hour)
	if err != nil || len(touched) != 2 || touched[0] != (feedstore.TouchedDay{Kind: feed.Change, Day: midnight, Seq: after}) ||
		touched[1].Kind != feed.SLI {
		t.Errorf("%+v, %v", touched, err)
	}
	w.record(t, change1("c", 0, "cart"))
	if touched, err = w.l.TouchedDays(t.Context(), after); err != nil || len(touched) != 0 {
		t.Errorf("a duplicate touches %+v, %v", touched, err)
	}
}

func TestHousekeeping(t *testing.T) {
	const days = 24 * time.Hour
	w := newWorld(
		t,
		feedstore.Options{Retention: feedstore.Retention{Raw: 10 * days, Facts: 100 * days, Fine: 50 * days, Buckets: 200 * days}},
	)
	if _, err := w.post(t, "change a\nbad"); err != nil {
		t.Fatal(err)
	}
	for i := range 24 {
		w.record(t, bucket("b", noon.Add(time.Duration(i)*5*time.Minute), 5*time.Minute, 10.5))
	}
	w.record(t, event("open", "1", noon, at(incident.Detected, noon)))
	state := func() string {
		t.Helper()
		if err := w.l.ApplyRetention(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.sound(t)
		counts := map[string]int{}
		err := w.db.View(t.Context(), func(r kv.Reader) error {
			for _, b := range []string{"ledger.raw", "ledger.letter", "ledger.body", "ledger.fact", "ledger.ends", "ledger.daily"} {
				for _, err := range r.Scan(b, nil, nil) {
					if err != nil {
						return err
					}
					counts[b]++
				}
			}
			return nil
		})
		buckets, err2 := w.l.Buckets(t.Context(), "cart", hour(-1000), hour(1000))
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		sum, length := 0.0, time.Duration(0)
		for _, b := range buckets {
			sum, length = sum+b.Total, b.Len
		}
		return fmt.Sprint(
			counts["ledger.raw"],
			counts["ledger.letter"],
			counts["ledger.body"],
			counts["ledger.fact"],
			counts["ledger.ends"],
			len(buckets),
			length,
			sum,
		)
	}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{
		{0, "1 1 1 2 2 24 5m0s 252"},
		{11 * days, "0 0 0 2 2 24 5m0s 252"},
		{60 * days, "0 0 0 2 2 2 1h0m0s 252"},
		{102 * days, "0 0 0 0 0 2 1h0m0s 252"},
		{202 * days, "0 0 0 0 0 0 0s 0"},
	} {
		w.now = noon.Add(c.after)
		if got := state(); got != c.want {
			t.Errorf("after %s: %s, want %s", c.after, got, c.want)
		}
	}
}

func TestSourcesAndQuality(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	if _, err := w.post(t, "change a\nchange b\nbad"); err != nil {
		t.Fatal(err)
	}
	only := func() feedstore.SourceStatus {
		t.Helper()
		all, err := w.l.Sources(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0]
	}
	s := only()
	if s.Name != "ci" || s.Format != "lines" || s.Accepted != 2 || s.Rejected != 1 || s.PerHour != 3 || s.State != feedstore.SourceRejecting ||
		s.Why != "no change" ||
		!s.LastEvent.Equal(noon) {
		t.Errorf("%+v", s)
	}
	w.now = noon.Add(-10 * time.Minute) // the items are of noon
	if _, err := w.post(t, "change a"); err != nil {
		t.Fatal(err)
	}
	if s = only(); s.State != feedstore.SourceSkewed || s.Skew != 10*time.Minute || s.Duplicate != 1 {
		t.Errorf("%+v", s)
	}
	w.now = hour(2)
	if _, err := w.post(t, "change a"); err != nil {
		t.Fatal(err)
	}
	if s = only(); s.State != feedstore.SourceOK || s.PerHour != 1 || s.PerDay != 5 {
		t.Errorf("%+v", s)
	}
	w.now = hour(27)
	if s = only(); s.State != feedstore.SourceSilent || s.PerDay != 0 || !s.LastReceived.Equal(hour(2)) {
		t.Errorf("%+v", s)
	}
	q, err := w.l.Quality(t.Context(), hour(-12), hour(12))
	if err != nil || len(q.Sources) != 1 || q.DeadLetters != 1 || q.Sources[0].Accepted != 2 || q.Sources[0].Rejected != 1 ||
		q.Sources[0].Duplicate != 2 ||
		q.Sources[0].Skew != 10*time.Minute {
		t.Errorf("%+v, %v", q, err)
	}
	if q, err = w.l.Quality(t.Context(), hour(36), hour(60)); err != nil || len(q.Sources) != 0 || q.DeadLetters != 0 {
		t.Errorf("%+v, %v", q, err)
	}
}
