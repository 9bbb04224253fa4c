package web

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/feed/formats"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// fakeSignals answers with what a test set, and keeps what was said by hand.
type fakeSignals struct {
	incidents  []incident.Incident
	episodes   []alert.Episode
	changes    []change.Linked
	statements []sql.Followed
	drills     []incident.Drill
	spent      []BudgetSpent
	drafts     []DraftPostmortem

	wide error // of every list: it holds too much

	edits     []incident.Edit
	entered   []incident.Voice
	decisions []sql.Decision
	who       string
}

// ago is so many minutes before the test's now.
func ago(minutes int) time.Time { return testNow.Add(-time.Duration(minutes) * time.Minute) }

func moments(pairs ...any) map[incident.Milestone]incident.Moment {
	m := map[incident.Milestone]incident.Moment{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(incident.Milestone)] = incident.Moment{At: ago(pairs[i+1].(int))}
	}
	return m
}

// signalsOfADay is one incident told by three voices, an open one, a doubtful one,
// and what happened around them.
func signalsOfADay() *fakeSignals {
	voices := []incident.Voice{
		{Source: "postmortem:checkout-1", Form: "postmortem", Ref: "PX1", Rev: 2, At: ago(100), Title: "Checkout <failed> 支付", Severity: "SEV2",
			Services: []string{"checkout"}, PostmortemID: "checkout-1", Times: moments(incident.Started, 1440, incident.Diagnosed, 1420, incident.Mitigated, 1409)},
		{Source: "pd", Form: "pagerduty", Ref: "PX1", At: ago(1439), Title: "High error rate", Status: "resolved", URL: "https://pd.example/PX1",
			Times: moments(incident.Detected, 1439, incident.Acknowledged, 1438, incident.Resolved, 1400)},
		{Source: "status", Form: "statuspage", Ref: "st-1", Aliases: []string{"PX1"}, At: ago(1430), Title: "Degraded", Times: moments(incident.Started, 1430)},
		{Source: "pd", Form: "pagerduty", Ref: "PX2", At: ago(30), Title: "Still failing", Services: []string{"cart"}, Times: moments(incident.Started, 30)},
		{Source: "status", Form: "statuspage", Ref: "st-2", At: ago(200), Title: "Zero", Status: "resolved", Times: moments(incident.Started, 200, incident.Resolved, 200)},
	}
	edits := []incident.Edit{{At: ago(50), Who: "zoe", Action: incident.Set, Refs: []string{"PX1"}, Field: "environment", Value: "prod", Why: "said in chat"}}
	f := &fakeSignals{incidents: incident.Fold(voices, edits, feedPolicy()), spent: []BudgetSpent{{SLO: "checkout-availability", Title: "Checkout: served without errors", Bad: 1234, Share: 0.128}}}
	f.episodes = alert.Fold([]alert.Signal{
		{Source: "am", Fingerprint: "f1", Name: "HighErrorRate", Service: "checkout", Severity: "critical", Paging: true, StartsAt: ago(1439), EndsAt: ago(1400), Notification: "n1", Truncated: 2},
		{Source: "am", Fingerprint: "f2", Name: "Disk", Service: "cart", StartsAt: ago(60), Notification: "n2", Paging: true},
	})
	alert.Link(f.episodes, []alert.Incident{{ID: "PX1", From: ago(1440), To: ago(1409), Services: []string{"checkout"}}})
	f.changes = change.Connect([]change.Change{
		{ID: "d1", Source: "ci", Service: "checkout", Environment: "production", Kind: "deployed", Outcome: "succeeded", At: ago(1500), Author: "yan", URL: "https://ci.example/1", Freeze: true},
		{ID: "d2", Source: "ci", Service: "cart", Environment: "production", Kind: "deployed", Outcome: "failed", At: ago(90)},
	}, []change.Incident{{ID: "PX1", Refs: []string{"PX1"}, From: ago(1440), Services: []string{"checkout"}}})
	f.statements = sql.Follow(nil, []sql.Observation{
		{Digest: "0123456789abcdef", Database: "orders", Statement: "select * from t where a = ?", At: ago(10), Count: 5, Seconds: 12, Times: []float64{1, 2, 9}, RowsExamined: 5000, RowsSent: 5, User: "app", Instance: "db1"},
		{Digest: "fedcba9876543210", Database: "other", Statement: "delete from x", At: ago(20), Count: 1, Seconds: 0.25},
	}, nil, []slo.Service{{Name: "checkout", Team: "payments", Databases: []string{"orders"}}}, sql.Window{From: ago(100_000), To: testNow.Add(time.Hour)})
	f.drills = []incident.Drill{{ID: "g1", Title: "Region lost", Services: []string{"cart"}, At: ago(3000), Outcome: "passed", Document: "doc-1"}}
	return f
}

