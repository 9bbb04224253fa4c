package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func (p portal) post(target, body string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	rec.Header().Set("X-Request-Id", "req-1")
	req := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	p.ServeHTTP(rec, req)
	return rec
}

func TestSimilar(t *testing.T) {
	p := newPortal(t, "https://kb.example.org/kb/")
	rec := p.post("/api/v1/similar", `{"text":"[FIRING:1] PoolExhausted (eu-1)","limit":5}`)
	if rec.Code != http.StatusOK {
		t.Fatalf("%d: %s", rec.Code, rec.Body)
	}
	golden(t, "similar", rec.Body.Bytes())
	if p.fakeSearch.liken.Limit != 5 || p.fakeSearch.liken.Text != "[FIRING:1] PoolExhausted (eu-1)" || !p.fakeSearch.liken.Fragments {
		t.Errorf("asked %+v", p.fakeSearch.liken)
	}
	p.post("/api/v1/similar", `{"text":"x"}`)
	if p.fakeSearch.liken.Limit != 10 {
		t.Errorf("by default asked %+v", p.fakeSearch.liken)
	}
}

// Without a section that says so, the end of the timeline tells what fixed it.
func TestSimilarReadsTheIncident(t *testing.T) {
	p := newPortal(t, "")
	var out SimilarAnswer
	p.fakeSearch.unfixed = true
	if err := json.Unmarshal(p.post("/api/v1/similar", `{"text":"pool"}`).Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	h := out.Hits[0]
	if h.Fix == nil || h.Fix.Heading != "Timeline (UTC)" || h.Fix.Text != "09:00 Errors" {
		t.Errorf("the fix is %+v", h.Fix)
	}
	if len(h.Waiting) != 1 || h.Waiting[0].Text != "Alert on waits" {
		t.Errorf("open are %+v", h.Waiting)
	}
}

// A program that reads the hits of /search can read those of /similar.
func TestSimilarHitsAreSearchHits(t *testing.T) {
	p := newPortal(t, "")
	var found, similar struct{ Hits []map[string]any }
	for to, rec := range map[*struct{ Hits []map[string]any }]*httptest.ResponseRecorder{
		&found: p.get("/api/v1/search?q=pool"), &similar: p.post("/api/v1/similar", `{"text":"pool"}`),
	} {
		if err := json.Unmarshal(rec.Body.Bytes(), to); err != nil {
			t.Fatal(err)
		}
	}
	for key := range found.Hits[0] {
		if _, ok := similar.Hits[0][key]; !ok {
			t.Errorf("a hit of /similar has no %s", key)
		}
	}
}

func TestSimilarRefuses(t *testing.T) {
	for body, status := range map[string]int{
		`{}`:                        http.StatusBadRequest,
		`{"text":""}`:               http.StatusBadRequest,
		`{"text":7}`:                http.StatusBadRequest,
		`{"text":"x","limit":51}`:   http.StatusBadRequest,
		`not JSON, and a secret-42`: http.StatusBadRequest,
		`{"text":"` + strings.Repeat("x", maxPasteBody) + `"}`: http.StatusRequestEntityTooLarge,
	} {
		rec := newPortal(t, "").post("/api/v1/similar", body)
		if rec.Code != status || strings.Contains(rec.Body.String(), "secret-42") {
			t.Errorf("%.40s: %d, want %d: %.200s", body, rec.Code, status, rec.Body)
		}
	}
}

// Every form of a fix carries its commands and the numbers of its steps, and the
// one at the top is that of the document for the alert itself.
func TestTheFixIsWholeInEveryForm(t *testing.T) {
	p := newPortal(t, "https://kb.example.org/kb/")
	var out SimilarAnswer
	if err := json.Unmarshal(p.post("/api/v1/similar", `{"text":"[FIRING:1] PoolExhausted (eu-1)"}`).Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	f := out.Hits[0].Fix
	if f == nil {
		t.Fatal("no fix")
	}
	if want := "Set back, as in [a](../a.md):\n\n```\ndeployctl rollback\n```\n1. Watch\n2. Tell"; f.Markdown != want {
		t.Errorf("markdown %q, want %q", f.Markdown, want)
	}
	if want := "Set back, as in a:\n\n    deployctl rollback\n\n1. Watch\n2. Tell"; f.Text != want {
		t.Errorf("text %q, want %q", f.Text, want)
	}
	for _, want := range []string{"deployctl rollback", "<ol><li>Watch</li>", `href="/kb/guides/a?x&amp;y#h-b"`} {
		if !strings.Contains(f.HTML, want) {
			t.Errorf("html lacks %s: %s", want, f.HTML)
		}
	}
	if f.Document != "pool" || f.URL != out.Hits[0].URL+"#h-resolution" || f.Title == "" || f.Heading != "Resolution" {
		t.Errorf("%+v", f)
	}
	if (out.Fix != nil) != out.Hits[0].ForAlert || out.Fix != nil && *out.Fix.Anchor != *f.Anchor {
		t.Errorf("at the top %+v, of a hit for the alert: %v", out.Fix, out.Hits[0].ForAlert)
	}
}
