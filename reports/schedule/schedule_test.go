package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
	"github.com/postern/postern/reports/schedule"
)

// world is a press over a real archive with an injected clock and data.
type world struct {
	t        *testing.T
	now      time.Time
	earliest time.Time
	version  uint64
	incident string // title of the one incident there is; it begins in week 47
	broken   map[string]error
	explodes string
	unread   []reports.Unread
	poisoned bool     // an incident has a cost that is not finite
	made     []string // in the order in which they were published
	defs     []reports.Definition
	archive  *reportstore.Store
	press    *schedule.Scheduler
}

func newWorld(t *testing.T, zone string) *world {
	t.Helper()
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"),
		boltkv.Options{Schemas: []kv.Schema{reportstore.Schema()}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, broken: map[string]error{}, defs: reports.BuiltIn(zone), archive: reportstore.New(db), incident: "Cache was cold"}
	w.restart()
	return w
}

// restart is a new process over the same data.
func (w *world) restart() {
	w.press = schedule.New(schedule.Options{
		Printer:     english().Printer,
		Definitions: func(context.Context) ([]reports.Definition, error) { return w.defs, nil },
		Collect:     w, Archive: w.archive, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
		Published: func(_ context.Context, _ reports.Definition, r reportstore.Revision) {
			w.made = append(w.made, fmt.Sprintf("%s r%d", r.Period, r.Number))
		},
	})
}

func (w *world) Collect(_ context.Context, _ reports.Definition, p period.Period, _ time.Time) (reports.Inputs, error) {
	if w.explodes == p.ID {
		panic("a defect")
	}
	if err := w.broken[p.ID]; err != nil {
		return reports.Inputs{}, err
	}
	at := time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC)
	var spent []reports.Spend
	if w.poisoned {
		spent = []reports.Spend{{SLO: "a", Bad: math.Inf(1), Share: math.NaN()}}
	}
	return reports.Inputs{Unread: w.unread, Incidents: []reports.Incident{{Incident: incident.Incident{
		ID: "I1", Title: w.incident, Times: map[incident.Milestone]incident.Stamp{
			incident.Started: {Moment: incident.Moment{At: at}}, incident.Mitigated: {Moment: incident.Moment{At: at.Add(time.Hour)}},
		},
	}, Spent: spent}}}, nil
}

func (w *world) Earliest(context.Context) (time.Time, bool, error) {
	return w.earliest, !w.earliest.IsZero(), nil
}
func (w *world) Version(context.Context) (uint64, error) { return w.version, nil }

