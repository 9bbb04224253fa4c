package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/api"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

const (
	// mostConsumed bounds what the demonstration consumes of a budget, as a fraction. Its
	// worst trouble fails 45 of 100 requests for hours of a month's window: some tens of
	// budgets of a day, never hundreds.
	mostConsumed = 100
	// longest bounds durations: the oldest open action item is of 2024.
	longest = 20 * 366 * 24 * time.Hour
	// mostReports is how many reports of each kind are looked into, the newest first.
	mostReports = 6
)

// read decodes an answer of the interface.
func (p insidePortal) read(t *testing.T, path string, into any) {
	t.Helper()
	w := p.get(path)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// lastPeriods are the names of the last whole day, week and month whose late data has been
// waited for.
func (p insidePortal) lastPeriods() map[string]string {
	noonOf := func(kind period.Kind, months, days int) time.Time {
		y, m, d := p.now.Add(-reports.Grace(kind)).In(p.zone).Date()
		if months != 0 {
			d = 1
		}
		return time.Date(y, m-time.Month(months), d-days, 12, 0, 0, 0, time.UTC)
	}
	year, week := noonOf(period.Weekly, 0, 7).ISOWeek()
	return map[string]string{
		"daily": noonOf(period.Daily, 0, 1).Format(time.DateOnly), "weekly": fmt.Sprintf("%d-W%02d", year, week),
		"monthly": noonOf(period.Monthly, 1, 0).Format("2006-01"),
	}
}

// checkReports holds the reports of the last periods and the newest before them.
func (p insidePortal) checkReports(t *testing.T) {
	t.Helper()
	for kind, last := range p.lastPeriods() {
		var list struct{ Reports []api.ReportRow }
		p.read(t, fmt.Sprintf("/api/v1/reports?limit=%d&name=%s", mostReports, kind), &list)
		if len(list.Reports) == 0 || list.Reports[0].Period != last {
			t.Errorf("of %d %s reports, the newest is not that of %s", len(list.Reports), kind, last)
			continue
		}
		for _, row := range list.Reports {
			var r api.Report
			p.read(t, "/api/v1/reports/"+kind+"/"+row.Period, &r)
			for _, problem := range p.reportProblems(t, r) {
				t.Errorf("%s %s: %s", kind, row.Period, problem)
			}
		}
	}
}

var fraction = regexp.MustCompile(`^(\d[\d,]*) of (\d[\d,]*)`)

// reportProblems lists what no report may say on any day.
func (p insidePortal) reportProblems(t *testing.T, r api.Report) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for name, at := range map[string]*string{"to": r.To, "published_at": r.PublishedAt} {
		if at == nil {
			continue // not stated
		}
		if when, err := time.Parse(time.RFC3339, *at); err != nil || when.After(p.now) {
			say("%s is %s, and it is %s", name, *at, p.now)
		}
	}
	if len(r.Headline) == 0 || len(r.Sections) == 0 || r.Verdict == "" {
		say("it has no headline, no section or no verdict")
	}
	value := func(where string, v api.ReportValue) {
		if v.Number == nil {
			return
		}
		n, unit := *v.Number, ""
		if v.Unit != nil {
			unit = *v.Unit
		}
		if math.IsNaN(n) || math.IsInf(n, 0) || unit == "ratio" && math.Abs(n) > mostConsumed || unit == "seconds" &&
			(n < 0 || n > longest.Seconds()) {
			say("%s is %s", where, v.Text)
		}
	}
	for _, f := range r.Headline {
		value("the headline's "+f.Key, f.Value)
		if f.Value.Number != nil && *f.Value.Number < 0 {
			say("the headline's %s is below zero: %s", f.Key, f.Value.Text)
		}
		if m := fraction.FindStringSubmatch(f.Value.Text); m != nil && count(m[1]) > count(m[2]) {
			say("the headline's %s is %s", f.Key, f.Value.Text)
		}
	}
	for _, s := range r.Sections {
		for _, f := range s.Figures {
			value(s.Key+" "+f.Key, f.Value)
		}
		for _, table := range s.Tables {
			for _, row := range table.Rows {
				for i, v := range row.Cells {
					value(s.Key+" "+row.Key+" "+table.Columns[i].Key, v)
				}
			}
		}
	}
	return problems
}

func count(text string) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(text, ",", ""))
	return n
}
