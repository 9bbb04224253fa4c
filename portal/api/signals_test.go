package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// fakeSignals is a Signals of a few incidents, alerts, changes and statements.
type fakeSignals struct {
	from, to time.Time
	hand     incident.Hand
	id       string
	edits    []incident.Edit
	entry    incident.Record
}

func (t *fakeSignals) Policy() incident.Policy { return incident.DefaultPolicy() }

func (t *fakeSignals) incidents() []incident.Incident {
	times := func(pairs ...any) map[incident.Milestone]incident.Moment {
		m := map[incident.Milestone]incident.Moment{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(incident.Milestone)] = incident.Moment{At: at(8, pairs[i+1].(int))}
		}
		return m
	}
	return incident.Fold([]incident.Record{
		{Source: "pd", Form: "pagerduty", Ref: "PX", Aliases: []string{"PD-7"}, Rev: 1, At: at(8, 1), Title: "Pages",
			Status: "resolved", URL: "https://pd.example/PX",
			Times: times(incident.Detected, 1, incident.Resolved, 50)},
		{Source: "postmortem:pool", Form: "postmortem", Ref: "PX", Rev: 3, At: at(11, 0), Title: "The pool", Severity: "SEV2",
			Services: []string{"checkout"}, Environment: "prod",
			DetectedBy: "alert", PostmortemID: "pool", Alerts: []string{"PoolEmpty"}, Changes: []string{"d1"},
			SLOs:  []string{"checkout-availability"},
			Times: times(incident.Started, 0, incident.Diagnosed, 20, incident.Mitigated, 31)},
		{Source: "status", Form: "statuspage", Ref: "st-9", At: at(9, 0), Status: "resolved",
			Times: times(incident.Started, 5, incident.Resolved, 5)},
		{Source: "pd", Form: "pagerduty", Ref: "PY", At: at(9, 0), Title: "Still on", Services: []string{"cart"},
			Times: times(incident.Started, 10)},
	}, []incident.Edit{{At: at(10, 0), Who: "zoe", Action: incident.Set, Refs: []string{"PX"}, Field: "acknowledged",
		Value: at(8, 2).Format(time.RFC3339), Why: "chat"}}, incident.DefaultPolicy())
}

func (t *fakeSignals) Incidents(_ context.Context, from, to time.Time) ([]incident.Incident, error) {
	t.from, t.to = from, to
	return t.incidents(), nil
}

func (t *fakeSignals) Incident(_ context.Context, id string) (incident.Incident, error) {
	for _, in := range t.incidents() {
		if slices.Contains(in.Refs, id) {
			return in, nil
		}
	}
	return incident.Incident{}, fault.New(fault.NotFound, "test", "no feed, post-mortem or person fakeSignals of such an incident")
}

func (t *fakeSignals) Episodes(_ context.Context, from, to time.Time) ([]alert.Episode, error) {
	t.from, t.to = from, to
	episodes := alert.Fold([]alert.Signal{
		{Source: "am", Fingerprint: "f1", Name: "PoolEmpty", Service: "checkout", Severity: "critical", Paging: true,
			StartsAt: at(8, 1), EndsAt: at(8, 40), AckedAt: at(8, 2),
			Labels: map[string]string{"cluster": "eu-1"}, Notification: "n1", Truncated: 2},
		{Source: "am", Fingerprint: "f2", StartsAt: at(7, 0)},
	})
	alert.Link(episodes, []alert.Incident{{ID: "PX", From: at(8, 0), To: at(8, 31), Services: []string{"checkout"}}})
	return episodes, nil
}

func (t *fakeSignals) Edit(_ context.Context, hand incident.Hand, id string, edits ...incident.Edit) (incident.Incident, error) {
	t.hand, t.id, t.edits = hand, id, edits
	for _, e := range edits {
		if e.Into, e.Who = id, hand.Who; len(e.Refs) == 0 {
			e.Refs = []string{id}
		}
		if err := e.Check(); err != nil {
			return incident.Incident{}, err
		}
	}
	return t.Incident(context.Background(), id)
}

func (t *fakeSignals) Enter(_ context.Context, hand incident.Hand, v incident.Record) (incident.Incident, bool, error) {
	t.hand, t.entry = hand, v
	if v.Title == "" {
		return incident.Incident{}, false, fault.New(fault.Invalid, "test", "give the incident a title").In("title")
	}
	return t.incidents()[0], v.Ref != "again", nil
}

func (t *fakeSignals) Changes(_ context.Context, from, to time.Time) ([]change.Linked, error) {
	t.from, t.to = from, to
	return change.Connect([]change.Change{
		{ID: "d1", Source: "ci", Service: "checkout", Environment: "production", At: at(7, 0), Kind: "deployed", Outcome: "succeeded",
			Artifact: "checkout@1.2", Author: "yan",
			Committed: at(5, 0), URL: "https://ci.example/1", Freeze: true, Rollback: true},
		{ID: "d2", Source: "ci", Service: "cart", At: at(6, 0)},
	}, []change.Incident{
		{ID: "PX", Refs: []string{"PX"}, From: at(8, 0), To: at(8, 31), Services: []string{"checkout"}, Changes: []string{"d1"}},
		{ID: "PY", Refs: []string{"PY"}, From: at(8, 10), Services: []string{"cart"}},
	}), nil
}

func (t *fakeSignals) Statements(_ context.Context, from, to time.Time) ([]sql.Followed, error) {
	t.from, t.to = from, to
	return sql.Follow(nil, []sql.Observation{
		{Digest: "0123456789abcdef", Database: "orders", Statement: "select ?", At: at(8, 0), Count: 4, Seconds: 10,
			Times: []float64{1, 9}, RowsExamined: 100, RowsSent: 4, Instance: "db1", User: "app"},
		{Digest: "fedcba9876543210", Statement: "delete from x", At: at(9, 0), Count: 1, Seconds: 2},
	}, nil, []slo.Service{{Name: "checkout", Team: "payments", Databases: []string{"orders"}}}, sql.Window{From: from, To: to}), nil
}

