package documents_test

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/webtest/site"
)

func TestListFilters(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	body := s.Get("/postmortems?severity=SEV1&cursor=abc").Body.String()
	for _, want := range []string{"Severity: SEV1", `href="/postmortems"`, `href="/postmortems?severity=SEV1&amp;year=2026"`, "First page"} {
		if !strings.Contains(body, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	for _, target := range []string{"/postmortems?year=x", "/postmortems?after=yesterday"} {
		if w := s.Get(target); w.Code != 400 {
			t.Errorf("GET %s: %d", target, w.Code)
		}
	}
	if w := s.Get("/services/checkout"); w.Code != 200 || !strings.Contains(w.Body.String(), "Checkout failed") {
		t.Errorf("a service: %d", w.Code)
	}
	if w := s.Get("/services/nobody"); w.Code != 404 {
		t.Errorf("an unknown service: %d", w.Code)
	}
	if w := s.Get("/services/a%2Fb"); w.Code != 200 {
		t.Errorf("a service with a slash in its name: %d", w.Code)
	}
}

func TestFeedAndOpenSearch(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://example.org/kb")
	var feed page.Feed
	w := s.Get("/kb/feed.atom?kind=postmortem")
	if err := xml.Unmarshal(w.Body.Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	if len(feed.Entries) != 2 || feed.Entries[0].ID != "https://example.org/kb/p/checkout-1" || feed.Updated != "2026-10-05T09:30:00Z" {
		t.Errorf("feed %+v", feed)
	}
	if w := s.Get("/kb/opensearch.xml"); !strings.Contains(w.Body.String(), "https://example.org/kb/search?q={searchTerms}") {
		t.Errorf("opensearch: %s", w.Body)
	}
}

func TestListsAreKeptUntilTheLibraryChanges(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	etag := s.Get("/postmortems?severity=SEV1").Header().Get("ETag")
	if w := s.Get("/postmortems?severity=SEV1", "If-None-Match", etag); w.Code != http.StatusNotModified {
		t.Errorf("with its tag: %d", w.Code)
	}
	if w := s.Get("/postmortems?severity=SEV2", "If-None-Match", etag); w.Code != 200 {
		t.Errorf("another filter with that tag: %d", w.Code)
	}
	s.Lib.State++
	if w := s.Get("/postmortems?severity=SEV1", "If-None-Match", etag); w.Code != 200 {
		t.Errorf("after a publish: %d", w.Code)
	}
	if len(s.Lib.Reads) != 0 {
		t.Errorf("a list was counted as a reading: %v", s.Lib.Reads)
	}
}
