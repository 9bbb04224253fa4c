package reports_test

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
)

// An open incident is told of while somebody may still end it; a forgotten one
// lies in the quarantine, and neither verdict nor tile speaks of it for ever.
func TestForgottenIncidents(t *testing.T) {
	p, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	for _, c := range []struct {
		age   time.Duration // of the incident when the week ended
		ended time.Duration // before the week's end; negative: after it; 0: nobody said
		open  bool
	}{
		{age: 2 * day, open: true},
		{age: 35 * day, open: true},
		{age: 35*day + time.Second},
		{age: 1800 * day},
		{age: 60 * day, ended: -day, open: true},
		{age: 60 * day, ended: 30 * day},
	} {
		i := reports.Incident{Incident: incident.Incident{ID: "INC-1", Title: "Mail is late", Open: c.ended == 0, Times: map[incident.Milestone]incident.Stamp{
			incident.Started: {Moment: incident.Moment{At: p.To.Add(-c.age)}},
		}}}
		if c.ended != 0 {
			i.Times[incident.Resolved] = incident.Stamp{Moment: incident.Moment{At: p.To.Add(-c.ended)}}
		}
		r := reports.Compile(reports.Definition{Name: "weekly", Kind: period.Weekly, Zone: "UTC"}, p, reports.Inputs{Targets: targets(), Incidents: []reports.Incident{i}})
		if got := strings.Contains(r.Verdict.Text, "is open"); got != c.open {
			t.Errorf("%v old, ended %v: the verdict is %q", c.age, c.ended, r.Verdict.Text)
		}
		table, quarantined := r.Table("quarantine")
		if want := !c.open && c.ended == 0; quarantined != want {
			t.Errorf("%v old, ended %v: quarantine %+v", c.age, c.ended, table.Rows)
		}
	}
}
