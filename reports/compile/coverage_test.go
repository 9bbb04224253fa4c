package compile_test

import (
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// TestWhatIsBeingWrittenIsNotMissing checks that a draft and a document in review are
// listed as such, with their link; only a post-mortem that was not begun is missing.
func TestWhatIsBeingWrittenIsNotMissing(t *testing.T) {
	p, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	in := reports.Inputs{AsOf: p.To, Targets: reports.Targets{Policy: incident.DefaultPolicy(), Severity: "SEV2"}}
	for _, x := range []struct{ id, doc string }{{"I-1", "d1"}, {"I-2", "d2"}, {"I-3", "d3"}, {"I-4", ""}, {"I-5", ""}, {"I-6", "gone"}} {
		i := incident.Incident{ID: x.id, Refs: []string{x.id, "PD-" + x.id}, Title: x.id, Severity: "SEV1",
			Times: map[incident.Milestone]incident.Stamp{
				incident.Started:   {Moment: incident.Moment{At: p.From.Add(time.Hour)}},
				incident.Mitigated: {Moment: incident.Moment{At: p.From.Add(2 * time.Hour)}}}}
		if x.doc != "" {
			i.Postmortems = []string{x.doc}
		}
		in.Incidents = append(in.Incidents, reports.Incident{Incident: i, Durations: i.Durations(in.Targets.Policy)})
	}
	in.Documents = []reports.Document{{ID: "d1", Published: true}, {ID: "d2", State: "review"}, {ID: "d3", State: "draft"}}
	in.Drafts = []reports.Draft{{Refs: []string{"PD-I-4"}, Link: "/drafts/ana/x/postmortems/x"},
		{Refs: []string{"other"}, Link: "/drafts/other"}}
	def := reports.BuiltIn("UTC")[1]
	def.Sections = []string{reports.Review, reports.Coverage}
	r := compile.Report(def, p, in, english())
	for id, want := range map[string][2]string{
		"I-2": {"in review", "/p/d2"}, "I-3": {"draft", "/p/d3"}, "I-4": {"draft pushed", "/drafts/ana/x/postmortems/x"},
		"I-5": {"missing", ""}, "I-6": {"not published", ""},
	} {
		v := cell(t, r, "missing", "missing-"+id, "state")
		if got := [2]string{v.Text, v.Link}; got != want || (v.Tone == reports.Warn) != (want[1] != "") {
			t.Errorf("%s: %q, tone %v", id, got, v.Tone)
		}
	}
	for _, s := range r.Sections {
		if s.Key != reports.Coverage {
			continue
		}
		if s.Figures[0].Value.Text != "1 of 6" || s.Figures[0].Value.Tone != reports.Bad || s.Figures[1].Value.Text != "3" ||
			s.Figures[1].Note != "2 incidents without any" {
			t.Errorf("%+v", s.Figures)
		}
	}
	said := map[string]string{}
	for _, l := range r.Acts {
		said[l.Key] = l.Text + " " + l.Link
	}
	if said["postmortem-I-5"] != "write the post-mortem of “I-5” /incidents/I-5" ||
		said["postmortem-I-2"] != "publish the post-mortem of “I-2” (in review) /p/d2" {
		t.Errorf("%v", said)
	}
}

// TestTheP0ActionIsSaidAsItIsKnown: what a costly incident's write-up says of its
// action of priority P0, and never that there is none when that is not known.
func TestTheP0ActionIsSaidAsItIsKnown(t *testing.T) {
	p, err := period.Of(period.Monthly, "2026-11", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	start := p.From.Add(time.Hour)
	i := incident.Incident{ID: "I-1", Title: "Down", Severity: "SEV1", Services: []string{"shop"}, Postmortems: []string{"d1", "d2"},
		Times: map[incident.Milestone]incident.Stamp{incident.Started: {Moment: incident.Moment{At: start}},
			incident.Mitigated: {Moment: incident.Moment{At: start.Add(time.Hour)}}}}
	o := reports.Objective{SLO: slo.SLO{Name: "a", Service: "shop", Target: 0.99, Window: slo.Window{Rolling: true, Count: 28, Unit: "d"}}}
	for range reports.Spans(p) {
		o.Results = append(o.Results, slo.Result{State: slo.NoData})
	}
	for name, c := range map[string]struct {
		docs []reports.Document
		want string
		tone reports.Tone
	}{
		"nothing is known": {[]reports.Document{{ID: "d1", Published: true}}, "its action items are not known", reports.Gap},
		"known of one only": {[]reports.Document{{ID: "d1", Published: true, Ranked: &reports.Ranking{Items: 1}},
			{ID: "d2", Published: true}}, "its action items are not known", reports.Gap},
		"no action": {[]reports.Document{{ID: "d1", Published: true, Ranked: &reports.Ranking{}}}, "it states no action item",
			reports.Warn},
		"none is P0": {[]reports.Document{{ID: "d1", Published: true, Ranked: &reports.Ranking{Items: 2}}},
			"none of 2 action items has priority P0", reports.Warn},
		"some may be": {[]reports.Document{{ID: "d1", Published: true, Ranked: &reports.Ranking{Items: 2, Unranked: 1}}},
			"no P0 action item stated; 1 of 2 action items without a priority", reports.Warn},
		"done, in the second one": {[]reports.Document{{ID: "d1", Published: true, Ranked: &reports.Ranking{Items: 1}},
			{ID: "d2", Published: true, Ranked: &reports.Ranking{Items: 1, P0: "done"}}}, "P0 action item done", reports.Good},
		"open counts before done": {[]reports.Document{{ID: "d1", Published: true, Ranked: &reports.Ranking{Items: 1, P0: "done"}},
			{ID: "d2", Published: true, Ranked: &reports.Ranking{Items: 1, P0: "open"}}}, "P0 action item open", reports.Good},
		"dropped is no action": {[]reports.Document{{ID: "d1", Published: true, Ranked: &reports.Ranking{Items: 1, P0: "dropped"}}},
			"P0 action item dropped", reports.Warn},
	} {
		in := reports.Inputs{AsOf: p.To, Targets: reports.Targets{Policy: incident.DefaultPolicy()}, Objectives: []reports.Objective{o},
			Documents: c.docs,
			Incidents: []reports.Incident{{Incident: i, Spent: []reports.Spend{{SLO: "a", Share: 0.5}}}}}
		r := compile.Report(reports.Definition{Name: "monthly", Kind: period.Monthly, Zone: "UTC"}, p, in, english())
		if v := cell(t, r, "policy", "policy-incident-I-1", "state"); v.Text != "post-mortem published, "+c.want || v.Tone != c.tone {
			t.Errorf("%s: %q, tone %v", name, v.Text, v.Tone)
		}
	}
}
