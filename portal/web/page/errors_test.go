package page_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web/webtest/site"
)

func TestA404SearchesForItsOwnWords(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	w := s.Get("/guides/Pool_exhausted-v2.html")
	if s.Search.Last.Text != "guides pool exhausted v2" {
		t.Errorf("searched for %q", s.Search.Last.Text)
	}
	if !strings.Contains(w.Body.String(), `value="guides pool exhausted v2"`) {
		t.Error("the search box does not hold the words")
	}
	s.Search.Err = fmt.Errorf("the index is rebuilt")
	if w := s.Get("/guides/x"); w.Code != 404 {
		t.Errorf("a 404 fails with search: %d", w.Code)
	}
}

func TestErrorsFitTheClient(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	if w := s.Get("/guides/x", "Accept", "application/json"); w.Header().Get("Content-Type") != "application/problem+json" ||
		!strings.Contains(w.Body.String(), `"kind":"not_found"`) {
		t.Errorf("a program got %s %s", w.Header().Get("Content-Type"), w.Body)
	}
	if w := s.Ask("PUT", "/guides/x", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", w.Code)
	}
	s.Lib.Err = errors.New("disk /srv/secret is gone")
	w := s.Get("/postmortems/2026/checkout")
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), "request-0000001") {
		t.Errorf("a failure: %d %s", w.Code, w.Body)
	}
}
