package compile_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
)

// What could not be gathered is marked in every section that counts it, in the
// headline and in the verdict, and is never shown as none.
func TestWhatCouldNotBeReadIsNotNone(t *testing.T) {
	q := newQuarter(t, 1)
	p := q.period(t, "2026-10")
	in := q.inputs(p)
	in.Incidents, in.Episodes, in.Changes, in.Statements, in.Drills = nil, nil, nil, nil, nil
	for _, what := range []string{reports.UnreadIncidents, reports.UnreadAlerts, reports.UnreadChanges, reports.UnreadStatements,
		reports.UnreadDrills} {
		in.Unread = append(in.Unread, reports.Unread{What: what, Why: "there are 168,000 of them"})
	}
	in.Feeds = append(in.Feeds, reports.Feed{Name: "flooder", Format: "ndjson", Accepted: 50_000, Rejected: 118_000, OverBudget: 118_000},
		reports.Feed{Name: "am-2", Format: "alertmanager", Rejected: 3, Unkept: 3})
	def := builtIn(period.Monthly)
	def.Sections = compile.All().Keys()
	r := compile.Report(def, p, in, english())
	for _, s := range r.Sections {
		switch s.Key {
		case reports.Incidents, "response", reports.Dependencies, reports.Policy, reports.Alerts, reports.Changes, reports.SlowSQL,
			reports.Drills:
			if s.Empty != "Not known: there are 168,000 of them." || len(s.Tables) > 0 || len(s.Figures) > 0 || s.Title == "" {
				t.Errorf("section %s: %+v", s.Key, s)
			}
		case reports.Quality:
			text := ""
			for _, table := range s.Tables {
				text += table.Key + " "
			}
			if !strings.Contains(text, "unread ") || !strings.Contains(text, "over-budget ") || !strings.Contains(text, "unkept ") {
				t.Errorf("the quality section has %s", text)
			}
		case reports.Budget, reports.Objectives:
			if !strings.Contains(s.Note, "Incidents are not known here: there are 168,000 of them.") {
				t.Errorf("section %s: %q", s.Key, s.Note)
			}
		}
	}
	for _, f := range r.Headline {
		if (f.Key == "incidents" || f.Key == "open" || f.Key == "detect") && (f.Value.Text != "not known" || f.Value.Number != nil) {
			t.Errorf("%s: %+v", f.Key, f)
		}
	}
	if !strings.Contains(r.Verdict.Text, "Incidents are not known") || strings.Contains(r.Verdict.Text, "No incident") ||
		r.Verdict.Tone == reports.Good {
		t.Errorf("the verdict: %+v", r.Verdict)
	}
	for n := range in.Unread {
		in.Unread[n].Damaged = true
	}
	if text := compile.Report(def, p, in, english()).Verdict.Text; !strings.Contains(text,
		"Incidents are not known: they could not be read.") || strings.Contains(text, "too many") {
		t.Errorf("the verdict when they are damaged: %q", text)
	}
	for _, l := range r.Changed {
		if l.Key == "detect" {
			t.Errorf("changed: %+v", l)
		}
	}
}

// Thousands of drills are counted, and few are listed.
func TestDrillsOfAReportAreBounded(t *testing.T) {
	q := newQuarter(t, 1)
	p := q.period(t, "2026-10")
	in := q.inputs(p)
	in.Drills = nil
	for i := range 5000 {
		in.Drills = append(in.Drills, incident.Drill{ID: strconv.Itoa(i), Source: "s", Title: "d", At: p.From.Add(time.Hour), Outcome: "passed"})
	}
	for _, s := range compile.Report(builtIn(period.Monthly), p, in, english()).Sections {
		if s.Key == reports.Drills && (len(s.Tables) != 1 || len(s.Tables[0].Rows) != 100 || s.Tables[0].Left != 4900) {
			t.Errorf("%d rows, %d left", len(s.Tables[0].Rows), s.Tables[0].Left)
		}
	}
}
