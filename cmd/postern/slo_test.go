package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// judgedSLO is what the tests read of GET /api/v1/slos/NAME.
type judgedSLO struct {
	State            string
	Met              *bool
	Good, Total, SLI *float64
	Spent            *float64 `json:"budget_spent"`
	Left             *float64 `json:"budget_left"`
	Coverage         float64
	Objective        float64
	Revision         *int64
}

func (p *process) slo(t *testing.T, name, query string) (s judgedSLO) {
	t.Helper()
	res, err := http.Get(p.url + "/api/v1/slos/" + name + query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %s", name, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// sloFile is an objective whose counts come as spec says.
func sloFile(name, notes, source, good, total string) string {
	metric := func(q string) string {
		if q == "" {
			return "{metricSource: {type: " + source + "}}"
		}
		return "{metricSource: {type: " + source + ", spec: {query: '" + q + "'}}}"
	}
	return fmt.Sprintf(`apiVersion: openslo/v1
kind: SLO
metadata: {name: %s, annotations: {%s}}
spec:
  service: checkout
  indicator: {metadata: {name: i}, spec: {ratioMetric: {counter: true, good: %s, total: %s}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
`, name, notes, metric(good), metric(total))
}

// pushFiles makes a repository of the files and publishes it.
func pushFiles(t *testing.T, env []string, dir string, p *process, files map[string]string) {
	t.Helper()
	token := mustRun(t, env, dir, "postern", "token", "create", "--role", "publisher", "--name", "ana")
	work := filepath.Join(dir, "work")
	for name, text := range files {
		putFile(t, work, name, text)
	}
	for _, line := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-qm", "Objectives"},
		{"push", "-q", p.remote(token), "main"}} {
		mustRun(t, env, work, append([]string{"git"}, line...)...)
	}
}

// TestEveryStateOverTheAPI pushes objectives, posts their counts of one day and
// asks for every state there is.
func TestEveryStateOverTheAPI(t *testing.T) {
	needGit(t)
	dir := t.TempDir()
	env := authorEnv(dir)
	p := serveProcess(t, env)
	day := time.Date(2026, 5, 12, 0, 0, 0, 0, time.UTC)
	files, feed := map[string]string{}, &strings.Builder{}
	post := func(name string, n int, good, total float64) {
		for i := range n {
			fmt.Fprintf(feed, `{"v":1,"type":"sli","slo":%q,"start":%q,"len":"5m","good":%g,"total":%g,"coverage":1,"rev":2,"source":"S"}`+"\n",
				name, day.Add(time.Duration(i)*5*time.Minute).Format(time.RFC3339), good, total)
		}
	}
	counts := map[string]struct {
		n           int
		good, total float64
		notes       string
	}{
		"fine": {288, 100, 100, ""}, "missed": {288, 98, 100, ""}, "outage": {288, 0, 100, ""}, "quiet": {288, 0, 0, ""},
		"half": {200, 100, 100, ""},
		"few":  {288, 0.25, 0.25, ""}, "absent": {0, 0, 0, ""}, "little": {100, 100, 100, ""}, "nonsense": {288, 110, 100, ""},
		"later": {288, 100, 100, "postern/effective-from: 2026-06-01"}, "enough": {288, 0.25, 0.25, "postern/min-events: 50"},
	}
	for name, c := range counts {
		files["slos/"+name+".yaml"] = sloFile(name, c.notes, "ndjson", "", "")
		post(name, c.n, c.good, c.total)
	}
	pushFiles(t, env, dir, p, files)
	putFile(t, dir, "feed.ndjson", feed.String())
	mustRun(t, env, dir, "postern", "feed", "import", "ndjson", "feed.ndjson")

	for name, want := range map[string]string{
		"fine": "ok true", "missed": "ok false", "outage": "ok false", "quiet": "no_traffic null", "half": "partial true",
		"few":    "low_traffic null",
		"absent": "no_data null", "little": "no_data null", "nonsense": "invalid null", "later": "not_yet null", "enough": "ok true",
	} {
		s := p.slo(t, name, "?from=2026-05-12T00:00:00Z&to=2026-05-13T00:00:00Z")
		got := s.State + " null"
		if s.Met != nil {
			got = s.State + " " + strconv.FormatBool(*s.Met)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if (s.Good == nil) != (name == "absent" || name == "later") {
			t.Errorf("%s: good is %v", name, s.Good)
		}
	}
	out := p.slo(t, "outage", "?from=2026-05-12T00:00:00Z&to=2026-05-13T00:00:00Z")
	if *out.SLI != 0 || math.Abs(*out.Spent-100) > 1e-9 || math.Abs(*out.Left+99) > 1e-9 || *out.Total != 28800 || *out.Revision != 2 ||
		out.Objective != 0.99 || out.Coverage != 1 {
		t.Errorf("an outage: %+v", out)
	}
	if s := p.slo(t, "fine", "?from=2036-05-12T00:00:00Z&to=2036-05-13T00:00:00Z"); s.State != "not_yet" || s.Good != nil {
		t.Errorf("in the future: %+v", s)
	}
	p.stop(t)
}

// TestAPrometheusSourceIsPolled measures an objective by a server that answers as
// Prometheus does, from the configuration to the API.
func TestAPrometheusSourceIsPolled(t *testing.T) {
	needGit(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var values []string
		from, _ := strconv.ParseFloat(r.FormValue("start"), 64)
		to, _ := strconv.ParseFloat(r.FormValue("end"), 64)
		step, err := strconv.ParseFloat(r.FormValue("step"), 64)
		if err != nil || r.URL.Path != "/prom/api/v1/query_range" {
			http.NotFound(w, r)
			return
		}
		value := "10"
		if strings.Contains(r.FormValue("query"), `code="200"`) {
			value = "9"
		}
		for at := from; at <= to; at += step {
			values = append(values, fmt.Sprintf(`[%.3f,%q]`, at, value))
		}
		_, _ = fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[%s]}]}}`,
			strings.Join(values, ","))
	}))
	defer server.Close()
	dir := t.TempDir()
	env := append(authorEnv(dir), "POSTERN_PROMETHEUS_SOURCES=main="+server.URL+"/prom")
	p := serveProcess(t, env)
	pushFiles(t, env, dir, p, map[string]string{"slos/a.yaml": sloFile("a", "", "Prometheus", `http{code="200"}`, `sum(http)`)})
	p.stop(t) // it asks at once when it starts again
	p = serveProcess(t, env)
	deadline := time.Now().Add(startPatience)
	for {
		if s := p.slo(t, "a", ""); s.State == "ok" && s.Coverage >= 0.99 { // it catches up in chunks
			if *s.SLI != 0.9 || *s.Met {
				t.Errorf("measured %+v", s)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not everything was measured in time\n%s", p.log)
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.stop(t)
}
