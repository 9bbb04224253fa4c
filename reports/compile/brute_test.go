package compile_test

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// The calculation again, as naively as it can be written: straight from the raw
// buckets and incidents, without any function of the packages under test.

// spanSum is good, total and how much was measured of [from, to), bucket by bucket.
func (q *quarter) spanSum(name string, from, to time.Time) (good, total float64, measured time.Duration, odd bool) {
	for _, b := range q.buckets[name] {
		if b.Start.Before(from) || !b.Start.Before(to) {
			continue
		}
		good += b.Good
		total += b.Total
		measured += b.Len
		odd = odd || b.Good > b.Total*1.005+2
	}
	return good, total, measured, odd
}

// judged is one objective over one span: its state in words and, when there is a
// verdict, whether it was met.
func (q *quarter) judged(s slo.SLO, from, to time.Time) (state string, met *bool, good, total float64) {
	if !s.EffectiveFrom.IsZero() && !to.After(s.EffectiveFrom) {
		return "not yet in force", nil, 0, 0
	}
	if from.Before(s.EffectiveFrom) {
		from = s.EffectiveFrom
	}
	good, total, measured, odd := q.spanSum(s.Name, from, to)
	coverage := float64(measured) / float64(to.Sub(from))
	switch {
	case odd:
		return "invalid data", nil, good, total
	case coverage < 0.5:
		return "no data", nil, good, total
	case total == 0:
		return "no traffic", nil, good, total
	case total < 100:
		return "low traffic", nil, good, total
	}
	ok := good/total >= s.Target
	if coverage < 0.95 {
		return "partly measured", &ok, good, total
	}
	return "measured", &ok, good, total
}

func figure(t *testing.T, r reports.Report, section, key string) reports.Value {
	t.Helper()
	if section == "headline" {
		for _, f := range r.Headline {
			if f.Key == key {
				return f.Value
			}
		}
	}
	s, _ := r.Section(section)
	for _, f := range s.Figures {
		if f.Key == key {
			return f.Value
		}
	}
	t.Fatalf("%s has no figure %s/%s", r.Period, section, key)
	return reports.Value{}
}

func cell(t *testing.T, r reports.Report, table, row, column string) reports.Value {
	t.Helper()
	tab, ok := r.Table(table)
	at := slices.IndexFunc(tab.Columns, func(c reports.Column) bool { return c.Key == column })
	for _, x := range tab.Rows {
		if x.Key == row && at >= 0 {
			return x.Cells[at]
		}
	}
	t.Fatalf("%s: table %s (%v) has no cell %s/%s", r.Period, table, ok, row, column)
	return reports.Value{}
}

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	switch {
	case got == nil:
		t.Errorf("%s has no number, by brute force %v", what, want)
	case math.Abs(*got-want) > 1e-12*max(1, math.Abs(want)):
		t.Errorf("%s is %v, by brute force %v", what, *got, want)
	}
}

// Every day, week and month of the quarter against the naive calculation.
func TestBruteForce(t *testing.T) {
	q := newQuarter(t, 7)
	states := map[string]bool{}
	periods := []string{"2026-10-31", "2026-11-01", "2026-11-20", "2026-11-21", "2026-11-28", "2026-W42", "2026-W45", "2026-W47", "2026-W48",
		"2026-10", "2026-11"}
	for _, id := range periods {
		p := q.period(t, id)
		r := compile.Report(builtIn(p.Kind), p, q.inputs(p), english())
		q.checkObjectives(t, r, p, states)
		q.checkIncidents(t, r, p)
		q.checkPaging(t, r, p)
		q.checkTrends(t, r, p)
		q.checkDays(t, r, p)
		q.checkWindows(t, r, p)
	}
	for _, s := range []string{"measured", "partly measured", "low traffic", "no traffic", "no data", "invalid data", "not yet in force"} {
		if !states[s] {
			t.Errorf("no period of the test has an objective in the state %q", s)
		}
	}
}

