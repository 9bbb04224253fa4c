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

// TestEveryPlaceCountsByThePolicy: the heads, the figures, the table and the
// glossary of one report name and count the middle step as the policy does.
func TestEveryPlaceCountsByThePolicy(t *testing.T) {
	p, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	start := p.From.Add(30 * time.Hour)
	at := func(minutes int) incident.Stamp {
		return incident.Stamp{Moment: incident.Moment{At: start.Add(time.Duration(minutes) * time.Minute)}, Confidence: incident.Stated}
	}
	in := incident.Incident{ID: "INC-1", Title: "Slow", Times: map[incident.Milestone]incident.Stamp{
		incident.Started: at(0), incident.Detected: at(20), incident.Acknowledged: at(23), incident.Diagnosed: at(40), incident.Mitigated: at(29),
	}}
	policy := incident.DefaultPolicy()
	policy.Middle, policy.MiddleName, policy.FromDetected = incident.Acknowledged, "response", true
	def := reports.BuiltIn("UTC")[1]
	def.Sections = []string{reports.Incidents, "response", reports.Glossary}
	r := compile.Report(def, p, reports.Inputs{AsOf: p.To, Targets: reports.Targets{Policy: policy, Severity: "SEV2"},
		Incidents: []reports.Incident{{Incident: in, Durations: in.Durations(policy)}}}, english())
	section := map[string]reports.Section{}
	for _, s := range r.Sections {
		section[s.Key] = s
	}
	rows := section["response"].Tables[0].Rows
	for n, want := range [][2]string{{"Detected within 1 min", "0 of 1"}, {"Response within 5 min", "1 of 1"},
		{"Recovered within 10 min", "1 of 1"}} {
		if got := [2]string{rows[n].Cells[0].Text, rows[n].Cells[4].Text}; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	table := section[reports.Incidents].Tables[0]
	if table.Columns[5].Title != "Response" || table.Rows[0].Cells[5].Text != "3 min" || table.Rows[0].Cells[6].Text != "9 min" {
		t.Errorf("%+v", table)
	}
	const rule = "etected within 1 min of the start of impact; then, counted from detection, response within 5 min and recovered within 10 min"
	said := section["response"].Note
	for _, l := range section[reports.Glossary].Lines {
		said += "\n" + l.Text
	}
	if strings.Count(said, rule) != 2 {
		t.Errorf("the rule is not in the note and the glossary:\n%s", said)
	}
}
