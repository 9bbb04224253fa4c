package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/problem"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/feed/formats"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/querylog"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The parts that the portal gives us must fit.
var (
	_ Library  = (*library.Library)(nil)
	_ Searcher = (*search.Index)(nil)
)

type portal struct {
	http.Handler
	fakeLibrary *fakeLibrary
	fakeSearch  *fakeSearch
	fakeQueries *fakeQueries
	board       *fakeBoard
	fakeSignals *fakeSignals
	log         *bytes.Buffer
}

func newPortal(t *testing.T, public string) portal {
	t.Helper()
	u, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	p := portal{fakeLibrary: &fakeLibrary{}, fakeSearch: &fakeSearch{}, fakeQueries: &fakeQueries{}, board: &fakeBoard{},
		fakeSignals: &fakeSignals{}, log: &bytes.Buffer{}}
	p.Handler, err = New(Deps{Library: p.fakeLibrary, Search: p.fakeSearch, Suggest: p.fakeQueries, Queries: p.fakeQueries,
		Board: p.board, Signals: p.fakeSignals},
		Options{Version: "v1.2.3", PublicURL: u, Now: func() time.Time { return at(12, 0).AddDate(0, 0, 1) },
			FeedFormats: formats.Names(formats.All()), Log: slog.New(slog.NewTextHandler(p.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p portal) get(target string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	rec.Header().Set("X-Request-Id", "req-1")
	p.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, target, nil))
	return rec
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, got, "", "  "); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, got)
	}
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("%s differs; look at it, then go test -update:\n%s", file, b.Bytes())
	}
}

func TestAnswers(t *testing.T) {
	for name, target := range map[string]string{
		"search":         "/api/v1/search?q=pool+severity:9",
		"search-nothing": "/api/v1/search?q=nothing",
		"suggest":        "/api/v1/suggest?q=poo",
		"suggest-empty":  "/api/v1/suggest",
		"gaps":           "/api/v1/gaps?week=2026-W40",
		"gaps-now":       "/api/v1/gaps",
		"documents":      "/api/v1/documents?kind=postmortem",
		"documents-none": "/api/v1/documents?tag=none",
		"document":       "/api/v1/documents/abc",
		"document-bare":  "/api/v1/documents/bare",
		"document-gone":  "/api/v1/documents/gone?rev=2222222",
		"revisions":      "/api/v1/documents/pool/revisions",
		"actions":        "/api/v1/actions",
		"actions-none":   "/api/v1/actions?owner=nobody",
		"actions-closed": "/api/v1/actions?overdue=true&status=done",
	} {
		t.Run(name, func(t *testing.T) {
			rec := newPortal(t, "https://kb.example.org/kb/").get(target)
			if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/json" {
				t.Fatalf("%d %s: %s", rec.Code, rec.Header().Get("Content-Type"), rec.Body)
			}
			golden(t, name, rec.Body.Bytes())
		})
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		target, kind string
		status       int
		says         string
	}{
		{"/api/v1/search?limit=101", "invalid", 400, "limit: "},
		{"/api/v1/search?limit=0", "invalid", 400, "limit: "},
		{"/api/v1/search?limit=many", "invalid", 400, "limit: "},
		{"/api/v1/search?offset=-1", "invalid", 400, "offset: "},
		{"/api/v1/search?sort=oldest", "invalid", 400, "sort: "},
		{"/api/v1/documents?kind=poem", "invalid", 400, "kind: "},
		{"/api/v1/documents?after=yesterday", "invalid", 400, "after: write a day"},
		{"/api/v1/documents?before=2026-13-01", "invalid", 400, "before: write a day"},
		{"/api/v1/documents?limit=501", "invalid", 400, "limit: "},
		{"/api/v1/documents/nobody", "not_found", 404, "no document"},
		{"/api/v1/documents/pool?rev=xyz", "invalid", 400, "rev: "},
		{"/api/v1/documents/pool?rev=9999999", "not_found", 404, "no revision"},
		{"/api/v1/documents/gone", "gone", 410, "rev=" + string(lastCommit)},
		{"/api/v1/documents/nobody/revisions", "not_found", 404, "no document"},
		{"/api/v1/documents/broken", "internal", 500, "its log"},
		{"/api/v1/actions?status=late", "invalid", 400, "status: "},
		{"/api/v1/actions?overdue=perhaps", "invalid", 400, "overdue: "},
		{"/api/v1/actions?limit=501", "invalid", 400, "limit: "},
		{"/api/v1/poems", "not_found", 404, "/openapi.json"},
	} {
		rec := newPortal(t, "").get(c.target)
		var doc problem.Document
		if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
			t.Errorf("%s: %v: %s", c.target, err, rec.Body)
			continue
		}
		if rec.Code != c.status || doc.Status != c.status || doc.Kind != c.kind || !strings.Contains(doc.Detail, c.says) ||
			doc.RequestID != "req-1" || rec.Header().Get("Content-Type") != problem.ContentType || rec.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v %s", c.target, rec.Code, rec.Header(), rec.Body)
		}
	}
}

