package reporting_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
)

// Every figure that says how it is made leads to a place on the same page.
func TestEveryFigureExplainsItself(t *testing.T) {
	t.Parallel()
	r := webtest.Weekly(t)
	page := site.WithReports(t, r).Get("/x/reports/weekly/" + r.Period).Body.String()
	for _, part := range strings.Split(page, `href="#`)[1:] {
		id := part[:strings.IndexByte(part, '"')]
		if !strings.Contains(page, `id="`+id+`"`) {
			t.Errorf("#%s leads nowhere", id)
		}
	}
	if n := strings.Count(page, `href="#how-`); n < 30 {
		t.Errorf("%d figures say how they are made", n)
	}
}

func TestReportRevisions(t *testing.T) {
	t.Parallel()
	r := webtest.Weekly(t)
	s := site.WithReports(t, r)
	at := "/x/reports/weekly/" + r.Period
	if old := s.Get(at + "?rev=1").Body.String(); !strings.Contains(old, "This is revision 1") || !strings.Contains(old, "9 / 9") {
		t.Error("revision 1 does not say that it is old")
	}
	if page := s.Get(at).Body.String(); strings.Contains(page, "This is revision") || strings.Contains(page, "9 / 9") {
		t.Error("the newest revision is taken for an old one")
	}
	if diff := s.Get(at + "/changes?rev=2").Body.String(); !strings.Contains(diff, "<del>9 / 9</del>") {
		t.Errorf("what changed: %s", diff)
	}
	for target, status := range map[string]int{at + "?rev=7": 404, at + "?rev=x": 400, "/x/reports/weekly/2026-W01": 404,
		"/x/reports/nobody": 404, at + ".pdf": 503, at + "/charts/none.svg": 404, at + "/charts/budget.gif": 404} {
		if got := s.Get(target).Code; got != status {
			t.Errorf("%s: %d, want %d", target, got, status)
		}
	}
	for target, kind := range map[string]string{at + "/charts/budget.svg": "image/svg+xml", at + "/charts/budget.png": "image/png",
		"/x/reports/feed.atom": "application/atom+xml; charset=utf-8", "/x/reports": "text/html; charset=utf-8"} {
		if res := s.Get(target); res.Code != http.StatusOK || res.Header().Get("Content-Type") != kind {
			t.Errorf("%s: %d %s", target, res.Code, res.Header().Get("Content-Type"))
		}
	}
}

// Text from outside does nothing on the page, wherever it stands.
func TestHostileReport(t *testing.T) {
	t.Parallel()
	r := webtest.Weekly(t)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>]]>`
	r.Title, r.Heading, r.Scope, r.Words, r.Verdict.Text, r.Verdict.Missed = evil, evil, evil, evil, evil, []string{evil}
	for i := range r.Headline {
		r.Headline[i].Label, r.Headline[i].Note, r.Headline[i].Value.Text = evil, evil, evil
	}
	for i := range r.Changed {
		r.Changed[i].Text, r.Changed[i].Who = evil, evil
	}
	for i := range r.Sections {
		r.Sections[i].Title, r.Sections[i].Note = evil, evil
		for j := range r.Sections[i].Tables {
			for k := range r.Sections[i].Tables[j].Rows {
				r.Sections[i].Tables[j].Rows[k].Key = evil
				for c := range r.Sections[i].Tables[j].Rows[k].Cells {
					r.Sections[i].Tables[j].Rows[k].Cells[c].Text, r.Sections[i].Tables[j].Rows[k].Cells[c].Link = evil, "javascript:alert(1)"
				}
			}
		}
	}
	for _, target := range []string{"/x/reports/weekly/" + r.Period, "/x/reports", "/x/reports/weekly/" + r.Period + "/changes?rev=2",
		"/x/reports/feed.atom"} {
		body := site.WithReports(t, r).Get(target).Body.String()
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") || strings.Contains(body, `href="javascript:`) {
			t.Errorf("%s lets markup through", target)
		}
	}
}

func TestJobsPage(t *testing.T) {
	t.Parallel()
	j := &webtest.Jobs{}
	s := site.New(t, "https://kb.example", func(d *web.Deps, _ *web.Options) { d.Jobs = j })
	if body := s.Get("/jobs").Body.String(); !strings.Contains(body, "2 made") || strings.Contains(body, "Run now") {
		t.Error("a reader sees the last run and no button")
	}
	if res := s.Ask(http.MethodPost, "/jobs/reports/run", ""); res.Code != http.StatusUnauthorized || len(j.Asked) > 0 {
		t.Errorf("anybody runs jobs: %d %v", res.Code, j.Asked)
	}
}

// busyPrinter has no turn left.
type busyPrinter struct{}

func (busyPrinter) PDF(context.Context, []byte) ([]byte, error) {
	return nil, fault.New(fault.Unavailable, "paper", "many reports are being printed")
}

// The browser is one for all, readers on this machine included.
func TestABusyBrowserIsToldToEveryone(t *testing.T) {
	t.Parallel()
	s := site.WithReports(t, webtest.Weekly(t), func(d *web.Deps, _ *web.Options) { d.Printer = busyPrinter{} })
	for _, ip := range []string{"127.0.0.1", "203.0.113.7"} {
		r := httptest.NewRequest("GET", "/x/reports/weekly/2026-W47.pdf", nil)
		r.RemoteAddr = ip + ":4711"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "30" || w.Header().Get("Content-Disposition") != "" {
			t.Errorf("from %s: %d, %v", ip, w.Code, w.Header())
		}
	}
}
