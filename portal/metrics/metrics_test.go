package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/metrics"
)

func scrape(t *testing.T, h http.Handler, authorization string) (status int, body string) {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec.Code, rec.Body.String()
}

func wantLines(t *testing.T, body string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
}

func TestInstruments(t *testing.T) {
	r := metrics.New("1.2.3")
	r.Push(metrics.Published, 1500*time.Millisecond)
	r.Phase(metrics.Validate, 40*time.Millisecond)
	r.Index(3 * time.Millisecond)
	r.RenderRestart(metrics.Timeout)
	r.IndexLag(func() (uint64, bool) { return 7, true })
	r.DatabaseSize(func() (int64, bool) { return 0, false })
	r.HTTP(metrics.Request{Route: "/p/:id", Method: "GET", Status: 200, Took: 30 * time.Millisecond, Bytes: 4096})
	status, body := scrape(t, r.Handler(""), "")
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	wantLines(t, body,
		`postern_push_seconds_bucket{outcome="published",le="1"} 0`,
		`postern_push_seconds_bucket{outcome="published",le="2"} 1`,
		`postern_push_seconds_sum{outcome="published"} 1.5`,
		`postern_push_seconds_count{outcome="refused"} 0`,
		`postern_push_phase_seconds_bucket{phase="validate",le="0.05"} 1`,
		`postern_push_phase_seconds_count{phase="publish"} 0`,
		`postern_index_seconds_count 1`,
		`postern_index_lag_changes 7`,
		`postern_render_restarts_total{reason="timeout"} 1`,
		`postern_render_restarts_total{reason="crash"} 0`,
		`postern_http_request_seconds_bucket{route="/p/:id",le="0.05"} 1`,
		`postern_http_requests_total{code="200",method="GET",route="/p/:id"} 1`,
		`postern_http_response_bytes_total{route="/p/:id"} 4096`)
	if strings.Contains(body, "\npostern_database_size_bytes") {
		t.Error("a size nobody knows was told")
	}
	if !strings.Contains(body, `version="1.2.3"`) || !strings.Contains(body, "go_goroutines") {
		t.Error("no build_info or no runtime metrics")
	}
}

func TestClientsMakeNoSeries(t *testing.T) {
	r := metrics.New("")
	count := func() int {
		_, body := scrape(t, r.Handler(""), "")
		return strings.Count(body, "\npostern_http_requests_total{")
	}
	for _, method := range []string{"GETX", "get", "A\nB", strings.Repeat("M", 1<<16)} {
		for _, status := range []int{-1, 0, 99, 600, 1 << 30} {
			r.HTTP(metrics.Request{Method: method, Status: status, Bytes: -1})
		}
	}
	if n := count(); n != 1 {
		t.Errorf("%d series", n)
	}
}

func TestToken(t *testing.T) {
	h := metrics.New("").Handler("0123456789abcdef")
	for authorization, want := range map[string]int{
		"Bearer 0123456789abcdef":  http.StatusOK,
		"bearer 0123456789abcdef":  http.StatusOK,
		"":                         http.StatusUnauthorized,
		"Bearer":                   http.StatusUnauthorized,
		"Bearer 0123456789abcde":   http.StatusUnauthorized,
		"Bearer 0123456789abcdef ": http.StatusUnauthorized,
		"Basic 0123456789abcdef":   http.StatusUnauthorized,
	} {
		if got, body := scrape(t, h, authorization); got != want || (got != http.StatusOK && strings.Contains(body, "postern_")) {
			t.Errorf("%q: %d, want %d", authorization, got, want)
		}
	}
}

// TestTwoPortals: no instrument is global, so two portals may live in one process.
func TestTwoPortals(t *testing.T) {
	a, b := metrics.New("a"), metrics.New("b")
	a.Index(time.Second)
	_, body := scrape(t, b.Handler(""), "")
	wantLines(t, body, `postern_index_seconds_count 0`)
}

func TestConcurrentUse(t *testing.T) {
	r := metrics.New("")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				r.HTTP(metrics.Request{Route: "/", Method: "GET", Status: 200})
				r.Push(metrics.Failed, time.Second)
			}
			scrape(t, r.Handler(""), "")
		})
	}
	wg.Wait()
	_, body := scrape(t, r.Handler(""), "")
	wantLines(t, body, `postern_http_requests_total{code="200",method="GET",route="/"} 400`)
}
