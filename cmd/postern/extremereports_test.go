package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
)

// reportsHold makes the three reports and looks at every figure, and at the pages that
// show the same facts.
func (x *trial) reportsHold(when string) {
	x.Helper()
	for name, period := range map[string]string{"daily": "2026-11-25", "weekly": "2026-W48", "monthly": "2026-11"} {
		out := mustRun(x, x.env, x.dir, "postern", "report", "run", name, period)
		if !strings.Contains(out, name+" "+period+": revision") {
			x.Fatalf("%s: %s", when, out)
		}
		text := x.get("/reports/" + name + "/" + period + ".json")
		var r any
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			x.Fatalf("%s, %s: %v", when, name, err)
		}
		x.figuresHold(when+", "+name, r)
		if strings.Contains(text, "could not be made") || strings.Contains(text, `"failures"`) {
			x.Errorf("%s: a part of the %s report is missing: %.400s", when, name, text[strings.Index(text, "could not be made"):])
		}
		for _, form := range []string{"", ".md", ".csv"} {
			x.wordsHold(when, "/reports/"+name+"/"+period+form)
		}
		if page := x.get("/reports/" + name + "/" + period + ".md"); !regexp.MustCompile(`honest[^\n]*99\.80? %`).MatchString(page) {
			x.Errorf("%s: the %s report lacks the values of the honest source", when, name)
		}
	}
	for _, page := range []string{
		"/slos", "/slos/checkout", "/slos/honest", "/incidents?from=2026-11-20&to=2026-11-30", "/alerts?from=2026-11-20&to=2026-11-30",
		"/changes?from=2026-11-20&to=2026-11-30",
		"/slow-sql?from=2026-11-20&to=2026-11-30", "/feeds", "/dead-letters", "/api/v1/slos",
		"/api/v1/incidents?from=2026-11-20T00:00:00Z&to=2026-11-30T00:00:00Z",
		"/api/v1/alerts?from=2026-11-20T00:00:00Z&to=2026-11-30T00:00:00Z", "/api/v1/slow-sql?from=2026-11-20T00:00:00Z&to=2026-11-30T00:00:00Z",
	} {
		x.wordsHold(when, page)
	}
}

// wordsHold reads a page and looks for what no formatter may write.
func (x *trial) wordsHold(when, page string) {
	x.Helper()
	text := x.get(page)
	wrong := `\bNaN\b|[+-]Inf\b|not a number|[0-9]{18,} (?:s|d|h|min|ms)\b|-?106751 d`
	if !strings.HasSuffix(page, ".csv") { // whose numbers are for programs
		wrong += `|\b\d\.\d+e\+\d+`
	}
	if found := regexp.MustCompile(wrong).FindString(text); found != "" && page != "/dead-letters" && page != "/feeds" {
		at := strings.Index(text, found)
		x.Errorf("%s: %s says %s: %q", when, page, found, text[max(0, at-200):min(len(text), at+100)])
	}
}

// figuresHold walks a report and compares each number with what could have happened.
func (x *trial) figuresHold(where string, v any) {
	x.Helper()
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			x.figuresHold(where, item)
		}
	case map[string]any:
		key, _ := v["key"].(string)
		if key == "" {
			key, _ = v["name"].(string)
		}
		if key != "" && len(where) < 120 {
			where += "/" + key
		}
		if n, ok := v["number"].(float64); ok {
			x.figureHolds(where, v["text"], v["unit"], n)
		}
		for _, item := range v {
			x.figuresHold(where, item)
		}
	}
}

func (x *trial) figureHolds(where string, text, unit any, n float64) {
	x.Helper()
	// A lone duration ends with the 31 days of a month; the executions of all statements
	// together are a few thousand of some seconds.
	least, most := 0.0, 31*24*time.Hour.Seconds()
	switch unit {
	case "count":
		most = 1e7
		if strings.Contains(where, "/slo-checkout") { // the events that were sent for it and are within their bound
			most = 1e17
		}
	case "ratio":
		least, most = -1e5, 1e5 // shares of a budget that was consumed many times over
	case "times":
		most = 1e6
		if strings.Contains(where, "/sql/statements/") { // rows examined per row sent: as many as a sender may state of one
			most = 1 << 53
		}
	}
	if strings.Contains(where, "/noisy/") || strings.Contains(where, "sum of each") {
		most *= 1000 // of so many at once
	}
	if n < least || n > most {
		x.Errorf("%s: %v (%v, %v) is above what the period can hold", where, n, text, unit)
	}
}
