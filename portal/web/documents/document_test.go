package documents_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/documents"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/postmortems"
)

func TestDocumentIsCachedUntilTheLibraryOrTheDayChanges(t *testing.T) {
	t.Parallel()
	now := webtest.Now
	s := site.New(t, "https://kb.example", func(_ *web.Deps, o *web.Options) { o.Now = func() time.Time { return now } })
	const path = "/postmortems/2026/checkout"
	first := s.Get(path)
	etag := first.Header().Get("ETag")
	if first.Code != 200 || etag == "" {
		t.Fatalf("status %d, tag %q", first.Code, etag)
	}
	if again := s.Get(path); again.Body.String() != first.Body.String() || s.Lib.PagesRead != 1 {
		t.Errorf("the second reading asked the library for the page again (%d times)", s.Lib.PagesRead)
	}
	if w := s.Get(path, "If-None-Match", etag); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("with its tag: %d", w.Code)
	}
	if len(s.Lib.Reads) != 3 {
		t.Errorf("%d readings counted, want 3", len(s.Lib.Reads))
	}
	s.Lib.State++
	if w := s.Get(path, "If-None-Match", etag); w.Code != 200 || w.Header().Get("ETag") == etag {
		t.Errorf("after a publish: %d, tag %q", w.Code, w.Header().Get("ETag"))
	}
	now = now.AddDate(0, 0, 1)
	if w := s.Get(path); !strings.Contains(w.Body.String(), "48 days overdue") {
		t.Error("the next day still shows yesterday's overdue days")
	}
}