func TestSignalAnswers(t *testing.T) {
	for name, target := range map[string]string{
		"incidents": "/api/v1/incidents", "incident": "/api/v1/incidents/PD-7", "alerts": "/api/v1/alerts",
		"changes": "/api/v1/changes", "slow-sql": "/api/v1/slow-sql",
	} {
		t.Run(name, func(t *testing.T) {
			rec := newPortal(t, "https://kb.example.org/kb/").get(target)
			if rec.Code != http.StatusOK {
				t.Fatalf("%d: %s", rec.Code, rec.Body)
			}
			golden(t, name, rec.Body.Bytes())
		})
	}
}

func TestSignalFilters(t *testing.T) {
	for target, want := range map[string]int{
		"/api/v1/incidents?service=cart": 1, "/api/v1/incidents?severity=sev2": 1, "/api/v1/incidents?open=true": 1,
		"/api/v1/incidents?doubted=true": 1,
		"/api/v1/alerts?paging=true":     1, "/api/v1/alerts?incident=PX&rule=PoolEmpty&service=checkout": 1, "/api/v1/alerts?service=none": 0,
		"/api/v1/changes?failed=true": 1, "/api/v1/changes?service=cart": 1, "/api/v1/changes?environment=production": 1,
		"/api/v1/slow-sql?team=payments": 1, "/api/v1/slow-sql?team=none": 1,
		"/api/v1/slow-sql?database=orders&state=new&digest=0123456789abcdef": 1, "/api/v1/slow-sql?state=back": 0,
	} {
		rec := newPortal(t, "").get(target)
		var answer map[string]json.RawMessage
		if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil || rec.Code != http.StatusOK {
			t.Fatalf("%s: %d %v", target, rec.Code, err)
		}
		delete(answer, "next")
		for name, raw := range answer {
			var rows []json.RawMessage
			if err := json.Unmarshal(raw, &rows); err != nil || len(rows) != want {
				t.Errorf("%s: %s has %d rows, want %d (%v)", target, name, len(rows), want, err)
			}
		}
	}
}

func TestSignalPages(t *testing.T) {
	p := newPortal(t, "")
	var ids []string
	for cursor := ""; ; {
		var a struct {
			Incidents []struct{ ID string }
			Next      *string
		}
		rec := p.get("/api/v1/incidents?limit=1&cursor=" + cursor)
		if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil || len(a.Incidents) != 1 {
			t.Fatalf("%v: %s", err, rec.Body)
		}
		ids = append(ids, a.Incidents[0].ID)
		if a.Next == nil {
			break
		}
		cursor = *a.Next
	}
	if !slices.Equal(ids, []string{"PY", "st-9", "PX"}) {
		t.Errorf("%v", ids)
	}
}

func TestSignalSpans(t *testing.T) {
	p := newPortal(t, "")
	p.get("/api/v1/alerts")
	if want := at(13, 0).AddDate(0, 0, 1); !p.fakeSignals.to.Equal(want) || !p.fakeSignals.from.Equal(want.AddDate(0, 0, -30)) {
		t.Errorf("%v to %v", p.fakeSignals.from, p.fakeSignals.to)
	}
	p.get("/api/v1/incidents")
	if want := at(13, 0).AddDate(0, 0, 1); !p.fakeSignals.from.Equal(want.AddDate(0, 0, -366)) {
		t.Errorf("incidents from %v", p.fakeSignals.from)
	}
	for target, status := range map[string]int{
		"/api/v1/alerts?from=2025-08-30&to=2026-10-04": 200, "/api/v1/alerts?from=2025-08-29&to=2026-10-04": 400,
		"/api/v1/changes?from=0001-01-01":                400,
		"/api/v1/slow-sql?from=2020-01-01&to=9999-12-31": 400, "/api/v1/incidents?from=2017-01-01": 200, "/api/v1/incidents?from=1990-01-01": 400,
		"/api/v1/alerts?from=1990-01-01&to=1990-12-31": 200,
	} {
		p.fakeSignals.from = time.Time{}
		rec := p.get(target)
		if rec.Code != status || status == 400 && (!strings.Contains(rec.Body.String(), "ask for shorter spans") ||
			!p.fakeSignals.from.IsZero()) {
			t.Errorf("%s: %d %s", target, rec.Code, rec.Body)
		}
	}
	p.get("/api/v1/changes?from=2026-10-01&to=2026-10-02T12:00:00%2B02:00")
	if !p.fakeSignals.from.Equal(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)) ||
		!p.fakeSignals.to.Equal(time.Date(2026, 10, 2, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("%v to %v", p.fakeSignals.from, p.fakeSignals.to)
	}
	for target, says := range map[string]string{
		"/api/v1/alerts?from=yesterday": "from: write an instant", "/api/v1/alerts?to=x": "to: write an instant",
		"/api/v1/changes?from=2026-10-02&to=2026-10-01": "before to",
		"/api/v1/incidents?cursor=nothing":              "cursor: ", "/api/v1/incidents?limit=501": "limit: ",
		"/api/v1/slow-sql?state=gone": "state: ",
	} {
		if rec := p.get(target); rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), says) {
			t.Errorf("%s: %d %s", target, rec.Code, rec.Body)
		}
	}
	if rec := p.get("/api/v1/incidents/none"); rec.Code != http.StatusNotFound {
		t.Errorf("%d", rec.Code)
	}
}
