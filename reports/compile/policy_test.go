package compile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"

	"github.com/postern/postern/reports/slo"
)

// result of a span: its verdict by one definition, and how much it spent.
func result(met bool, spent float64, hash string) slo.Result {
	return slo.Result{State: slo.OK, Met: &met, Spent: &spent, Hash: hash, Coverage: 1}
}

// monthOf compiles November with one service's objectives and their results of
// November a year before, of October and of now.
func monthOf(t *testing.T, results ...[3]slo.Result) reports.Report {
	t.Helper()
	p, err := period.Of(period.Monthly, "2026-11", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	in := reports.Inputs{Targets: targets(), Services: []slo.Service{{Name: "shop"}}}
	for n, three := range results {
		o := reports.Objective{SLO: slo.SLO{Name: string(rune('a' + n)), Service: "shop", Target: 0.99,
			Window: slo.Window{Rolling: true, Count: 28, Unit: "d"}}}
		for range 13 {
			o.Results = append(o.Results, slo.Result{State: slo.NoData})
		}
		o.Results[0], o.Results[11], o.Results[12] = three[0], three[1], three[2]
		in.Objectives = append(in.Objectives, o)
	}
	return compile.Report(reports.Definition{Name: "monthly", Kind: period.Monthly, Zone: "UTC"}, p, in, english())
}

// Arrows stand only where the data carries them.
func TestArrows(t *testing.T) {
	ok, bad := result(true, 0.2, "h"), result(false, 1.5, "h")
	other, partial, none := result(false, 1.5, "other"), bad, slo.Result{State: slo.NoData}
	partial.State = slo.Partial
	edge, hardly := result(true, 0.98, "h"), result(false, 1.01, "h")
	for _, c := range []struct {
		name        string
		of          [][3]slo.Result
		month, year string
	}{
		{"met, then missed", [][3]slo.Result{{ok, ok, bad}}, "▼ 0/1", "▼ from 1/1"},
		{"missed, then met", [][3]slo.Result{{bad, bad, ok}}, "▲ 1/1", "▲ from 0/1"},
		{"as before", [][3]slo.Result{{ok, ok, ok}}, "1/1", "from 1/1"},
		{"better than a year ago, worse than in October", [][3]slo.Result{{bad, ok, ok}, {bad, ok, bad}}, "▼ 1/2", "▲ from 0/2"},
		{"another definition", [][3]slo.Result{{ok, ok, other}}, "0/1", "1/1, definition changed"},
		{"another definition of the one that turned, and a neighbour that moved",
			[][3]slo.Result{{ok, ok, other}, {ok, ok, result(true, 0.9, "h")}}, "1/2", "2/2, definition changed"},
		{"partly measured", [][3]slo.Result{{ok, ok, partial}}, "0/1", "from 1/1"},
		{"hardly moved", [][3]slo.Result{{edge, edge, hardly}}, "0/1", "from 1/1"},
		{"nothing a year ago", [][3]slo.Result{{none, ok, bad}}, "▼ 0/1", "no data then"},
		{"one was not measured then, another is not now", [][3]slo.Result{{none, none, bad}, {ok, ok, none}}, "0/1", "from 1/1"},
		{"one up, one down", [][3]slo.Result{{ok, ok, bad}, {bad, bad, ok}}, "1/2", "from 1/2"},
	} {
		r := monthOf(t, c.of...)
		if got := cell(t, r, "matrix", "service-shop", "2026-11").Text; got != c.month {
			t.Errorf("%s: against October %q, not %q", c.name, got, c.month)
		}
		if got := cell(t, r, "matrix", "service-shop", "year").Text; got != c.year {
			t.Errorf("%s: against the year before %q, not %q", c.name, got, c.year)
		}
	}
}

// The course is drawn to one scale, with gaps for what was not measured.
func TestCourse(t *testing.T) {
	r := monthOf(t, [3]slo.Result{result(true, 0, "h"), result(true, 0.5, "h"), result(false, 7, "h")})
	if got := cell(t, r, "looks", "look-a", "course").Text; got != "▁··········▄█ 2 of 3 met" {
		t.Errorf("course %q", got)
	}
}

// The policy names what was costly and what became of it, exhausted budgets,
// changes in a freeze and classes of factors.
func TestPolicy(t *testing.T) {
	q := newQuarter(t, 7)
	p := q.period(t, "2026-11")
	in := q.inputs(p)
	r := compile.Report(builtIn(period.Monthly), p, in, english())
	costly, frozen := 0, map[string]float64{}
	for _, i := range in.Incidents {
		at := i.Times[incident.Started].At
		most := 0.0
		for _, s := range i.Spent {
			most = max(most, s.Share)
		}
		if most > 0.2 && !i.Maintenance && len(i.Uncertainties) == 0 && !at.Before(p.From) && at.Before(p.To) {
			costly++
			near(t, "share of "+i.ID, cell(t, r, "policy", "policy-incident-"+i.ID, "measure").Number, most)
			state := cell(t, r, "policy", "policy-incident-"+i.ID, "state")
			switch {
			case len(i.Postmortems) == 0 && !strings.Contains(state.Text, "missing"):
				t.Errorf("%s has no post-mortem, and the policy says %q", i.ID, state.Text)
			case len(i.Postmortems) > 0:
				want := "its action items are not known"
				switch k := rankings()[i.Postmortems[0]]; {
				case k == nil:
				case k.P0 != "":
					want = "P0 action " + k.P0
				case k.Items == 0:
					want = "it states no action item"
				case k.Unranked > 0:
					want = "no P0 action stated; 2 of 2 action items without a priority"
				default:
					want = "none of 2 action items has priority P0"
				}
				if !strings.HasSuffix(state.Text, want) {
					t.Errorf("%s (%s): the policy says %q, want %q", i.ID, i.Postmortems[0], state.Text, want)
				}
			}
		}
	}
	if costly == 0 {
		t.Error("no incident of the fixture is costly, which tests nothing")
	}
	for _, c := range q.changes {
		if c.Freeze && !c.At.Before(p.From) && c.At.Before(p.To) {
			frozen[c.Service]++
		}
	}
	for name, n := range frozen {
		near(t, "changes of "+name+" in a freeze", cell(t, r, "policy", "policy-freeze-"+name, "measure").Number, n)
	}
	if len(frozen) == 0 {
		t.Error("no change of the fixture is in a freeze, which tests nothing")
	}
	q.checkClasses(t, r, in)
}

// checkClasses counts tags of September to November by hand.
func (q *quarter) checkClasses(t *testing.T, r reports.Report, in reports.Inputs) {
	t.Helper()
	factors := map[string][]string{}
	for _, d := range in.Documents {
		factors[d.ID] = d.Factors
	}
	n, of := map[string]float64{}, 0.0
	for _, i := range q.incidents {
		at := i.Times[incident.Started].At
		if len(i.Postmortems) == 0 || len(factors[i.Postmortems[0]]) == 0 || at.Before(time.Date(2026, 9, 1, 0, 0, 0, 0, q.zone)) ||
			!at.Before(q.to) {
			continue
		}
		of++
		for _, tag := range factors[i.Postmortems[0]] {
			n[tag]++
		}
	}
	if n["config-change"] < 2 {
		t.Fatalf("the fixture has %v of %v", n, of)
	}
	near(t, "class", cell(t, r, "policy", "policy-class-config-change", "measure").Number, n["config-change"]/of)
	if n["capacity"]/of <= 0.2 {
		t.Fatalf("the fixture has %v of %v", n, of)
	}
	near(t, "class", cell(t, r, "policy", "policy-class-capacity", "measure").Number, n["capacity"]/of)
}

// Open items stand in the bucket of their age, at its edges too.
func TestAgeing(t *testing.T) {
	p, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	in := reports.Inputs{Targets: targets()}
	for _, days := range []int{0, 29, 30, 89, 90, 179, 180, 900} {
		in.Actions = append(in.Actions, reports.Action{Key: string(rune('a' + len(in.Actions))), Text: "x",
			Owner: []string{"ana", "bo"}[len(in.Actions)%2], Opened: p.To.AddDate(0, 0, -days), Status: "open"})
	}
	in.Actions = append(in.Actions, reports.Action{Key: "z", Text: "x", Status: "open"},
		reports.Action{Key: "done", Text: "x", Owner: "ana", Opened: p.From, DoneAt: p.From.Add(time.Hour), Status: "done"},
		// Closed after the period: open when it ended.
		reports.Action{Key: "done-later", Text: "x", Owner: "bo", Opened: p.To.AddDate(0, 0, -40), DoneAt: p.To.AddDate(0, 0, 2), Status: "done"},
		reports.Action{Key: "later", Text: "x", Owner: "ana", Opened: p.To.AddDate(0, 0, 1), Status: "open"})
	r := compile.Report(reports.Definition{Name: "weekly", Kind: period.Weekly, Zone: "UTC"}, p, in, english())
	for row, want := range map[string][6]float64{
		"aged-all": {10, 2, 3, 2, 2, 1}, "aged-owner-ana": {4, 1, 1, 1, 1, 0}, "aged-owner-bo": {5, 1, 2, 1, 1, 0},
		"aged-owner-": {1, 0, 0, 0, 0, 1},
	} {
		for n, column := range []string{"open", "d30", "d90", "d180", "older", "unknown"} {
			near(t, row+" "+column, cell(t, r, "ageing", row, column).Number, want[n])
		}
	}
	if got := cell(t, r, "ageing", "aged-owner-bo", "oldest").Text; got != "900 days" {
		t.Errorf("oldest %q", got)
	}
}

// An incident that no SLO of its services registered is listed; one that was registered,
// or whose services were not fully measured, is not.
func TestIncidentsWithoutADip(t *testing.T) {
	p, err := period.Of(period.Monthly, "2026-11", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	in := reports.Inputs{Targets: targets()}
	for _, name := range []string{"shop", "search"} {
		o := reports.Objective{SLO: slo.SLO{Name: name, Service: name, Target: 0.99}, Results: []slo.Result{result(true, 0.2, "h")}}
		if name == "search" {
			o.Results[0].State = slo.Partial
		}
		in.Objectives = append(in.Objectives, o)
	}
	for _, c := range []struct {
		id, service string
		share       float64
		end         bool
	}{{"none", "shop", 0, true}, {"noise", "shop", 0.004, true}, {"seen", "shop", 0.01, true}, {"endless", "shop", 0, false},
		{"partly", "search", 0, true}, {"elsewhere", "mail", 0, true}} {
		i := reports.Incident{Incident: incident.Incident{ID: c.id, Title: c.id, Services: []string{c.service},
			Times: map[incident.Milestone]incident.Stamp{
				incident.Started: {Moment: incident.Moment{At: p.From.Add(time.Hour)}},
			}}}
		if c.end {
			i.Times[incident.Mitigated] = incident.Stamp{Moment: incident.Moment{At: p.From.Add(2 * time.Hour)}}
		}
		if c.share > 0 {
			i.Spent = []reports.Spend{{SLO: c.service, Bad: 1, Share: c.share}}
		}
		in.Incidents = append(in.Incidents, i)
	}
	r := compile.Report(reports.Definition{Name: "monthly", Kind: period.Monthly, Zone: "UTC"}, p, in, english())
	table, _ := r.Table("undipped")
	var got []string
	for _, row := range table.Rows {
		got = append(got, row.Cells[0].Text+" "+row.Cells[3].Text)
	}
	if s := strings.Join(got, ", "); s != "noise 0.4 %, none none" {
		t.Errorf("without a dip: %s", s)
	}
}