func (q *quarter) checkObjectives(t *testing.T, r reports.Report, p period.Period, states map[string]bool) {
	t.Helper()
	met, measured := 0, 0
	for _, s := range q.slos {
		state, ok, good, total := q.judged(s, p.From, p.To)
		states[state] = true
		got := cell(t, r, "every", "slo-"+s.Name, "state").Text
		want := state
		if ok != nil {
			measured++
			want = "missed"
			if *ok {
				met++
				want = "met"
			}
			if state == "partly measured" {
				want += ", 67 % measured"
				if !s.EffectiveFrom.IsZero() {
					want = got // it came into force in the period; the share is of less
				}
			}
		}
		if got != want {
			t.Errorf("%s %s is %q, by brute force %q", r.Period, s.Name, got, want)
		}
		if ok == nil {
			continue
		}
		near(t, r.Period+" good of "+s.Name, cell(t, r, "every", "slo-"+s.Name, "good").Number, good)
		near(t, r.Period+" indicator of "+s.Name, cell(t, r, "every", "slo-"+s.Name, "sli").Number, good/total)
		near(t, r.Period+" spent of "+s.Name, cell(t, r, "every", "slo-"+s.Name, "spent").Number, (total-good)/((1-s.Target)*total))
		wg, wt, _, odd := q.spanSum(s.Name, p.To.Add(-28*24*time.Hour), p.To)
		if !odd && s.EffectiveFrom.IsZero() {
			near(t, r.Period+" window of "+s.Name, cell(t, r, "every", "slo-"+s.Name, "wleft").Number, 1-(wt-wg)/((1-s.Target)*wt))
		}
	}
	if got, want := figure(t, r, "headline", "met").Text, fmt.Sprintf("%d / %d", met, measured); got != want {
		t.Errorf("%s: %s met, by brute force %s", r.Period, got, want)
	}
}

func (q *quarter) checkIncidents(t *testing.T, r reports.Report, p period.Period) {
	t.Helper()
	n, open := 0, 0
	var recover []float64
	steps := [3][3]int{} // detect, diagnose, recover × met, missed, unknown
	for _, i := range q.incidents {
		at := i.Times[incident.Started].At
		if len(i.Uncertainties) > 0 || i.Maintenance || at.Before(p.From) || !at.Before(p.To) {
			continue
		}
		n++
		end, ended := i.Times[incident.Mitigated]
		if i.Open || ended && end.At.After(p.To) {
			open++
		}
		if ended {
			recover = append(recover, end.At.Sub(at).Seconds())
		}
		low := q.lowTraffic(i.Services, p)
		for k, m := range []incident.Milestone{incident.Detected, incident.Diagnosed, incident.Mitigated} {
			limit := []float64{60, 300, 600}[k]
			s, known := i.Times[m]
			switch {
			case low:
			case known && s.At.Sub(at).Seconds() <= limit:
				steps[k][0]++
			case known, i.Open && p.To.Sub(at).Seconds() > limit:
				steps[k][1]++
			default:
				steps[k][2]++
			}
		}
	}
	near(t, r.Period+" incidents", figure(t, r, "headline", "incidents").Number, float64(n))
	if len(recover) > 0 {
		sort.Float64s(recover)
		median := recover[len(recover)/2]
		if len(recover)%2 == 0 {
			median = (recover[len(recover)/2-1] + median) / 2
		}
		near(t, r.Period+" median", figure(t, r, reports.Incidents, "recover-median").Number, median)
	}
	for k, name := range []string{"detect", "diagnose", "recover"} {
		if steps[k][0]+steps[k][1]+steps[k][2] == 0 {
			continue
		}
		for c, column := range []string{"met", "missed", "unknown"} {
			near(t, r.Period+" "+name+" "+column, cell(t, r, "response", "step-"+name, column).Number, float64(steps[k][c]))
		}
	}
}

// lowTraffic reports whether all objectives of the services had low traffic.
func (q *quarter) lowTraffic(services []string, p period.Period) bool {
	n := 0
	for _, s := range q.slos {
		if slices.Contains(services, s.Service) {
			if state, _, _, _ := q.judged(s, p.From, p.To); state != "low traffic" {
				return false
			}
			n++
		}
	}
	return n > 0
}

func (q *quarter) checkPaging(t *testing.T, r reports.Report, p period.Period) {
	t.Helper()
	episodes, pages, night, precise := 0, 0, 0, 0
	for _, e := range q.episodes {
		if e.StartsAt.Before(p.From) || !e.StartsAt.Before(p.To) {
			continue
		}
		episodes++
		if !e.Paging {
			continue
		}
		pages++
		if h := e.StartsAt.In(q.zone).Hour(); h >= 22 || h < 8 {
			night++
		}
		if e.Incident != "" {
			precise++
		}
	}
	near(t, r.Period+" episodes", figure(t, r, reports.Alerts, "episodes").Number, float64(episodes))
	near(t, r.Period+" pages", figure(t, r, reports.Alerts, "pages").Number, float64(pages))
	near(t, r.Period+" night", figure(t, r, reports.Alerts, "night").Number, float64(night))
	if pages > 0 {
		near(t, r.Period+" precision", figure(t, r, reports.Alerts, "precision").Number, float64(precise)/float64(pages))
	}
	deployments := 0
	for _, c := range q.changes {
		if !c.At.Before(p.From) && c.At.Before(p.To) {
			deployments++
		}
	}
	if s, _ := r.Section(reports.Changes); s.Empty == "" {
		near(t, r.Period+" deployments", figure(t, r, reports.Changes, "deployments").Number, float64(deployments))
	}
}
