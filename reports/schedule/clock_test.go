package schedule_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/reports/period"
)

// A machine that starts without its clock set, at 1970 or far ahead, owes no report
// of the years between once the clock is right, and none is missing after.
func TestClockThatWasNeverSet(t *testing.T) {
	for _, wrong := range []string{"1970-01-01T00:00:07Z", "2037-01-01T00:00:00Z"} {
		for _, first := range []bool{true, false} {
			w := newWorld(t, "UTC")
			w.defs = w.defs[:1]
			if !first { // it was right once before
				w.now = at("2026-11-19T09:00:00Z")
				w.run(50)
				w.now = at("2026-11-20T09:00:00Z")
				w.run(50)
			}
			w.now = at(wrong)
			w.restart()
			if _, err := w.press.Tick(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			w.made = nil
			w.now = at("2026-11-22T09:00:00Z")
			w.restart()
			w.run(500)
			w.now = at("2026-11-24T09:00:00Z")
			w.run(500)
			want := []string{"2026-11-20 r1", "2026-11-21 r1", "2026-11-22 r1", "2026-11-23 r1"}
			if len(w.made) > 105 || len(w.made) < 2 || !slices.Equal(w.made[max(0, len(w.made)-2):], want[2:]) || !first &&
				!slices.Equal(w.made, want) {
				t.Errorf("clock at %s, first start %v: %d reports, %v", wrong, first, len(w.made), w.made[max(0, len(w.made)-4):])
			}
		}
	}
}

// A clock that is put back does not keep a report that failed waiting until it is
// ahead again.
func TestFailedWhileTheClockWasAhead(t *testing.T) {
	w := newWorld(t, "UTC")
	w.defs = w.defs[:1]
	w.earliest, w.now = at("2026-11-20T00:00:00Z"), at("2026-11-21T09:00:00Z")
	w.broken["2026-11-20"] = errors.New("disk")
	if _, err := w.press.Tick(t.Context(), 5); err == nil {
		t.Fatal("the report did not fail")
	}
	w.broken = nil
	w.now = w.now.Add(-2 * time.Hour)
	w.run(5)
	if want := []string{"2026-11-20 r1"}; !slices.Equal(w.made, want) {
		t.Errorf("made %v, want %v", w.made, want)
	}
}

// Another zone counts for what comes: periods that were reported keep theirs, with
// the instants at which they began and ended, also when late data revises them and
// when they are made again by hand.
func TestZoneOfAReportChanges(t *testing.T) {
	w := newWorld(t, "UTC")
	w.defs = w.defs[:1]
	w.earliest, w.now = at("2026-11-17T00:00:00Z"), at("2026-11-19T09:00:00Z")
	w.run(50)
	w.defs[0].Zone = "Asia/Shanghai"
	w.incident, w.version = "As it is told later", 1
	w.now = at("2026-11-20T17:00:00Z") // the day is over in Shanghai, not in UTC
	w.restart()
	w.run(50)
	w.recheck()
	if want := []string{"2026-11-17 r1", "2026-11-18 r1", "2026-11-19 r1", "2026-11-20 r1", "2026-11-18 r2"}; !slices.Equal(w.made, want) {
		t.Errorf("made %v, want %v", w.made, want)
	}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	p, err := period.Of(period.Daily, "2026-11-17", shanghai)
	if err != nil {
		t.Fatal(err)
	}
	if rev, made, err := w.press.Make(t.Context(), w.defs[0], p, true); err != nil || made || rev.Zone != "UTC" {
		t.Errorf("made again by hand: %+v, %v, %v", rev, made, err)
	}
	for id, zone := range map[string]string{"2026-11-17": "UTC", "2026-11-18": "UTC", "2026-11-19": "Asia/Shanghai",
		"2026-11-20": "Asia/Shanghai"} {
		all, err := w.archive.Revisions(t.Context(), "daily", id)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.Zone != zone || !r.From.Equal(all[0].From) || !r.To.Equal(all[0].To) {
				t.Errorf("%s r%d is of %s, %v to %v", id, r.Number, r.Zone, r.From, r.To)
			}
		}
	}
}
