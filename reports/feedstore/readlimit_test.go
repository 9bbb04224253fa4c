package feedstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/sql"
)

// minutes stores n facts of a kind, a minute apart before noon.
func (w *world) minutes(t *testing.T, n int, make func(i int, at time.Time) feed.Fact) {
	t.Helper()
	facts := []feed.Fact{}
	for i := range n {
		f := make(i, noon.Add(-time.Duration(i+1)*time.Minute))
		f.Source, f.Item = "s", i
		facts = append(facts, f)
	}
	if a, err := w.l.Record(t.Context(), facts); err != nil || a.Accepted != n {
		t.Fatalf("%+v, %v", a, err)
	}
}

// What one reading takes into memory ends at a number of facts and of bytes, and
// the error says how many things there are.
func TestAReadingIsBounded(t *testing.T) {
	w := newWorld(t, feedstore.Options{MostRead: 10})
	w.minutes(t, 30, func(i int, at time.Time) feed.Fact {
		return feed.Fact{
			Kind:   feed.Alert,
			Entity: fmt.Sprint(i),
			Key:    "k",
			At:     at,
			Alert:  &alert.Signal{Fingerprint: fmt.Sprint(i), StartsAt: at, EndsAt: at.Add(time.Second), At: at},
		}
	})
	if all, err := w.l.Signals(t.Context(), noon.Add(-10*time.Minute), noon); err != nil || len(all) != 10 {
		t.Errorf("ten: %d, %v", len(all), err)
	}
	_, err := w.l.Signals(t.Context(), noon.Add(-time.Hour), noon)
	if want := "from 2026-11-24 11:00 UTC to 2026-11-24 12:00 UTC there are 30 alert episodes, and at most 10 entries are read at " +
		"once; narrow the range"; fault.KindOf(
		err,
	) != fault.TooWide ||
		fault.Message(err) != want {
		t.Errorf("thirty: %v", err)
	}
	if all, err := w.l.Changes(t.Context(), noon.Add(-time.Hour), noon); err != nil || len(all) > 0 {
		t.Errorf("another kind: %d, %v", len(all), err)
	}
}

func TestAReadingIsBoundedByBytes(t *testing.T) {
	w := newWorld(t, feedstore.Options{MostRead: 10})
	w.minutes(t, 3, func(i int, at time.Time) feed.Fact {
		return feed.Fact{
			Kind:   feed.Alert,
			Entity: fmt.Sprint(i),
			Key:    "k",
			At:     at,
			Alert: &alert.Signal{Fingerprint: "f", StartsAt: at, EndsAt: at, At: at,
				Annotations: map[string]string{"a": strings.Repeat("x", 6000)}},
		}
	})
	if _, err := w.l.Signals(t.Context(), noon.Add(-time.Hour), noon); fault.KindOf(err) != fault.TooWide {
		t.Errorf("18,000 bytes where ten facts may have 13,000: %v", err)
	}
	if all, err := w.l.Signals(t.Context(), noon.Add(-2*time.Minute), noon); err != nil || len(all) != 2 {
		t.Errorf("12,000: %d, %v", len(all), err)
	}
}

// Many facts of one statement are many, too, though 10 times as many are read.
func TestAReadingOfStatementsIsBounded(t *testing.T) {
	w := newWorld(t, feedstore.Options{MostRead: 10})
	w.minutes(t, 200, func(i int, at time.Time) feed.Fact {
		return feed.Fact{
			Kind:   feed.SQL,
			Entity: "d",
			Key:    feed.TimeKey(at),
			At:     at,
			SQL:    &sql.Observation{Digest: "d", Statement: "select ?", Instance: "db", At: at, Count: 1, Seconds: 1},
		}
	})
	if all, err := w.l.Observations(t.Context(), noon.Add(-90*time.Minute), noon); err != nil || len(all) != 90 || all[89].Instance != "db" {
		t.Errorf("90: %d, %v", len(all), err)
	}
	if _, err := w.l.Observations(t.Context(), noon.Add(-200*time.Minute), noon); fault.KindOf(err) != fault.TooWide {
		t.Errorf("200: %v", err)
	}
}

// A reading ends with its context.
func TestAReadingIsCancelled(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	w.minutes(t, 1000, func(i int, at time.Time) feed.Fact {
		return feed.Fact{
			Kind:   feed.Alert,
			Entity: fmt.Sprint(i),
			Key:    "k",
			At:     at,
			Alert:  &alert.Signal{Fingerprint: fmt.Sprint(i), StartsAt: at, At: at},
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.l.Signals(ctx, noon.Add(-24*time.Hour), noon); err == nil {
		t.Error("it was read to its end")
	}
}
