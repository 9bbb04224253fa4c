package compile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
)

// An open incident is listed while it may still be resolved. A forgotten one moves to the
// quarantine, and neither the verdict nor a tile counts it any longer.
func TestForgottenIncidents(t *testing.T) {
	p, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	for _, c := range []struct {
		age   time.Duration // of the incident when the week ended
		ended time.Duration // before the week's end; negative: after it; 0: unknown
		open  bool
	}{
		{age: 2 * day, open: true},
		{age: 35 * day, open: true},
		{age: 35*day + time.Second},
		{age: 1800 * day},
		{age: 60 * day, ended: -day, open: true},
		{age: 60 * day, ended: 30 * day},
	} {
		i := reports.Incident{Incident: incident.Incident{ID: "INC-1", Title: "Mail is late", Open: c.ended == 0,
			Times: map[incident.Milestone]incident.Stamp{
				incident.Started: {Moment: incident.Moment{At: p.To.Add(-c.age)}},
			}}}
		if c.ended != 0 {
			i.Times[incident.Resolved] = incident.Stamp{Moment: incident.Moment{At: p.To.Add(-c.ended)}}
		}
		r := compile.Report(reports.Definition{Name: "weekly", Kind: period.Weekly, Zone: "UTC"}, p,
			reports.Inputs{Targets: targets(), Incidents: []reports.Incident{i}}, english())
		if got := strings.Contains(r.Verdict.Text, "is open"); got != c.open {
			t.Errorf("%v old, ended %v: the verdict is %q", c.age, c.ended, r.Verdict.Text)
		}
		table, quarantined := r.Table("quarantine")
		if want := !c.open && c.ended == 0; quarantined != want {
			t.Errorf("%v old, ended %v: quarantine %+v", c.age, c.ended, table.Rows)
		}
	}
}

// Where the start of impact is only inferred from the detection, the time to detect is
// unknown: an open incident has not missed it, however long it lasts.
func TestInferredStartIsNoMissedDetection(t *testing.T) {
	p, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	at := incident.Moment{At: p.From.Add(time.Hour)}
	for confidence, want := range map[string]string{incident.Inferred: "unknown", incident.Stated: "0 s"} {
		in := incident.Incident{ID: "INC-1", Title: "Mail is late", Open: true, Times: map[incident.Milestone]incident.Stamp{
			incident.Started: {Moment: at, Confidence: confidence}, incident.Detected: {Moment: at, Confidence: incident.Stated},
		}}
		i := reports.Incident{Incident: in, Durations: in.Durations(targets().Policy)}
		r := compile.Report(reports.Definition{Name: "weekly", Kind: period.Weekly, Zone: "UTC"}, p,
			reports.Inputs{Targets: targets(), Incidents: []reports.Incident{i}}, english())
		table, there := r.Table("incidents")
		if !there || len(table.Rows) != 1 {
			t.Fatalf("no row of the incident: %+v", table)
		}
		for n, column := range table.Columns {
			if got := table.Rows[0].Cells[n].Text; column.Key == "detect" && got != want {
				t.Errorf("a start that is %s: detection %q instead of %q", confidence, got, want)
			}
		}
	}
}
