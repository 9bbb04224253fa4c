package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/feed/formats"
)

// site is a Server over fakes, and the fakes.
type site struct {
	*Server
	lib     *fakeLibrary
	search  *fakeSearch
	auth    *fakeAuth
	status  *fakeStatus
	queries *fakeQueries
}

// newSite makes a portal at publicURL; opts change its options.
func newSite(t testing.TB, publicURL string, opts ...func(*Deps, *Options)) *site {
	t.Helper()
	u, err := url.Parse(publicURL)
	if err != nil {
		t.Fatal(err)
	}
	page := checkout()
	s := &site{
		lib:    &fakeLibrary{seq: 7, page: page, all: []library.Record{page.Record, runbook(), chinese()}},
		search: &fakeSearch{}, auth: &fakeAuth{}, queries: &fakeQueries{},
		status: &fakeStatus{Status{Ready: true, Checks: []StatusCheck{{Name: "database", OK: true}}, Version: "test"}},
	}
	deps := Deps{
		Texts: english(t), Library: s.lib, Content: fakeContent{}, Search: s.search, Suggest: fakeSuggest{}, Queries: s.queries, Git: fakeGit{}, Auth: s.auth, Admin: fakeAdmin{}, Status: s.status,
		Rules:    []postmortems.Rule{{ID: "severity-unknown", Title: "A severity is SEV1 to SEV5", Weight: postmortems.Error, Why: "w", Mend: "m"}},
		Renderer: fakeRenderer{}, Schemas: map[string][]byte{"postmortem": []byte(`{"type":"object"}`)},
		API: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"api":%q}`, r.URL.RequestURI())
		}),
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "up 1") }),
		NewID:   func() string { return "request-0000001" }, Feeds: &fakeFeeds{},
	}
	opt := Options{PublicURL: u, OpenReading: true, Version: "v1.2.3", Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return testNow }}
	opt.Feeds.Formats = formats.All()
	for _, o := range opts {
		o(&deps, &opt)
	}
	if s.Server, err = New(deps, opt); err != nil {
		t.Fatal(err)
	}
	return s
}

// closed makes reading need a token.
func closed(_ *Deps, o *Options) { o.OpenReading = false }

// ask sends one request; headers are pairs of name and value.
func (s *site) ask(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Accept", "text/html,application/xhtml+xml")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *site) get(target string, headers ...string) *httptest.ResponseRecorder {
	return s.ask(http.MethodGet, target, "", headers...)
}