func TestCausesAreLoggedNotSent(t *testing.T) {
	p := newPortal(t, "")
	p.fakeSearch.err = fault.Wrap(fault.Unavailable, "search", "the index is being rebuilt", errors.New("/srv/secret"))
	rec := p.get("/api/v1/search?q=x")
	if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" || strings.Contains(rec.Body.String(), "secret") {
		t.Errorf("%d %v %s", rec.Code, rec.Header(), rec.Body)
	}
	if !strings.Contains(p.log.String(), "/srv/secret") || !strings.Contains(p.log.String(), "request=req-1") {
		t.Errorf("logged %q", p.log)
	}
}

func TestParametersReachTheParts(t *testing.T) {
	p := newPortal(t, "")
	p.get("/api/v1/search?q=a+b&limit=7&offset=14&sort=newest")
	if want := (search.Request{Text: "a b", Limit: 7, Offset: 14, Newest: true, Facets: true, Fragments: true}); p.fakeSearch.asked != want {
		t.Errorf("searched %+v", p.fakeSearch.asked)
	}
	p.get("/api/v1/search")
	if p.fakeSearch.asked.Limit != 20 || p.fakeSearch.asked.Newest {
		t.Errorf("by default searched %+v", p.fakeSearch.asked)
	}
	p.get("/api/v1/suggest?q=poo")
	if p.fakeQueries.text != "poo" || p.fakeQueries.limit != 8 {
		t.Errorf("suggested %d for %q", p.fakeQueries.limit, p.fakeQueries.text)
	}
	p.get("/api/v1/search?q=pool")
	if want := []querylog.Search{{Found: 2}, {Text: "pool", Found: 2}}; !reflect.DeepEqual(p.fakeQueries.asked, want) {
		t.Errorf("logged %+v", p.fakeQueries.asked) // not the second page of a search
	}
	p.get("/api/v1/documents?kind=drill&service=a&severity=sev1&tag=t&after=2026-10-03&before=2026-10-04T05:06:07Z" +
		"&limit=500&cursor=c&archived=true")
	day := time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC)
	if want := (library.Filter{Kind: postmortems.Drill, Service: "a", Severity: "SEV1", Tag: "t", After: day,
		Before: day.AddDate(0, 0, 1), Limit: 500, Cursor: "c", Archived: true}); p.fakeLibrary.filter != want {
		t.Errorf("listed %+v", p.fakeLibrary.filter)
	}
	p.get("/api/v1/documents")
	if p.fakeLibrary.filter != (library.Filter{Limit: 50}) {
		t.Errorf("by default listed %+v", p.fakeLibrary.filter)
	}
}

func TestActionFiltersReachTheLibrary(t *testing.T) {
	p := newPortal(t, "")
	for target, want := range map[string]library.ActionFilter{
		"/api/v1/actions": {Limit: 50},
		"/api/v1/actions?status=done&owner=sre&service=checkout&limit=7&cursor=c": {Status: "done", Owner: "sre", Service: "checkout",
			Limit: 7, Cursor: "c"},
		"/api/v1/actions?overdue=true": {Status: "open",
			DueBefore: at(0, 0).AddDate(0, 0, 1), Limit: 50},
	} {
		if p.get(target); p.fakeLibrary.actions != want {
			t.Errorf("%s asks %+v", target, p.fakeLibrary.actions)
		}
	}
}

func TestWithoutPrefix(t *testing.T) {
	for _, public := range []string{"", "https://kb.example.org", "https://kb.example.org/"} {
		body := newPortal(t, public).get("/api/v1/suggest?q=a").Body.String()
		if !strings.Contains(body, `"url":"/guides/bare"`) {
			t.Errorf("%q: %s", public, body)
		}
	}
}

// TestDescription holds /openapi.json to its form, and every field to a description.
func TestDescription(t *testing.T) {
	rec := newPortal(t, "https://kb.example.org/kb").get("/openapi.json")
	golden(t, "openapi", rec.Body.Bytes())
	var d struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Parameters []struct{ Name, Description string }
			Responses  map[string]any
		}
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Description string }
			}
		}
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(d.OpenAPI, "3.1") {
		t.Errorf("openapi is %q", d.OpenAPI)
	}
	for _, path := range []string{"/search", "/suggest", "/gaps", "/documents", "/documents/{id}", "/documents/{id}/revisions", "/actions"} {
		op, ok := d.Paths[root+path]["get"]
		if !ok || len(op.Responses) != 2 {
			t.Errorf("%s is described as %+v", path, op)
		}
		for _, p := range op.Parameters {
			if p.Description == "" {
				t.Errorf("%s: parameter %s has no description", path, p.Name)
			}
		}
	}
	for name, s := range d.Components.Schemas {
		for field, p := range s.Properties {
			if p.Description == "" {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
}

// Every long description belongs to a property, and each list of values comes from
// the package that owns it.
func TestLongTextsNameProperties(t *testing.T) {
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Description string }
			}
		}
	}
	rec := newPortal(t, "").get("/openapi.json")
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for name, text := range longTexts() {
		schema, property, _ := strings.Cut(name, ".")
		if got := doc.Components.Schemas[schema].Properties[property].Description; got != text {
			t.Errorf("%s is described as %q, want %q", name, got, text)
		}
	}
}