func (f *fakeSignals) Policy() incident.Policy { return feedPolicy() }
func (f *fakeSignals) Incidents(context.Context, time.Time, time.Time) ([]incident.Incident, error) {
	return f.incidents, f.wide
}
func (f *fakeSignals) Incident(_ context.Context, id string) (incident.Incident, error) {
	for _, in := range f.incidents {
		if slices.Contains(in.Refs, id) {
			return in, nil
		}
	}
	return incident.Incident{}, fault.New(fault.NotFound, "test", "no such incident")
}
func (f *fakeSignals) Open(context.Context) (open []incident.Incident, err error) {
	for _, in := range f.incidents {
		if in.Open {
			open = append(open, in)
		}
	}
	return open, f.wide
}
func (f *fakeSignals) Episodes(context.Context, time.Time, time.Time) ([]alert.Episode, error) {
	return f.episodes, f.wide
}
func (f *fakeSignals) Changes(context.Context, time.Time, time.Time) ([]change.Linked, error) {
	return f.changes, f.wide
}
func (f *fakeSignals) Statements(context.Context, time.Time, time.Time) ([]sql.Followed, error) {
	return f.statements, f.wide
}
func (f *fakeSignals) Drills(context.Context, time.Time, time.Time) ([]incident.Drill, error) {
	return f.drills, f.wide
}
func (f *fakeSignals) Services(context.Context) ([]slo.Service, error) {
	return []slo.Service{{Name: "checkout"}, {Name: "cart"}}, nil
}
func (f *fakeSignals) OnCall(context.Context) (alert.OnCall, error) {
	return alert.DefaultOnCall().In(alert.Zones{"": time.UTC}), nil
}
func (f *fakeSignals) Drafts(context.Context, incident.Incident) ([]DraftPostmortem, error) {
	return f.drafts, nil
}
func (f *fakeSignals) Spent(context.Context, incident.Incident) ([]BudgetSpent, error) {
	return f.spent, nil
}
func (f *fakeSignals) Edit(_ context.Context, hand incident.Hand, id string, edits ...incident.Edit) (incident.Incident, error) {
	f.who, f.edits = hand.Who, append(f.edits, edits...)
	for _, e := range edits {
		if e.Who = hand.Who; e.Action != incident.Split && e.Action != incident.Merge {
			e.Refs = []string{id}
		} else {
			e.Into = id
		}
		if err := e.Check(); err != nil {
			return incident.Incident{}, err
		}
	}
	return incident.Incident{ID: id}, nil
}
func (f *fakeSignals) Enter(_ context.Context, hand incident.Hand, v incident.Voice) (incident.Incident, bool, error) {
	if v.Title == "" {
		return incident.Incident{}, false, fault.New(fault.Invalid, "test", "give the incident a title")
	}
	f.who, f.entered = hand.Who, append(f.entered, v)
	return incident.Incident{ID: "E-1"}, true, nil
}
func (f *fakeSignals) Decide(_ context.Context, who string, d sql.Decision) error {
	f.who, f.decisions = who, append(f.decisions, d)
	if d.State == "" {
		return fault.New(fault.Invalid, "test", "the state is assigned, fixed or new")
	}
	return nil
}

// feedPolicy is the default policy with the forms of all feeds.
func feedPolicy() incident.Policy {
	return incident.DefaultPolicy(formats.Incidents(formats.All())...)
}
