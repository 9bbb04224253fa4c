package webtest

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/feed/formats"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// Signals answers with what a test set, and remembers what people entered. Lists are
// returned whole, whatever the span. Wide fails them all, for tests that too much is
// never shown as none.
type Signals struct {
	IncidentList  []incident.Incident
	EpisodeList   []alert.Episode
	ChangeList    []change.Linked
	StatementList []sql.Followed
	DrillList     []incident.Drill
	BudgetList    []incidentparts.BudgetSpent
	DraftList     []incidentparts.DraftPostmortem

	Wide error // of every list: it holds too much

	Edits     []incident.Edit
	Entered   []incident.Record
	Decisions []sql.Decision
	Who       string
}

// Ago returns the time that many minutes before the test's now.
func Ago(minutes int) time.Time { return Now.Add(-time.Duration(minutes) * time.Minute) }

// Moments returns the times of milestones from pairs of milestone and minutes ago. It
// panics for pairs of other types: a mistake of the test.
func Moments(pairs ...any) map[incident.Milestone]incident.Moment {
	m := map[incident.Milestone]incident.Moment{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(incident.Milestone)] = incident.Moment{At: Ago(pairs[i+1].(int))}
	}
	return m
}

// SignalsOfADay has one incident reported by three sources, an open one, a doubtful one,
// and what happened around them. The doubtful one has a length of 0. Texts have markup
// and Chinese, by which escaping and cutting are tested.
func SignalsOfADay() *Signals {
	voices := []incident.Record{
		{Source: "postmortem:checkout-1", Form: "postmortem", Ref: "PX1", Rev: 2, At: Ago(100), Title: "Checkout <failed> 支付", Severity: "SEV2",
			Services: []string{"checkout"}, PostmortemID: "checkout-1",
			Times: Moments(incident.Started, 1440, incident.Diagnosed, 1420, incident.Mitigated, 1409)},
		{Source: "pd", Form: "pagerduty", Ref: "PX1", At: Ago(1439), Title: "High error rate", Status: "resolved", URL: "https://pd.example/PX1",
			Times: Moments(incident.Detected, 1439, incident.Acknowledged, 1438, incident.Resolved, 1400)},
		{Source: "status", Form: "statuspage", Ref: "st-1", Aliases: []string{"PX1"}, At: Ago(1430), Title: "Degraded",
			Times: Moments(incident.Started, 1430)},
		{Source: "pd", Form: "pagerduty", Ref: "PX2", At: Ago(30), Title: "Still failing", Services: []string{"cart"},
			Times: Moments(incident.Started, 30)},
		{Source: "status", Form: "statuspage", Ref: "st-2", At: Ago(200), Title: "Zero", Status: "resolved",
			Times: Moments(incident.Started, 200, incident.Resolved, 200)},
	}
	edits := []incident.Edit{{At: Ago(50), Who: "zoe", Action: incident.Set, Refs: []string{"PX1"}, Field: "environment", Value: "prod",
		Why: "said in chat"}}
	f := &Signals{IncidentList: incident.Fold(voices, edits, Policy()),
		BudgetList: []incidentparts.BudgetSpent{{SLO: "checkout-availability", Title: "Checkout: served without errors", Bad: 1234,
			Share: 0.128}}}
	f.EpisodeList = alert.Fold([]alert.Signal{
		{Source: "am", Fingerprint: "f1", Name: "HighErrorRate", Service: "checkout", Severity: "critical", Paging: true, StartsAt: Ago(1439),
			EndsAt: Ago(1400), Notification: "n1", Truncated: 2},
		{Source: "am", Fingerprint: "f2", Name: "Disk", Service: "cart", StartsAt: Ago(60), Notification: "n2", Paging: true},
	})
	alert.Link(f.EpisodeList, []alert.Incident{{ID: "PX1", From: Ago(1440), To: Ago(1409), Services: []string{"checkout"}}})
	f.ChangeList = change.Connect([]change.Change{
		{ID: "d1", Source: "ci", Service: "checkout", Environment: "production", Kind: "deployed", Outcome: "succeeded", At: Ago(1500),
			Author: "yan", URL: "https://ci.example/1", Freeze: true},
		{ID: "d2", Source: "ci", Service: "cart", Environment: "production", Kind: "deployed", Outcome: "failed", At: Ago(90)},
	}, []change.Incident{{ID: "PX1", Refs: []string{"PX1"}, From: Ago(1440), Services: []string{"checkout"}}})
	f.StatementList = sql.Follow(nil, []sql.Observation{
		{Digest: "0123456789abcdef", Database: "orders", Statement: "select * from t where a = ?", At: Ago(10), Count: 5, Seconds: 12,
			Times: []float64{1, 2, 9}, RowsExamined: 5000, RowsSent: 5, User: "app", Instance: "db1"},
		{Digest: "fedcba9876543210", Database: "other", Statement: "delete from x", At: Ago(20), Count: 1, Seconds: 0.25},
	}, nil, []slo.Service{{Name: "checkout", Team: "payments", Databases: []string{"orders"}}},
		sql.Window{From: Ago(100_000), To: Now.Add(time.Hour)})
	f.DrillList = []incident.Drill{{ID: "g1", Title: "Region lost", Services: []string{"cart"}, At: Ago(3000), Outcome: "passed",
		Document: "doc-1"}}
	return f
}

