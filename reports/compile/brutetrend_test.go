package compile_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
)

// look are the first instants of the spans of a report and the end of the last.
func look(p period.Period) (bounds []time.Time) {
	n := map[period.Kind]int{period.Weekly: 7, period.Monthly: 12}[p.Kind]
	for i := n; i > 0; i-- {
		bounds = append(bounds, p.Back(i).From)
	}
	return append(bounds, p.From, p.To)
}

// counts of one span by the naive calculation.
type spanCounts struct {
	incidents, pages, night, precise, recalled int
	steps                                      [4][3]int // detect, diagnose, recover, all × met, missed, unknown
	recover                                    []float64
}

func (q *quarter) countSpan(from, to time.Time, span, asOf period.Period) (n spanCounts) {
	first := map[string]time.Time{}
	for _, e := range q.episodes {
		if !e.Paging || e.StartsAt.Before(from) || !e.StartsAt.Before(to) {
			continue
		}
		n.pages++
		if h := e.StartsAt.In(q.zone).Hour(); h >= 22 || h < 8 {
			n.night++
		}
		if e.Incident != "" {
			n.precise++
			if first[e.Incident].IsZero() || e.StartsAt.Before(first[e.Incident]) {
				first[e.Incident] = e.StartsAt
			}
		}
	}
	for _, i := range q.incidents {
		at := i.Times[incident.Started].At
		if len(i.Uncertainties) > 0 || i.Maintenance || at.Before(from) || !at.Before(to) {
			continue
		}
		n.incidents++
		told := i.Times[incident.Detected].At
		if page := first[i.ID]; !page.IsZero() && (told.IsZero() || !page.After(told)) {
			n.recalled++
		}
		if end, ok := i.Times[incident.Mitigated]; ok {
			n.recover = append(n.recover, end.At.Sub(at).Seconds())
		}
		if q.lowTraffic(i.Services, span) {
			continue
		}
		all := 0
		for k, m := range []incident.Milestone{incident.Detected, incident.Diagnosed, incident.Mitigated} {
			s, known := i.Times[m]
			v := 2
			switch limit := []float64{60, 300, 600}[k]; {
			case known && s.At.Sub(at).Seconds() <= limit:
				v = 0
			case known, i.Open && asOf.To.Sub(at).Seconds() > limit:
				v = 1
			}
			n.steps[k][v]++
			if v == 1 || v == 2 && all == 0 {
				all = v
			}
		}
		n.steps[3][all]++
	}
	return n
}

// checkTrends counts every row of the two trends again.
func (q *quarter) checkTrends(t *testing.T, r reports.Report, p period.Period) {
	t.Helper()
	if p.Kind == period.Daily {
		if _, any := r.Table("response-trend"); any {
			t.Errorf("%s: a day has a trend", p.ID)
		}
		return
	}
	bounds := look(p)
	for n := range len(bounds) - 1 {
		span := p.Back(len(bounds) - 2 - n)
		want := q.countSpan(bounds[n], bounds[n+1], span, p)
		if want.incidents == 0 && want.pages == 0 {
			continue
		}
		row, where := "response-"+span.ID, p.ID+" "+span.ID
		near(t, where+" n", cell(t, r, "response-trend", row, "n").Number, float64(want.incidents))
		for k, column := range []string{"detect", "diagnose", "recover", "all"} {
			got := cell(t, r, "response-trend", row, column)
			met, known := want.steps[k][0], want.steps[k][0]+want.steps[k][1]
			if known == 0 {
				if got.Number != nil {
					t.Errorf("%s %s is %q, by brute force nothing is known", where, column, got.Text)
				}
				continue
			}
			if got.Text != fmt.Sprintf("%d of %d", met, known) {
				t.Errorf("%s %s is %q, by brute force %d of %d", where, column, got.Text, met, known)
			}
		}
		near(t, where+" unknown", cell(t, r, "response-trend", row, "unknown").Number, float64(want.steps[3][2]))
		near(t, where+" known", cell(t, r, "response-trend", row, "known").Number, float64(len(want.recover)))
		if len(want.recover) > 0 {
			sort.Float64s(want.recover)
			m := len(want.recover)
			near(t, where+" median", cell(t, r, "response-trend", row, "median").Number, (want.recover[(m-1)/2]+want.recover[m/2])/2)
		}
		row = "alerts-" + span.ID
		near(t, where+" pages", cell(t, r, "alert-trend", row, "pages").Number, float64(want.pages))
		near(t, where+" night", cell(t, r, "alert-trend", row, "night").Number, float64(want.night))
		near(t, where+" precision", cell(t, r, "alert-trend", row, "precision").Number, float64(want.precise)/float64(want.pages))
		if want.incidents > 0 {
			near(t, where+" recall", cell(t, r, "alert-trend", row, "recall").Number, float64(want.recalled)/float64(want.incidents))
		}
	}
	// The trend ends in what the sections themselves say.
	for _, key := range []string{"precision", "recall", "actionable", "shifts"} {
		if a, b := figure(t, r, reports.Alerts, key).Text, cell(t, r, "alert-trend", "alerts-"+p.ID, key).Text; a != b {
			t.Errorf("%s: %s is %q, and %q in the trend", p.ID, key, a, b)
		}
	}
}

