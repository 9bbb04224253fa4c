package signals

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

func at(minute int) time.Time {
	return time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute)
}

// feeds hold what a test says, and count how often they are read.
type feeds struct {
	seq      uint64
	moved    map[string]uint64
	day      time.Time // what the last write was about
	reads    map[string]int
	voices   []incident.Record
	broken   bool // reading voices panics
	signals  []alert.Signal
	changes  []change.Change
	drills   []incident.Drill
	observed []sql.Observation

	observedFrom []time.Time // of each reading of observations
}

func (f *feeds) Seq(context.Context) (uint64, error) { return f.seq, nil }
func (f *feeds) Moved(_ context.Context, kind string, after uint64) (bool, error) {
	return f.moved[kind] > after, nil
}
func (f *feeds) Days(_ context.Context, kind string, after uint64) (days []time.Time, err error) {
	if f.moved[kind] > after {
		days = append(days, f.day)
	}
	return days, nil
}
func (f *feeds) write(kind string) { f.seq++; f.moved[kind] = f.seq }
func (f *feeds) Voices(context.Context, time.Time, time.Time) ([]incident.Record, error) {
	f.reads["incident"]++
	if f.broken {
		panic("a voice that nobody thought of")
	}
	return f.voices, nil
}
func (f *feeds) Signals(context.Context, time.Time, time.Time) ([]alert.Signal, error) {
	f.reads["alert"]++
	return f.signals, nil
}
func (f *feeds) Changes(_ context.Context, from, to time.Time) ([]change.Change, error) {
	return slices.DeleteFunc(slices.Clone(f.changes), func(c change.Change) bool { return c.At.Before(from) || !c.At.Before(to) }), nil
}
func (f *feeds) Drills(context.Context, time.Time, time.Time) ([]incident.Drill, error) {
	return f.drills, nil
}
func (f *feeds) Observations(_ context.Context, from, to time.Time) ([]sql.Observation, error) {
	f.observedFrom = append(f.observedFrom, from)
	return slices.DeleteFunc(slices.Clone(f.observed), func(o sql.Observation) bool { return o.At.Before(from) || !o.At.Before(to) }), nil
}

type documents struct {
	seq    uint64
	voices []incident.Record
	known  []string
}

func (d *documents) Has(_ context.Context, id string) (bool, error) {
	return slices.Contains(d.known, id), nil
}
func (d *documents) Seq(context.Context) (uint64, error)               { return d.seq, nil }
func (d *documents) Voices(context.Context) ([]incident.Record, error) { return d.voices, nil }

type services []slo.Service

func (s services) Seq(context.Context) (uint64, error)             { return 1, nil }
func (s services) Services(context.Context) ([]slo.Service, error) { return s, nil }

type fixture struct {
	*Store
	feeds     *feeds
	documents *documents
	now       time.Time
}

func open(t *testing.T) *fixture {
	t.Helper()
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"), boltkv.Options{Schemas: []kv.Schema{Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	f := &fixture{
		now:       at(1000),
		documents: &documents{},
		feeds: &feeds{moved: map[string]uint64{}, reads: map[string]int{}, voices: []incident.Record{
			{
				Source:   "pd",
				Form:     "pagerduty",
				Ref:      "PX",
				At:       at(0),
				Title:    "Pages",
				Services: []string{"the shop", "elsewhere"},
				Times: map[incident.Milestone]incident.Moment{
					incident.Started: {At: at(0)}, incident.Detected: {At: at(2)}, incident.Resolved: {At: at(30)}},
			},
			{
				Source: "pd",
				Form:   "pagerduty",
				Ref:    "PY",
				At:     at(500),
				Title:  "Still on",
				Times:  map[incident.Milestone]incident.Moment{incident.Started: {At: at(500)}},
			},
		}},
	}
	f.Store = New(Options{
		DB:        db,
		Feeds:     f.feeds,
		Documents: f.documents,
		Policy:    incident.DefaultPolicy(),
		OnCall:    alert.DefaultOnCall(),
		Services: services{
			{Name: "shop", Title: "The Shop", Team: "web", Databases: []string{"orders"}, OnCallZone: "Asia/Shanghai"},
			{Name: "bad", OnCallZone: "Mars/Olympus"},
		},
		Now: func() time.Time { return f.now },
	})
	return f
}

func (f *fixture) incidents(t *testing.T, from, to int) (ids []string) {
	t.Helper()
	all, err := f.Incidents(t.Context(), at(from), at(to))
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range all {
		ids = append(ids, in.ID)
	}
	return ids
}

