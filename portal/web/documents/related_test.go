package documents_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
)

// Related incidents are looked for once for each state of the library, and again
// while search does not answer.
func TestRelated(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	other := webtest.Chinese()
	other.Services = []string{"checkout"}
	s.Lib.Records = append(s.Lib.Records, other)
	for range 3 {
		body := s.Get("/postmortems/2026/checkout").Body.String()
		if !strings.Contains(body, "Refunds failed") || !strings.Contains(body, "Latest for") {
			t.Fatalf("nothing related:\n%s", body)
		}
	}
	if s.Search.RelatedCalls != 1 {
		t.Errorf("asked %d times for three readings", s.Search.RelatedCalls)
	}
	s.Lib.State++
	s.Lib.Doc.Seq++
	s.Search.Err = fault.New(fault.Unavailable, "search", "busy")
	for range 2 {
		if w := s.Get("/postmortems/2026/checkout"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "Refunds failed") {
			t.Errorf("while search is busy: %d", w.Code)
		}
	}
	if s.Search.RelatedCalls != 3 {
		t.Errorf("asked %d times, want again for each reading", s.Search.RelatedCalls)
	}
}

func TestDocumentLinksToItsAlerts(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example/kb")
	s.Lib.Doc.Document.Front.Alerts = []string{"PoolExhausted", "Pool <slow>"}
	body := s.Get("/kb/postmortems/2026/checkout").Body.String()
	if want := `<a href="/kb/a/PoolExhausted">PoolExhausted</a>, <a href="/kb/a/Pool%20%3Cslow%3E">Pool &lt;slow&gt;</a>`; !strings.Contains(body, want) {
		t.Errorf("the page lacks %s", want)
	}
}