// checkDays counts deployments, incidents and pages by the wall clock of the zone.
func (q *quarter) checkDays(t *testing.T, r reports.Report, p period.Period) {
	t.Helper()
	if p.Kind == period.Daily {
		return
	}
	failed := map[string]bool{}
	for _, l := range q.linked() {
		failed[l.ID] = l.Outcome == "rolledback" || !l.RolledBackAt.IsZero() || len(l.Change.Incidents) > 0 &&
			slices.ContainsFunc(q.incidents, func(i incident.Incident) bool {
				return i.ID == l.Change.Incidents[0] && !i.Maintenance && len(i.Uncertainties) == 0
			})
	}
	days := map[string][3]int{} // not failed, failed, incidents
	for _, c := range q.changes {
		n := days[c.At.In(q.zone).Format("2006-01-02")]
		if failed[c.ID] {
			n[1]++
		} else {
			n[0]++
		}
		days[c.At.In(q.zone).Format("2006-01-02")] = n
	}
	for _, i := range q.incidents {
		if !i.Maintenance && len(i.Uncertainties) == 0 {
			day := i.Times[incident.Started].At.In(q.zone).Format("2006-01-02")
			n := days[day]
			n[2]++
			days[day] = n
		}
	}
	chart, ok := r.Chart("days")
	if !ok {
		t.Fatalf("%s has no chart of its days", p.ID)
	}
	n := 0
	for d := p.From; d.Before(p.To); d = d.AddDate(0, 0, 1) { // Shanghai has no change of clocks
		want := days[d.Format("2006-01-02")]
		for k, column := range []string{"fine", "failed", "incidents"} {
			near(t, p.ID+" "+d.Format("2 Jan")+" "+column, cell(t, r, "days", "day-"+d.Format("2006-01-02"), column).Number, float64(want[k]))
		}
		near(t, p.ID+" column", chart.Series[1].Points[n].Value, float64(want[1]))
		if chart.Marks[n] != want[2] {
			t.Errorf("%s: %d marks, by brute force %d", p.ID, chart.Marks[n], want[2])
		}
		n++
	}
	var clock [7][24]int
	for _, e := range q.episodes {
		if e.Paging && !e.StartsAt.Before(p.From) && e.StartsAt.Before(p.To) {
			at := e.StartsAt.In(q.zone)
			clock[(int(at.Weekday())+6)%7][at.Hour()]++
		}
	}
	chart, _ = r.Chart("clock")
	for day, hours := range clock {
		for hour, want := range hours {
			near(t, fmt.Sprintf("%s day %d, %d:00", p.ID, day, hour), chart.Series[day].Points[hour].Value, float64(want))
		}
	}
}

// checkWindows holds the month against the 28 days that end with it.
func (q *quarter) checkWindows(t *testing.T, r reports.Report, p period.Period) {
	t.Helper()
	if p.Kind != period.Monthly {
		return
	}
	table, _ := r.Table("windows")
	rows := map[string]reports.Row{}
	for _, row := range table.Rows {
		rows[row.Key] = row
	}
	from := p.To.AddDate(0, 0, -28)
	seen := 0
	for _, s := range q.slos {
		if !s.EffectiveFrom.IsZero() {
			continue
		}
		_, met, good, total := q.judged(s, p.From, p.To)
		_, wmet, wgood, wtotal := q.judged(s, from, p.To)
		if met == nil || wmet == nil {
			continue
		}
		spent, wspent := (total-good)/((1-s.Target)*total), (wtotal-wgood)/((1-s.Target)*wtotal)
		apart := *met != *wmet || spent-wspent >= 0.05 || wspent-spent >= 0.05
		row, shown := rows["window-"+s.Name]
		if apart != shown {
			t.Errorf("%s %s: listed %v, by brute force %v (%v %v, %.3f %.3f)", p.ID, s.Name, shown, apart, *met, *wmet, spent, wspent)
		}
		if !shown {
			continue
		}
		seen++
		near(t, p.ID+" spent of "+s.Name, cell(t, r, "windows", row.Key, "spent").Number, spent)
		near(t, p.ID+" spent in the window of "+s.Name, cell(t, r, "windows", row.Key, "wspent").Number, wspent)
		if bad := fmt.Sprintf("%s of the month's", group((total-good)-(wtotal-wgood))); !strings.Contains(cell(t, r, "windows", row.Key,
			"why").Text, bad) {
			t.Errorf("%s %s: %q does not say %q", p.ID, s.Name, cell(t, r, "windows", row.Key, "why").Text, bad)
		}
	}
	if seen == 0 {
		t.Errorf("%s: month and window nowhere differ, which tests nothing", p.ID)
	}
}

// group writes a whole number with commas between thousands.
func group(x float64) string {
	s := fmt.Sprintf("%.0f", x)
	if len(s) > 3 {
		return s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}