// Policy implements incidents.Signals.
func (f *Signals) Policy() incident.Policy { return Policy() }

// Incidents implements incidents.Signals.
func (f *Signals) Incidents(context.Context, time.Time, time.Time) ([]incident.Incident, error) {
	return f.IncidentList, f.Wide
}

// Incident implements incidents.Signals.
func (f *Signals) Incident(_ context.Context, id string) (incident.Incident, error) {
	for _, in := range f.IncidentList {
		if slices.Contains(in.Refs, id) {
			return in, nil
		}
	}
	return incident.Incident{}, fault.New(fault.NotFound, "test", "no such incident")
}

// Open implements incidents.Signals.
func (f *Signals) Open(context.Context) (open []incident.Incident, err error) {
	for _, in := range f.IncidentList {
		if in.Open {
			open = append(open, in)
		}
	}
	return open, f.Wide
}

// Episodes implements incidents.Signals.
func (f *Signals) Episodes(context.Context, time.Time, time.Time) ([]alert.Episode, error) {
	return f.EpisodeList, f.Wide
}

// Changes implements incidents.Signals.
func (f *Signals) Changes(context.Context, time.Time, time.Time) ([]change.Linked, error) {
	return f.ChangeList, f.Wide
}

// Statements implements incidents.Signals.
func (f *Signals) Statements(context.Context, time.Time, time.Time) ([]sql.Followed, error) {
	return f.StatementList, f.Wide
}

// Drills implements incidents.Signals.
func (f *Signals) Drills(context.Context, time.Time, time.Time) ([]incident.Drill, error) {
	return f.DrillList, f.Wide
}

// Services implements incidents.Signals.
func (f *Signals) Services(context.Context) ([]slo.Service, error) {
	return []slo.Service{{Name: "checkout"}, {Name: "cart"}}, nil
}

// OnCall implements incidents.Signals.
func (f *Signals) OnCall(context.Context) (alert.OnCall, error) {
	return alert.DefaultOnCall().In(alert.Zones{"": time.UTC}), nil
}

// Drafts implements incidents.Signals.
func (f *Signals) Drafts(context.Context, incident.Incident) ([]incidentparts.DraftPostmortem, error) {
	return f.DraftList, nil
}

// Spent implements incidents.Signals.
func (f *Signals) Spent(context.Context, incident.Incident) ([]incidentparts.BudgetSpent, error) {
	return f.BudgetList, nil
}

// Edit implements incidents.Signals. Edits are checked as by the store, so that invalid
// forms show their reason.
func (f *Signals) Edit(_ context.Context, hand incident.Hand, id string, edits ...incident.Edit) (incident.Incident, error) {
	f.Who, f.Edits = hand.Who, append(f.Edits, edits...)
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

// Enter implements incidents.Signals. An entry without a title is fault.Invalid.
func (f *Signals) Enter(_ context.Context, hand incident.Hand, v incident.Record) (incident.Incident, bool, error) {
	if v.Title == "" {
		return incident.Incident{}, false, fault.New(fault.Invalid, "test", "give the incident a title")
	}
	f.Who, f.Entered = hand.Who, append(f.Entered, v)
	return incident.Incident{ID: "E-1"}, true, nil
}

// Decide implements incidents.Signals. A decision without a state is fault.Invalid.
func (f *Signals) Decide(_ context.Context, who string, d sql.Decision) error {
	f.Who, f.Decisions = who, append(f.Decisions, d)
	if d.State == "" {
		return fault.New(fault.Invalid, "test", "the state is assigned, fixed or new")
	}
	return nil
}

// Policy returns the default policy with the forms of all feeds.
func Policy() incident.Policy { return incident.DefaultPolicy(formats.Incidents(formats.All())...) }
