package schedule_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/base/realdata"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
	"github.com/postern/postern/reports/schedule"
)

// told is one incident of a real status page, with every time it was written to.
type told struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Impact    string    `json:"impact"`
	Published time.Time `json:"published_at"`
	Updated   time.Time `json:"updated_at"`
	Started   time.Time `json:"downtime_start"`
	Ended     time.Time `json:"downtime_end"`
	Updates   []struct {
		At     time.Time `json:"at"`
		Status string    `json:"status"`
	} `json:"updates"`
}

// statusPage reads the real incidents of a stretch of time, where they are present.
func statusPage(t *testing.T, from, to time.Time) (all []told) {
	t.Helper()
	f, err := os.Open(realdata.Find(t, "feeds/github-status/incidents-2022-2024.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var x told
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		if !x.Started.Before(from) && x.Started.Before(to) && x.Ended.After(x.Started) && x.Impact != "maintenance" {
			all = append(all, x)
		}
	}
	return all
}

// as is the incident as it was known at an instant; ok is false before its first
// word. Its end is known from the update that said so, its impact and last title
// from the last edit, which often came days later.
func (x told) as(now time.Time) (i incident.Incident, ok bool) {
	if now.Before(x.Updates[0].At) {
		return i, false
	}
	i = incident.Incident{ID: x.ID, Title: "Investigating", Services: []string{"github"}, Open: true,
		Times: map[incident.Milestone]incident.Stamp{
			incident.Started: {Moment: incident.Moment{At: x.Started}}, incident.Detected: {Moment: incident.Moment{At: x.Updates[0].At}},
		}}
	for _, u := range x.Updates {
		if u.Status == "Resolved" && !u.At.After(now) {
			i.Open = false
			i.Times[incident.Mitigated] = incident.Stamp{Moment: incident.Moment{At: x.Ended}}
		}
	}
	if !now.Before(x.Published) {
		i.Title = x.Title
	}
	if !now.Before(x.Updated) {
		i.Severity = map[string]string{"critical": "SEV1", "major": "SEV2", "minor": "SEV3"}[x.Impact]
	}
	return i, true
}

// replay is a collector that knows of the status page what was known at its clock.
type replay struct {
	page    []told
	now     time.Time
	version uint64
}

func (r *replay) Earliest(context.Context) (time.Time, bool, error) {
	return r.page[0].Started, true, nil
}
func (r *replay) Version(context.Context) (uint64, error) { return r.version, nil }

func (r *replay) Collect(context.Context, reports.Definition, period.Period, time.Time) (reports.Inputs, error) {
	in := reports.Inputs{Targets: reports.Targets{Policy: incident.DefaultPolicy()}}
	for _, x := range r.page {
		if i, ok := x.as(r.now); ok {
			in.Incidents = append(in.Incidents, reports.Incident{Incident: i, Durations: i.Durations(incident.DefaultPolicy())})
		}
	}
	return in, nil
}

// edits are when the page was written to, each instant once.
func (r *replay) edits() (all []time.Time) {
	for _, x := range r.page {
		all = append(all, x.Published, x.Updated)
		for _, u := range x.Updates {
			all = append(all, u.At)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// play lets the press work after each edit, and three weeks after the last.
func (r *replay) play(t *testing.T, p *schedule.Scheduler, edits []time.Time) {
	t.Helper()
	last := edits[0]
	for _, at := range append(edits, edits[len(edits)-1].Add(21*24*time.Hour)) {
		r.now, r.version = at, r.version+1
		if at.Before(last.Add(time.Hour)) && at != edits[len(edits)-1] {
			continue // edits of one hour are seen together, as the portal sees them
		}
		last = at
		if _, err := p.Tick(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Recheck(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
	}
}

// A quarter of a real status page, every edit applied when it was made: weekly
// reports are published and revised as the page was. Old revisions stay as they
// were, byte for byte; each later one has a difference, and the last one says
// what the page says in the end.
func TestReplayOfRealEdits(t *testing.T) {
	from, to := time.Date(2024, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	r := &replay{page: statusPage(t, from, to)}
	slices.SortFunc(r.page, func(a, b told) int { return a.Started.Compare(b.Started) })
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"),
		boltkv.Options{Schemas: []kv.Schema{reportstore.Schema()}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	kept := reportstore.New(db)
	first := map[string]string{} // period and revision -> bytes when it was published
	p := schedule.New(schedule.Options{
		Printer:     english().Printer,
		Definitions: func(context.Context) ([]reports.Definition, error) { return reports.BuiltIn("UTC")[1:2], nil },
		Collect:     r, Archive: kept, Now: func() time.Time { return r.now }, Log: slog.New(slog.DiscardHandler),
		Published: func(ctx context.Context, _ reports.Definition, rev reportstore.Revision) {
			b, err := kept.Bytes(ctx, rev.Name, rev.Period, rev.Number)
			if err != nil {
				t.Error(err)
			}
			first[fmt.Sprintf("%s r%d", rev.Period, rev.Number)] = string(b)
		},
	})
	edits := r.edits()
	r.play(t, p, edits)
	have, err := kept.Have(t.Context(), "weekly")
	if err != nil || len(have) < 12 {
		t.Fatalf("%d weeks of a quarter: %v", len(have), err)
	}
	revised, settled := 0, 0
	for id, newest := range have {
		if newest.Number > 1 {
			revised++
		}
		for n := 1; n <= newest.Number; n++ {
			checkRevision(t, kept, id, n, first[fmt.Sprintf("%s r%d", id, n)])
			checkAgainstPage(t, kept, r.page, id, n)
		}
		z, _ := period.Of(period.Weekly, id, time.UTC)
		if slices.ContainsFunc(r.page, func(x told) bool { return x.Started.Before(z.To) && x.Updated.After(z.To.Add(reports.CloseAfter)) }) {
			continue // edited after the week was closed: it stays as it was
		}
		settled++
		in, _ := r.Collect(t.Context(), reports.Definition{}, z, z.To)
		want, _ := reports.Encode(compile.Report(reports.BuiltIn("UTC")[1], z, in, english()))
		if got, err := kept.Bytes(t.Context(), "weekly", id, 0); err != nil || string(got) != string(want) {
			t.Errorf("%s: the newest revision does not say what the page says in the end: %v", id, err)
		}
	}
	if settled < 5 || revised == 0 || len(first) <= len(have) {
		t.Errorf("%d revisions of %d weeks: late edits revised nothing", len(first), len(have))
	}
	t.Logf("%d incidents, %d edits: %d weeks, %d revisions", len(r.page), len(edits), len(have), len(first))
}

// checkRevision holds a revision against its bytes when it was published, and its
// row against its difference from the one before.
func checkRevision(t *testing.T, kept *reportstore.Store, id string, n int, want string) {
	t.Helper()
	got, err := kept.Bytes(t.Context(), "weekly", id, n)
	if err != nil || string(got) != want {
		t.Errorf("%s r%d changed after it was published: %v", id, n, err)
	}
	if n == 1 {
		return
	}
	before, err := kept.Report(t.Context(), "weekly", id, n-1)
	if err != nil {
		t.Fatal(err)
	}
	after, err := kept.Report(t.Context(), "weekly", id, n)
	if err != nil {
		t.Fatal(err)
	}
	all, left := reports.Diff(before.Report, after.Report)
	if len(all)+left == 0 || len(all)+left != after.Differs {
		t.Errorf("%s r%d: %d differences, its row says %d", id, n, len(all)+left, after.Differs)
	}
}