func TestDocumentIsSentCompressed(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	plain := s.Get("/postmortems/2026/checkout")
	w := s.Get("/postmortems/2026/checkout", "Accept-Encoding", "br, gzip;q=0.8")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Content-Length") != fmt.Sprint(w.Body.Len()) {
		t.Fatalf("headers %v", w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil || string(body) != plain.Body.String() {
		t.Errorf("the two encodings differ: %v", err)
	}
	if w := s.Get("/postmortems/2026/checkout", "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Error("gzip was sent to a client that refuses it")
	}
}

func TestDocumentFillsItsLinks(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://example.org/kb")
	body := s.Get("/kb/postmortems/2026/checkout").Body.String()
	for _, want := range []string{
		`href="/kb/runbooks/pool#h-mitigate"`, `<a class="missing" title="Leads nowhere: old.md">`, `src="/kb/postmortems/2026/pool.png"`,
		"Broken links", "git clone https://example.org/kb/knowledge.git", `href="https://example.org/kb/postmortems/2026/checkout"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "postern:") {
		t.Error("a placeholder is left")
	}
}

func TestAddressesAnswerInEveryForm(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	tests := []struct {
		target string
		code   int
		want   string // in the body, or the Location of a redirect
	}{
		{"/postmortems/2026/checkout", 200, "Checkout failed"},
		{"/postmortems/2026/checkout.md", 200, "The pool was exhausted."},
		{"/postmortems/2026/checkout.md?rev=1111111", 200, "The pool is full."},
		{"/postmortems/2026/checkout.json", 200, "/api/v1/documents/checkout-1"},
		{"/postmortems/2026/checkout.json?rev=1111111", 200, "/api/v1/documents/checkout-1?rev=1111111"},
		{"/postmortems/2026/checkout?rev=1111111", 200, "You are reading the revision of 4 Oct 2026"},
		{"/postmortems/2026/checkout?rev=9999999", 404, "no such revision"},
		{"/postmortems/2026/checkout?rev=main", 400, "hexadecimal"},
		{"/postmortems/2026/checkout?history", 200, "First draft"},
		{"/postmortems/2026/checkout/", 308, "/postmortems/2026/checkout"},
		{"//postmortems//2026/./checkout", 308, "/postmortems/2026/checkout"},
		{"//evil.example/", 308, "/evil.example"},
		{"/postmortems/2026/%E6%B1%A0", 200, ""},
		{"/p/checkout-1", 200, "Checkout failed"},
		{"/p/checkout-1.md", 200, "The pool was exhausted."},
		{"/p/checkout-1.json", 200, "/api/v1/documents/checkout-1"},
		{"/p/nobody", 404, "Page not found"},
		{"/p/checkout-1/history", 200, "Name the root cause"},
		{"/p/checkout-1/history?from=1111111&to=2222222", 200, "<del>full</del><ins>exhausted</ins>"},
		{"/p/checkout-1/history?from=1111111", 400, "needs from= and to="},
		{"/p/checkout-1/history?from=9999999&to=2222222", 404, "has no revision"},
		{"/postmortems/old", 308, "/postmortems/2026/checkout"},
		{"/postmortems/old.md?rev=1111111", 308, "/postmortems/2026/checkout.md?rev=1111111"},
		{"/guides/removed", 410, "/p/removed-1?rev=" + string(webtest.Commit1)},
		{"/guides/removed?rev=1111111", 200, "This document was removed."},
		{"/p/removed-1", 410, "/p/removed-1/history"},
		{"/pages/data.json", 200, "PNG"},
		{"/guides/nothing-here", 404, "Did you mean one of these?"},
		{"/broken", 500, "Nothing that was published is lost"},
		{"/" + strings.Repeat("x", page.MaxPath+1), 404, "no address longer"},
	}
	for _, tt := range tests {
		w := s.Get(tt.target)
		got := w.Body.String() + w.Header().Get("Location")
		if w.Code != tt.code || !strings.Contains(got, tt.want) {
			t.Errorf("GET %.60s: %d, want %d with %q; location %q", tt.target, w.Code, tt.code, tt.want, w.Header().Get("Location"))
		}
		if w.Code == 308 && !strings.HasPrefix(w.Header().Get("Location"), "/") || strings.HasPrefix(w.Header().Get("Location"), "//") {
			t.Errorf("GET %s leads elsewhere: %s", tt.target, w.Header().Get("Location"))
		}
	}
	if strings.Contains(s.Get("/broken").Body.String(), "secret") {
		t.Error("the cause of a failure is shown")
	}
}

func TestFilesNeverRun(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	tests := []struct {
		target, contentType string
		download            bool
	}{
		{"/postmortems/2026/pool.png", "image/png", false},
		{"/pages/evil.svg", "image/svg+xml", true},
		{"/pages/evil.html", "text/plain; charset=utf-8", true},
		{"/pages/data.json", "application/json", false},
	}
	for _, tt := range tests {
		w := s.Get(tt.target)
		h := w.Header()
		if h.Get("Content-Type") != tt.contentType || h.Get("Content-Security-Policy") != documents.FilePolicy ||
			h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", tt.target, h)
		}
		if got := strings.HasPrefix(h.Get("Content-Disposition"), "attachment"); got != tt.download {
			t.Errorf("%s: offered as download is %v, want %v", tt.target, got, tt.download)
		}
		if again := s.Get(tt.target, "If-None-Match", h.Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s with its tag: %d", tt.target, again.Code)
		}
	}
	if contentType, download := documents.TypeOf("x.EXE"); contentType != "application/octet-stream" || !download {
		t.Errorf("an unknown file is sent as %s, download %v", contentType, download)
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	for target, want := range map[string]string{
		"/drafts":          `href="/drafts/ana/pool/postmortems/2026/checkout"`,
		"/drafts/ana/pool": "Draft ana/pool",
		"/drafts/ana/pool/postmortems/2026/checkout":    "Preview of the draft ana/pool, pushed by ana.",
		"/drafts/ana/pool/postmortems/2026/checkout.md": "The pool was exhausted.",
		"/drafts/ana/pool/postmortems/2026/new.png":     "PNG",
	} {
		if w := s.Get(target); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("GET %s: %d without %q", target, w.Code, want)
		}
	}
	if w := s.Get("/drafts/ana/pool/runbooks/pool"); w.Code != 302 || w.Header().Get("Location") != "/runbooks/pool" {
		t.Errorf("a document that the draft leaves alone: %d %s", w.Code, w.Header().Get("Location"))
	}
	for _, target := range []string{"/drafts/nobody", "/drafts/ana/pool/none"} {
		if w := s.Get(target); w.Code != 404 {
			t.Errorf("GET %s: %d", target, w.Code)
		}
	}
	if w := s.Get("/drafts/ana/pool/postmortems/2026/checkout"); strings.Contains(w.Body.String(), "canonical") {
		t.Error("a preview calls itself canonical")
	}
}

func TestBannerOfStatus(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	for status, want := range map[postmortems.Status]string{
		postmortems.StatusArchived: "Archived", postmortems.StatusReview: "In review", postmortems.StatusDraft: "Draft: not reviewed yet",
	} {
		s.Lib.Doc.Document.Status = status
		s.Lib.State++
		if body := s.Get("/p/checkout-1").Body.String(); !strings.Contains(body, want) {
			t.Errorf("status %s is not said", status)
		}
	}
}

func TestWordsOfASearchAreMarked(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	body := s.Get("/postmortems/2026/checkout?mark=customer+limit").Body.String()
	webtest.Holds(t, body, []string{"no <mark>customer</mark> in eu-1", "the pool <mark>limit</mark> is read"}, nil)
}
