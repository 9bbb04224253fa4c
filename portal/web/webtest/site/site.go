package site

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/feed/formats"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// From sends one request from an address. It is for tests of limits by address; ip has a
// port, as RemoteAddr has.
func (s *Site) From(ip, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr = ip
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// Revoked is an unknown token, FormType the type of a posted form.
const (
	Revoked  = "Bearer pst_revoked"
	FormType = "application/x-www-form-urlencoded"
)

// Basic returns the credential of a Basic header. git sends tokens in this form.
func Basic(user, password string) string {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, password)
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ")
}

// WithFeeds makes a portal whose feeds the test can read. opts are applied before the
// feeds are set, which they cannot replace.
func WithFeeds(t *testing.T, opts ...func(*web.Deps, *web.Options)) (*Site, *webtest.Feeds) {
	f := &webtest.Feeds{}
	opts = append(opts, func(d *web.Deps, _ *web.Options) { d.Feeds = f })
	return New(t, "https://kb.example", opts...), f
}

// Feeder is the header of a feeder.
const Feeder = "Bearer pst_feeder"

// AskHost sends one request for a host. It is for tests of the host check. Such a request
// has no Accept header and counts as a browser's.
func (s *Site) AskHost(host, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = host
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// WithReports makes a portal with one report. The prefix /x finds links that are made
// without it.
func WithReports(t testing.TB, r reports.Report, opts ...func(*web.Deps, *web.Options)) *Site {
	t.Helper()
	return New(t, "https://kb.example/x", append(opts, func(d *web.Deps, _ *web.Options) {
		d.Reports, d.Charts, d.Jobs = webtest.Reports{One: r}, webtest.Charts{}, &webtest.Jobs{}
	})...)
}

// WithSignals makes a portal with the signals of a day.
func WithSignals(t *testing.T) (*Site, *webtest.Signals) {
	t.Helper()
	f := webtest.SignalsOfADay()
	return New(t, "https://kb.example/kb", func(d *web.Deps, _ *web.Options) { d.Signals = f }), f
}

// Post sends a form with a token. It returns the redirect's Location, "" if there is
// none.
func (s *Site) Post(target, token string, form url.Values) (status int, location, body string) {
	w := s.Ask(http.MethodPost, target, form.Encode(), "Authorization", "Bearer "+token, "Content-Type", "application/x-www-form-urlencoded")
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

// Paste sends a text to /similar and returns the page. The status is not returned: a
// refusal is visible in the page.
func (s *Site) Paste(text string, headers ...string) string {
	headers = append(headers, "Content-Type", "application/x-www-form-urlencoded")
	return s.Ask(http.MethodPost, "/similar", url.Values{"text": {text}}.Encode(), headers...).Body.String()
}

// Site is a portal over fakes, and the fakes. A test changes the fakes before it sends
// requests.
type Site struct {
	*web.Server
	Lib     *webtest.Library
	Search  *webtest.Search
	Auth    *webtest.Auth
	Status  *webtest.Status
	Queries *webtest.Queries
}

// New makes a portal at publicURL; opts change what it is made of. Every part is present
// that New of web needs; boards, reports and signals are not.
func New(t testing.TB, publicURL string, opts ...func(*web.Deps, *web.Options)) *Site {
	t.Helper()
	u, err := url.Parse(publicURL)
	if err != nil {
		t.Fatal(err)
	}
	doc := webtest.Checkout()
	s := &Site{
		Lib:    &webtest.Library{State: 7, Doc: doc, Records: []library.Record{doc.Record, webtest.Runbook(), webtest.Chinese()}},
		Search: &webtest.Search{}, Auth: &webtest.Auth{}, Queries: &webtest.Queries{},
		Status: &webtest.Status{Current: page.Status{Ready: true, Checks: []page.StatusCheck{{Name: "database", OK: true}}, Version: "test"}},
	}
	deps := web.Deps{
		Texts:   webtest.Texts(t),
		Library: s.Lib, Content: webtest.Content{}, Search: s.Search, Suggest: webtest.Suggest{}, Queries: s.Queries, Git: webtest.Git{},
		Auth: s.Auth, Admin: webtest.Admin{}, Status: s.Status,
		Rules: []postmortems.Rule{{ID: "severity-unknown", Title: "A severity is SEV1 to SEV5", Weight: postmortems.Error, Why: "w",
			Fix: "m"}},
		Renderer: webtest.Renderer{}, Schemas: map[string][]byte{"postmortem": []byte(`{"type":"object"}`)},
		// The API answers with the address that it was called with, so that a test sees
		// what documents pass on.
		API: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"api":%q}`, r.URL.RequestURI())
		}),
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "up 1") }),
		NewID:   func() string { return "request-0000001" }, Feeds: &webtest.Feeds{},
	}
	opt := web.Options{PublicURL: u, OpenReading: true, Version: "v1.2.3", Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return webtest.Now }}
	opt.Feeds.Formats = formats.All()
	for _, o := range opts {
		o(&deps, &opt)
	}
	if s.Server, err = web.New(deps, opt); err != nil {
		t.Fatal(err)
	}
	return s
}

// Closed makes reading need a token. It is an option of New.
func Closed(_ *web.Deps, o *web.Options) { o.OpenReading = false }

// Ask sends one request; headers are pairs of name and value. The Accept header is a
// browser's unless headers replace it.
func (s *Site) Ask(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Accept", "text/html,application/xhtml+xml")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// Get sends one GET request.
func (s *Site) Get(target string, headers ...string) *httptest.ResponseRecorder {
	return s.Ask(http.MethodGet, target, "", headers...)
}

// WithBoard gives a portal SLOs in every state.
func WithBoard(d *web.Deps, _ *web.Options) {
	d.Board, d.Curves, d.Services = &webtest.Board{RowList: []slostatus.Row{
		webtest.Scored("a-fine", 999_500, 1_000_000, slo.OK), webtest.Scored("b-missed", 995_000, 1_000_000, slo.OK),
		webtest.Scored("c-absent", 0, 0, slo.NoData), webtest.Scored("d-quiet", 0, 0, slo.NoTraffic),
		webtest.Scored("e-nonsense", 20, 10, slo.Invalid),
	}}, webtest.Curves{}, webtest.Directory{}
}

// Full makes a portal that has every part: SLOs, reports, jobs, deliveries, feeds and
// signals.
func Full(t testing.TB, opts ...func(*web.Deps, *web.Options)) *Site {
	t.Helper()
	return New(t, "https://kb.example", append(opts, WithBoard, func(d *web.Deps, _ *web.Options) {
		d.Reports, d.Charts, d.Jobs, d.Deliveries = webtest.Reports{One: webtest.Weekly(t)}, webtest.Charts{}, &webtest.Jobs{},
			webtest.Deliveries{}
		d.Signals = webtest.SignalsOfADay()
		d.Feeds = &webtest.Feeds{SourceList: []feedstore.SourceStatus{{Name: "am", Format: "alertmanager", LastReceived: webtest.Now,
			Rejected: 2, State: feedstore.SourceRejecting, Why: "no labels"}}}
	})...)
}
