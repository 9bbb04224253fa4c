package page_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
)

// A range that holds too much is answered with how many there are and with links to
// narrower ones, on every page that is about a range.
func TestPagesOverTooMuchAskForLess(t *testing.T) {
	t.Parallel()
	s, f := site.WithSignals(t)
	f.Wide = fault.New(fault.TooWide, "test", "from 1 to 2 there are 168,000 incidents, and at most 25,000 entries are read at once; "+
		"narrow the range")
	for _, path := range []string{"/incidents?service=cart", "/alerts?days=7", "/changes", "/slow-sql", "/slow-sql/0123456789abcdef"} {
		w := s.Get("/kb" + path)
		body := w.Body.String()
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", path, w.Code)
		}
		webtest.Holds(t, body, []string{"Too much for one page", "From 1 to 2 there are 168,000 incidents", "narrow the range",
			"Narrower ranges", "from=2026-11-1"}, nil)
		if n := strings.Count(body, "data-item"); n > page.SpanParts+1 || n < 7 {
			t.Errorf("%s offers %d ranges", path, n)
		}
	}
	webtest.Holds(t, s.Get("/kb/incidents?service=cart").Body.String(), []string{"service=cart&amp;to="}, nil)
	body := s.Get("/kb/incidents?from=2026-11-01&to=2026-11-02").Body.String()
	webtest.Holds(t, body, []string{"narrow the range", "/feeds shows which source"}, []string{"Narrower ranges"})
}

// Ranges that are offered cover the one that was asked for, without a gap.
func TestNarrowerRangesCoverTheWhole(t *testing.T) {
	t.Parallel()
	s, f := site.WithSignals(t)
	f.Wide = fault.New(fault.TooWide, "test", "too much")
	body := s.Get("/kb/alerts?from=2026-10-01&to=2026-10-15").Body.String()
	webtest.Holds(t, body, []string{
		`<a href="/kb/alerts?from=2026-10-13&amp;to=2026-10-15" data-item>2026-10-13 – 2026-10-14</a>`,
		`<a href="/kb/alerts?from=2026-10-01&amp;to=2026-10-03" data-item>2026-10-01 – 2026-10-02</a>`,
	}, []string{"from=2026-09", "to=2026-10-16"})
	if n := strings.Count(body, `href="/kb/alerts?from=`); n != 7 {
		t.Errorf("%d ranges of two days of 14", n)
	}
}
