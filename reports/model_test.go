package reports_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

func day(t *testing.T, kind period.Kind, id string) period.Period {
	t.Helper()
	p, err := period.Of(kind, id, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestScope(t *testing.T) {
	t.Parallel()
	shop := slo.Service{Name: "shop", Team: "payments", Tier: "1", Labels: map[string][]string{"zone": {"eu", "us"}}}
	for _, x := range []struct {
		name   string
		scope  reports.Scope
		text   string
		whole  bool
		admits bool
	}{
		{"everything", reports.Scope{}, "", true, true},
		{"its team", reports.Scope{Teams: []string{"search", "payments"}}, "team search, payments", false, true},
		{"another team", reports.Scope{Teams: []string{"search"}}, "team search", false, false},
		{"its name", reports.Scope{Services: []string{"shop"}}, "service shop", false, true},
		{"its tier", reports.Scope{Labels: map[string][]string{"tier": {"1"}}}, "tier 1", false, true},
		{"a label", reports.Scope{Labels: map[string][]string{"zone": {"us"}}}, "zone us", false, true},
		{"one of two labels", reports.Scope{Labels: map[string][]string{"zone": {"us"}, "tier": {"2"}}}, "tier 2; zone us", false, false},
		{"team and service", reports.Scope{Teams: []string{"payments"}, Services: []string{"cart"}}, "team payments; service cart", false, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := x.scope.String(); got != x.text {
				t.Errorf("written %q, want %q", got, x.text)
			}
			if x.scope.Whole() != x.whole || x.scope.Admits(shop) != x.admits {
				t.Errorf("whole %v, admits %v, want %v, %v", x.scope.Whole(), x.scope.Admits(shop), x.whole, x.admits)
			}
		})
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	eight := 8 * time.Hour
	for _, x := range []struct {
		kind    period.Kind
		id      string
		publish *time.Duration
		want    string
	}{
		{period.Daily, "2026-11-21", nil, "2026-11-22T00:15:00Z"},
		{period.Weekly, "2026-W47", nil, "2026-11-23T02:00:00Z"},
		{period.Monthly, "2026-11", nil, "2026-12-01T06:00:00Z"},
		{period.Daily, "2026-11-21", &eight, "2026-11-22T08:00:00Z"},
		{period.Monthly, "2026-11", new(time.Hour), "2026-12-01T06:00:00Z"},
	} {
		got := reports.Definition{Kind: x.kind, Publish: x.publish}.Due(day(t, x.kind, x.id)).Format(time.RFC3339)
		if got != x.want {
			t.Errorf("%s, publish %v: %s, want %s", x.id, x.publish, got, x.want)
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for kind, want := range map[period.Kind][2]string{
		period.Daily: {"2026-11-14", "2026-11-21"}, period.Weekly: {"2026-W40", "2026-W47"}, period.Monthly: {"2025-11", "2026-11"},
	} {
		spans := reports.Spans(day(t, kind, want[1]))
		if got := [2]string{spans[0].ID, spans[len(spans)-1].ID}; got != want {
			t.Errorf("%s: %v, want %v", kind, got, want)
		}
	}
}

func TestActionAsOf(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		name   string
		action reports.Action
		want   string
	}{
		{"open", reports.Action{Status: "open"}, "open"},
		{"done before", reports.Action{Status: "done", DoneAt: at.Add(-1)}, "done"},
		{"done then", reports.Action{Status: "done", DoneAt: at}, "open"},
		{"done after", reports.Action{Status: "dropped", DoneAt: at.Add(time.Hour)}, "open"},
		{"done on an unknown day", reports.Action{Status: "done"}, "done"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := x.action.AsOf(at).Status; got != x.want {
				t.Errorf("%s, want %s", got, x.want)
			}
		})
	}
}

func TestObjectiveBudget(t *testing.T) {
	t.Parallel()
	met, left, none := true, 0.25, 0.0
	results := []slo.Result{{Good: 1}, {Good: 2}}
	for _, x := range []struct {
		name                     string
		o                        reports.Objective
		left                     float64
		estimated, ok, exhausted bool
	}{
		{"not measured", reports.Objective{}, 0, false, false, false},
		{"measured", reports.Objective{Window: slo.Result{Met: &met, Left: &left}}, 0.25, false, true, false},
		{"nothing remains", reports.Objective{Window: slo.Result{Met: &met, Left: &none}}, 0, false, true, true},
		{"in progress", reports.Objective{Window: slo.Result{Met: &met, Left: &left}, Projected: &slo.Projection{Left: -1}}, -1, true,
			true, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			left, estimated, ok := x.o.Remaining()
			if left != x.left || estimated != x.estimated || ok != x.ok || x.o.Exhausted() != x.exhausted {
				t.Errorf("%v, %v, %v, exhausted %v", left, estimated, ok, x.o.Exhausted())
			}
		})
	}
	o := reports.Objective{Results: results}
	if o.Composite() || !(reports.Objective{SLO: slo.SLO{Parts: []slo.Part{{}}}}).Composite() {
		t.Error("an SLO is a composite exactly when it has parts")
	}
	for n, want := range []slo.Result{{State: slo.NotYet}, {Good: 1}, {Good: 2}, {State: slo.NotYet}} {
		if diff := cmp.Diff(want, o.Result(n, 3)); diff != "" {
			t.Errorf("span %d of 3: %s", n, diff)
		}
	}
}

func TestIncidentTimes(t *testing.T) {
	t.Parallel()
	at := func(hour int) incident.Stamp {
		return incident.Stamp{Moment: incident.Moment{At: time.Date(2026, 11, 21, hour, 0, 0, 0, time.UTC)}}
	}
	i := reports.Incident{Incident: incident.Incident{Times: map[incident.Milestone]incident.Stamp{
		incident.Detected: at(2), incident.Acknowledged: at(1), incident.Recovered: at(5), incident.Resolved: at(4),
	}}}
	if i.ImpactStart().Hour() != 2 || i.ImpactEnd().Hour() != 5 || i.Reached(incident.Resolved).Hour() != 4 {
		t.Errorf("from %v to %v, resolved %v", i.ImpactStart(), i.ImpactEnd(), i.Reached(incident.Resolved))
	}
	if empty := (reports.Incident{}); !empty.ImpactStart().IsZero() || !empty.ImpactEnd().IsZero() ||
		!empty.Reached(incident.Started).IsZero() {
		t.Error("an incident without milestones has times")
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	t.Parallel()
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if reports.Number(x) != nil {
			t.Errorf("%v is a number", x)
		}
		late := time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
		r := reports.Report{
			Headline:    []reports.Figure{{Value: reports.Value{Text: "x", Number: &x, How: "h"}}},
			Charts:      []reports.Chart{{Mark: &x, Series: []reports.Series{{Points: []reports.Point{{At: late, Value: &x}}}}}},
			Derivations: []reports.Derivation{{From: late, To: late, Coverage: &x}},
		}
		r.Sanitize()
		if _, err := reports.Encode(r); err != nil {
			t.Errorf("%v: %v", x, err)
		}
		if v := r.Headline[0].Value; v.Number != nil || v.Tone != reports.Gap || v.How != "h" {
			t.Errorf("%v: the figure is %+v", x, v)
		}
	}
	last := time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC)
	r := reports.Report{Derivations: []reports.Derivation{{From: time.Date(1, 1, 1, 1, 0, 0, 0, time.UTC), To: last}}}
	r.Sanitize()
	if d := r.Derivations[0]; d.From.IsZero() || d.To.IsZero() {
		t.Errorf("times that JSON can write were removed: %v, %v", d.From, d.To)
	}
}