// run ticks until nothing is due.
func (w *world) run(most int) {
	w.t.Helper()
	for range 1000 {
		before := len(w.made)
		if _, err := w.press.Tick(w.t.Context(), most); err != nil {
			w.t.Fatal(err)
		}
		if len(w.made) == before {
			return
		}
	}
	w.t.Fatal("ticks without end")
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// Down for ten days, then started: ten dailies and the weeklies and the monthly
// that fell due, none twice, in the order in which they became due.
func TestDownForTenDays(t *testing.T) {
	w := newWorld(t, "Asia/Shanghai")
	w.now = at("2026-11-24T09:00:00+08:00")
	w.run(5)
	if len(w.made) != 0 {
		t.Fatalf("nothing had ended since the portal began, and %v was made", w.made)
	}
	w.now = at("2026-12-04T09:00:00+08:00")
	w.restart()
	if said, err := w.press.Tick(t.Context(), 4); err != nil || said != "4 made, 8 still due" {
		t.Errorf("a tick is bounded: %q, %v", said, err)
	}
	w.run(4)
	want := []string{
		"2026-11-24 r1", "2026-11-25 r1", "2026-11-26 r1", "2026-11-27 r1", "2026-11-28 r1", "2026-11-29 r1",
		"2026-W48 r1", "2026-11-30 r1", "2026-11 r1", "2026-12-01 r1", "2026-12-02 r1", "2026-12-03 r1",
	}
	if !slices.Equal(w.made, want) {
		t.Errorf("made %v\nwant %v", w.made, want)
	}
	w.restart()
	w.run(4)
	if len(w.made) != len(want) {
		t.Errorf("made twice: %v", w.made[len(want):])
	}
}

// Data of before the first start gets its reports too, as far back as backfill.
func TestOlderDataComesIn(t *testing.T) {
	w := newWorld(t, "UTC")
	w.now = at("2026-11-24T09:00:00Z")
	w.run(50)
	w.earliest = at("2026-11-20T22:00:00Z")
	w.run(50)
	if want := []string{"2026-11-20 r1", "2026-11-21 r1", "2026-11-22 r1", "2026-W47 r1", "2026-11-23 r1"}; !slices.Equal(w.made, want) {
		t.Errorf("made %v, want %v", w.made, want)
	}
	w.made, w.earliest = nil, at("2020-01-01T00:00:00Z")
	w.run(500)
	if n := len(w.made); n < 100 || n > 125 {
		t.Errorf("%d reports for data of years, the backfill is a hundred days", n)
	}
}

// The clock jumps ahead and back again: nothing is made twice and nothing is left
// out.
func TestClockJumps(t *testing.T) {
	w := newWorld(t, "UTC")
	w.now = at("2026-11-20T09:00:00Z")
	w.run(50)
	for _, now := range []string{"2026-11-23T09:00:00Z", "2026-11-26T09:00:00Z", "2026-11-21T09:00:00Z", "2026-11-25T09:00:00Z",
		"2026-11-27T09:00:00Z"} {
		w.now = at(now)
		w.run(50)
		if _, err := w.press.Recheck(t.Context(), 50); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(w.made)
	want := []string{"2026-11-20 r1", "2026-11-21 r1", "2026-11-22 r1", "2026-11-23 r1", "2026-11-24 r1", "2026-11-25 r1", "2026-11-26 r1",
		"2026-W47 r1"}
	if !slices.Equal(w.made, want) {
		t.Errorf("made %v\nwant %v", w.made, want)
	}
}

// Days of 23 and 25 hours and days that begin at 01:00 are made once each.
func TestDaylightSaving(t *testing.T) {
	for zone, days := range map[string][]string{
		"America/New_York":  {"2026-11-01T12:00:00-04:00", "2026-03-08T12:00:00-05:00"},
		"America/Sao_Paulo": {"2018-11-03T12:00:00-03:00"},
		"Pacific/Apia":      {"2011-12-28T12:00:00-10:00"},
	} {
		for _, day := range days {
			w := newWorld(t, zone)
			w.defs = w.defs[:1]
			w.now = at(day)
			w.run(10)
			for end := w.now.Add(96 * time.Hour); w.now.Before(end); w.now = w.now.Add(time.Minute * 23) {
				if _, err := w.press.Tick(t.Context(), 5); err != nil {
					t.Fatal(err)
				}
			}
			var want []string
			z, _ := time.LoadLocation(zone)
			for p := period.Containing(period.Daily, at(day), z); !p.To.Add(15 * time.Minute).After(w.now.Add(-23 * time.Minute)); p = p.Next() {
				want = append(want, p.ID+" r1")
			}
			if !slices.Equal(w.made, want) || len(want) < 3 {
				t.Errorf("%s from %s: made %v, want %v", zone, day, w.made, want)
			}
		}
	}
}

// A report that always fails and one that panics stop no other, and are made as
// soon as they can be.
func TestOneFailureStopsNoOther(t *testing.T) {
	w := newWorld(t, "UTC")
	w.defs = w.defs[:1]
	w.earliest, w.now = at("2026-11-20T00:00:00Z"), at("2026-11-24T09:00:00Z")
	w.broken["2026-11-20"], w.explodes = errors.New("disk"), "2026-11-21"
	for range 6 {
		_, err := w.press.Tick(t.Context(), 2)
		if err != nil && fault.KindOf(err) != fault.Internal {
			t.Fatal(err)
		}
	}
	if want := []string{"2026-11-22 r1", "2026-11-23 r1"}; !slices.Equal(w.made, want) {
		t.Fatalf("made %v, want %v", w.made, want)
	}
	w.broken, w.explodes = nil, ""
	w.now = w.now.Add(2 * time.Hour)
	w.run(5)
	if want := []string{"2026-11-22 r1", "2026-11-23 r1", "2026-11-20 r1", "2026-11-21 r1"}; !slices.Equal(w.made, want) {
		t.Errorf("made %v, want %v", w.made, want)
	}
}

// A report with a part that cannot be read or written is made, and says so. It
// replaces no revision that is whole; the whole one that follows replaces it.
func TestAReportWithAMissingPart(t *testing.T) {
	w := newWorld(t, "UTC")
	w.defs = w.defs[:1]
	w.earliest, w.now = at("2026-11-22T00:00:00Z"), at("2026-11-23T09:00:00Z")
	w.poisoned = true
	w.run(5)
	if want := []string{"2026-11-22 r1"}; !slices.Equal(w.made, want) {
		t.Fatalf("made %v, want %v", w.made, want)
	}
	first, err := w.archive.Report(t.Context(), "daily", "2026-11-22", 1)
	if r := first.Report; err != nil || len(r.Failures) != 1 || !strings.Contains(r.Verdict.Text, "incomplete") {
		t.Fatalf("%+v, %v", r.Verdict, err)
	}
	w.poisoned = false
	w.version++
	w.now = w.now.Add(time.Hour)
	w.recheck()
	if want := []string{"2026-11-22 r1", "2026-11-22 r2"}; !slices.Equal(w.made, want) {
		t.Fatalf("made %v, want %v", w.made, want)
	}
	w.unread = []reports.Unread{{What: "alerts", Why: "damaged", Damaged: true}}
	w.version++
	w.now = w.now.Add(time.Hour)
	w.recheck()
	if len(w.made) != 2 {
		t.Errorf("a revision with a missing part replaced a whole one: %v", w.made)
	}
}

// Late data makes revision 2 with a list of what changed; revision 1 stays byte
// for byte; what does not change gets no revision; a closed period only by force.
func TestLateData(t *testing.T) {
	w := newWorld(t, "UTC")
	w.earliest, w.now = at("2026-11-16T00:00:00Z"), at("2026-11-24T09:00:00Z")
	w.run(50)
	first, err := w.archive.Bytes(t.Context(), "weekly", "2026-W47", 0)
	if err != nil {
		t.Fatal(err)
	}
	w.made, w.incident, w.version = nil, "Cache was cold and empty", 1
	w.recheck()
	if want := []string{"2026-W47 r2", "2026-11-18 r2"}; !sameSet(w.made, want) {
		t.Errorf("revised %v, want %v", w.made, want)
	}
	again, err := w.archive.Bytes(t.Context(), "weekly", "2026-W47", 1)
	if err != nil || string(again) != string(first) {
		t.Errorf("revision 1 changed: %v", err)
	}
	revisions, err := w.archive.Revisions(t.Context(), "weekly", "2026-W47")
	if err != nil || len(revisions) != 2 || revisions[0].Number != 2 || revisions[0].Differs == 0 {
		t.Fatalf("revisions %+v: %v", revisions, err)
	}
	w.made, w.now, w.version, w.incident = nil, w.now.Add(40*24*time.Hour), 2, "Something else"
	w.recheck()
	if slices.Contains(w.made, "2026-W47 r3") {
		t.Error("a closed period was revised")
	}
	p, _ := period.Of(period.Weekly, "2026-W47", time.UTC)
	if _, made, err := w.press.Make(t.Context(), w.defs[1], p, false); made || err != nil {
		t.Errorf("made a closed period without force: %v", err)
	}
	if rev, made, err := w.press.Make(t.Context(), w.defs[1], p, true); !made || err != nil || rev.Number != 3 {
		t.Errorf("force: %v %v %v", rev, made, err)
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func (w *world) recheck() {
	w.t.Helper()
	for range 100 {
		said, err := w.press.Recheck(w.t.Context(), 3)
		if err != nil {
			w.t.Fatal(err)
		}
		if said == "nothing changed" {
			return
		}
	}
	w.t.Fatal("rechecks without end")
}

// A period that has not ended is previewed and never stored.
func TestPreview(t *testing.T) {
	w := newWorld(t, "UTC")
	w.now = at("2026-11-19T12:00:00Z")
	p, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.press.Preview(t.Context(), w.defs[1], p)
	if err != nil || !r.Running() || !r.AsOf.Equal(w.now) {
		t.Errorf("preview as of %v: %v", r.AsOf, err)
	}
	if _, _, err := w.press.Make(t.Context(), w.defs[1], p, true); fault.KindOf(err) != fault.Invalid {
		t.Errorf("made a running period: %v", err)
	}
	if _, err := w.archive.Report(t.Context(), "weekly", "2026-W47", 0); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a preview was stored: %v", err)
	}
}