func TestIncidentsOfASpan(t *testing.T) {
	f := open(t)
	for _, c := range []struct {
		from, to int
		want     []string
	}{
		{0, 1000, []string{"PY", "PX"}}, {20, 100, []string{"PX"}}, {30, 100, nil}, {600, 700, []string{"PY"}}, {-50, 0, nil},
	} {
		if got := f.incidents(t, c.from, c.to); !slices.Equal(got, c.want) {
			t.Errorf("%d to %d: %v", c.from, c.to, got)
		}
	}
	if open, err := f.Open(t.Context()); err != nil || len(open) != 1 || open[0].ID != "PY" {
		t.Errorf("open: %+v %v", open, err)
	}
	if in, err := f.Incident(t.Context(), "pd:PX"); err != nil || in.ID != "PX" {
		t.Errorf("by another name: %+v %v", in, err)
	}
	if _, err := f.Incident(t.Context(), "none"); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	if f.feeds.reads["incident"] != 1 {
		t.Errorf("folded %d times", f.feeds.reads["incident"])
	}
	f.now = at(400) // PY begins at 500
	if open, err := f.Open(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("an incident of the future is open: %+v, %v", open, err)
	}
}

func TestViewsAreMadeAnewWhenSomethingMoved(t *testing.T) {
	f := open(t)
	f.incidents(t, 0, 1000)
	f.feeds.write("alert")
	f.incidents(t, 0, 1000)
	if f.feeds.reads["incident"] != 1 {
		t.Error("an alert is no news for incidents")
	}
	f.feeds.write("incident")
	f.incidents(t, 0, 1000)
	f.documents.seq++
	f.documents.voices = []incident.Record{{Source: "postmortem:d1", Form: "postmortem", Ref: "PX", PostmortemID: "d1", Title: "Why"}}
	if in, err := f.Incident(t.Context(), "PX"); err != nil || in.Title != "Why" || !slices.Equal(in.Postmortems, []string{"d1"}) {
		t.Errorf("%+v %v", in, err)
	}
	if f.feeds.reads["incident"] != 3 {
		t.Errorf("folded %d times", f.feeds.reads["incident"])
	}
	for i := range 20 { // more windows than are kept
		if _, err := f.Episodes(t.Context(), at(i), at(1000)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Episodes(t.Context(), at(19), at(1000)); err != nil || f.feeds.reads["alert"] != 20 || len(f.episodes.views) != maxWindows {
		t.Errorf("%d reads, %d kept, %v", f.feeds.reads["alert"], len(f.episodes.views), err)
	}
}

func TestEpisodesAndChangesHaveTheirIncidents(t *testing.T) {
	f := open(t)
	f.feeds.signals = []alert.Signal{{Source: "am", Fingerprint: "f", StartsAt: at(3), Service: "shop", Paging: true}}
	f.feeds.changes = []change.Change{
		{ID: "early", Source: "ci", Service: "shop", At: at(-1500), Kind: "deployed"},
		{ID: "last", Source: "ci", Service: "/services/Shop", At: at(-60), Kind: "deployed"},
	}
	episodes, err := f.Episodes(t.Context(), at(0), at(60))
	if err != nil || len(episodes) != 1 || episodes[0].Incident != "PX" {
		t.Errorf("%+v %v", episodes, err)
	}
	changes, err := f.Changes(t.Context(), at(-100), at(-10))
	if err != nil || len(changes) != 1 || len(changes[0].Incidents) != 1 || !changes[0].Incidents[0].Suspected {
		t.Errorf("%+v %v", changes, err)
	}
	on, err := f.OnCall(t.Context())
	if err != nil || !on.Night(episodes[0]) || on.Of("bad") != time.UTC {
		t.Errorf("%v %v", on, err)
	}
}

func TestStatements(t *testing.T) {
	f := open(t)
	f.feeds.observed = []sql.Observation{{Digest: "0123456789abcdef", Database: "orders", At: at(0), Count: 3}}
	d := sql.Decision{Digest: "0123456789abcdef", State: sql.Fixed, Why: "an index"}
	if err := f.Decide(t.Context(), "zoe", d); err != nil {
		t.Fatal(err)
	}
	got, err := f.Statements(t.Context(), at(-10), at(2000))
	if err != nil || len(got) != 1 || got[0].State != sql.Fixed || got[0].Owner.Team != "web" || !got[0].Since.Equal(at(1000)) {
		t.Errorf("%+v %v", got, err)
	}
	for _, bad := range []sql.Decision{{Digest: d.Digest, State: "gone"}, {Digest: "x", State: sql.Fixed},
		{Digest: d.Digest, State: sql.Assigned}} {
		if err := f.Decide(t.Context(), "zoe", bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	f.feeds.drills = []incident.Drill{{ID: "1", Rev: 1}, {ID: "1", Rev: 2}}
	if drills, err := f.Drills(t.Context(), at(0), at(9)); err != nil || len(drills) != 1 || drills[0].Rev != 2 {
		t.Errorf("%+v %v", drills, err)
	}
}

func TestSourcesCallServicesByManyNames(t *testing.T) {
	n := names{"shop": "shop", "the shop": "shop", "pay-core": "pay-core"}
	for said, want := range map[string]string{
		"shop": "shop", " SHOP ": "shop", "The Shop": "shop", "https://x/services/shop": "shop", "pay_core": "pay-core",
		"other/thing": "other/thing", "": "", "/": "/",
	} {
		if got := n.of(said); got != want {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
}
