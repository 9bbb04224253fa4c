package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// example gives a path that a route's pattern matches.
func example(s *site, pattern string) string {
	r := strings.NewReplacer(
		":name", "checkout", ":rule", "severity-unknown", ":id", "checkout-1",
		"/drafts/*", "/drafts/ana/pool", "/services/*", "/services/checkout", "/api/v1/*", "/api/v1/documents",
		":format", "alertmanager",
	)
	switch pattern {
	case "/*":
		return "/postmortems/2026/checkout"
	case "/static/:name":
		return s.files.Path("app.css")
	case "/schema/:name":
		return "/schema/postmortem.json"
	case "/knowledge.git/info/refs":
		return pattern + "?service=git-upload-pack"
	case "/api/v1/admin/tokens/:id":
		return "/api/v1/admin/tokens/abcd1234"
	}
	return r.Replace(pattern)
}

// TestEveryRouteHasEveryHeader holds the headers over the whole table.
func TestEveryRouteHasEveryHeader(t *testing.T) {
	s := newSite(t, "https://kb.example")
	want := map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
		"Strict-Transport-Security": "max-age=31536000", "X-Request-Id": "request-0000001",
	}
	for _, r := range s.routes {
		w := s.ask(r.method, example(s, r.path), "{}", "Authorization", "Bearer pst_admin")
		for name, value := range want {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%s %s: %s is %q, want %q", r.method, r.path, name, got, value)
			}
		}
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'") || r.path != "/mermaid" && strings.Contains(csp, "unsafe") {
			t.Errorf("%s %s: policy %q", r.method, r.path, csp)
		}
	}
}

// TestNoPageNeedsInlineScriptOrStyle holds the pages to their own policy.
func TestNoPageNeedsInlineScriptOrStyle(t *testing.T) {
	s := newSite(t, "https://kb.example")
	for _, r := range s.routes {
		if r.method != http.MethodGet || r.path == "/mermaid" {
			continue
		}
		w := s.get(example(s, r.path), "Authorization", "Bearer pst_admin")
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, bad := range []string{" style=", "<style", " onclick=", " onload=", "javascript:", "<script>"} {
			if strings.Contains(w.Body.String(), bad) {
				t.Errorf("%s: the page holds %q, which the policy forbids", r.path, bad)
			}
		}
	}
}

// TestWhoMayDoWhat asks every route as every role, where reading needs a token.
func TestWhoMayDoWhat(t *testing.T) {
	s := newSite(t, "https://kb.example", closed)
	for _, r := range s.routes {
		if r.method == http.MethodPost && r.path == "/login" {
			continue // it takes its token from the form: TestLogin
		}
		for _, role := range []auth.Role{"", auth.Reader, auth.Author, auth.Publisher, auth.Feeder, auth.Admin} {
			var headers []string
			if role != "" {
				headers = []string{"Authorization", "Bearer pst_" + string(role)}
			}
			w := s.ask(r.method, example(s, r.path), "{}", headers...)
			allowed := r.public || auth.Principal{Role: role}.May(r.need)
			refused := w.Code == http.StatusUnauthorized || w.Code == http.StatusForbidden
			if allowed == refused {
				t.Errorf("%s %s as %q: status %d, allowed is %v", r.method, r.path, role, w.Code, allowed)
			}
			if refused && role == "" && w.Code != http.StatusUnauthorized {
				t.Errorf("%s %s without a credential: %d, want 401", r.method, r.path, w.Code)
			}
		}
	}
}

func TestOpenReadingStillGuardsTheRest(t *testing.T) {
	s := newSite(t, "http://127.0.0.1:8080")
	for target, want := range map[string]int{
		"/": 200, "/knowledge.git/info/refs?service=git-upload-pack": 200, "/knowledge.git/info/refs?service=git-receive-pack": 401,
		"/api/v1/admin/tokens": 401, "/api/v1/admin/backup": 401, "/metrics": 200,
	} {
		if w := s.get(target); w.Code != want {
			t.Errorf("GET %s: %d, want %d", target, w.Code, want)
		}
	}
	if w := s.get("/", "Authorization", "Bearer pst_wrong"); w.Code != 401 {
		t.Errorf("a wrong credential must be refused even where none is needed, got %d", w.Code)
	}
}

// TestReceivePackIsNeverAuthorisedAsAFetch: the attacker is a reader who names
// the harmless service in the query of the harmful route.
func TestReceivePackIsNeverAuthorisedAsAFetch(t *testing.T) {
	s := newSite(t, "http://127.0.0.1:8080")
	w := s.ask("POST", "/knowledge.git/git-receive-pack?service=git-upload-pack", "x", "Authorization", "Bearer pst_reader")
	if w.Code != http.StatusForbidden {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	w = s.get("/knowledge.git/info/refs?service=git-receive-pack", "Authorization", "Bearer pst_reader")
	if w.Code != http.StatusForbidden {
		t.Errorf("the advertisement: status %d", w.Code)
	}
}

func TestGitAsksForBasicAndTakesTheTokenAsPassword(t *testing.T) {
	s := newSite(t, "http://127.0.0.1:8080")
	w := s.get("/knowledge.git/info/refs?service=git-receive-pack")
	if w.Code != 401 || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("status %d, %q: git sends its credential only after a Basic challenge", w.Code, w.Header().Get("WWW-Authenticate"))
	}
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") || !strings.Contains(w.Body.String(), "token as password") {
		t.Errorf("git shows plain text only, got %s %q", w.Header().Get("Content-Type"), w.Body)
	}
	r := httptest.NewRequest("POST", "/knowledge.git/git-receive-pack", strings.NewReader("pack"))
	r.SetBasicAuth("anybody", "pst_author")
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	if rec.Code != 200 || rec.Body.String() != "4 bytes from n-author" {
		t.Errorf("status %d: %s", rec.Code, rec.Body)
	}
}

func TestAdministrationTakesNoSession(t *testing.T) {
	s := newSite(t, "http://127.0.0.1:8080")
	if w := s.get("/api/v1/admin/tokens", "Cookie", "postern=session-pst_admin"); w.Code != 401 {
		t.Errorf("a browser's cookie opened the administration: %d", w.Code)
	}
	r := httptest.NewRequest("GET", "/api/v1/admin/tokens", nil)
	r = r.WithContext(WithPrincipal(r.Context(), auth.Principal{Name: "socket", Role: auth.Admin}))
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	if rec.Code != 200 || strings.TrimSpace(rec.Body.String()) != `{"tokens":[]}` {
		t.Errorf("the socket: %d %s", rec.Code, rec.Body)
	}
}

func TestMetricsWithATokenOfTheirOwn(t *testing.T) {
	s := newSite(t, "https://kb.example", closed, func(_ *Deps, o *Options) { o.MetricsGuarded = true })
	if w := s.get("/metrics", "Authorization", "Bearer collector"); w.Code != 200 {
		t.Errorf("the collector's own token was judged by the portal: %d", w.Code)
	}
}

func TestCrossSiteFormsAreRefused(t *testing.T) {
	s := newSite(t, "https://kb.example")
	for _, r := range s.routes {
		if r.method == http.MethodGet {
			continue
		}
		w := s.ask(r.method, example(s, r.path), "{}", "Authorization", "Bearer pst_admin", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
		if w.Code != http.StatusForbidden {
			t.Errorf("%s %s from another site: %d, want 403", r.method, r.path, w.Code)
		}
	}
}

func TestEveryRouteBoundsItsBody(t *testing.T) {
	s := newSite(t, "https://kb.example")
	for _, r := range s.routes {
		if r.body <= 0 {
			t.Errorf("%s %s has no body limit", r.method, r.path)
		}
		req := httptest.NewRequest(r.method, example(s, r.path), strings.NewReader("{}"))
		req.ContentLength = r.body + 1
		req.Header.Set("Authorization", "Bearer pst_admin")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s %s with a body over its limit: %d, want 413", r.method, r.path, w.Code)
		}
	}
}

func TestAChunkedBodyIsBoundedWhileItIsRead(t *testing.T) {
	s := newSite(t, "https://kb.example")
	req := httptest.NewRequest("POST", "/api/v1/admin/tokens", strings.NewReader(`{"name":"`+strings.Repeat("x", adminBody)+`"}`))
	req.ContentLength = -1
	req.Header.Set("Authorization", "Bearer pst_admin")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestRatesAreLimitedForClientsElsewhere(t *testing.T) {
	s := newSite(t, "https://kb.example")
	ask := func(ip string) int {
		r := httptest.NewRequest("GET", "/search?q=x", nil)
		r.RemoteAddr = ip + ":4711"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	_, burst := rateOf(rateSearch)
	for range burst {
		if code := ask("203.0.113.7"); code != 200 {
			t.Fatalf("within the burst: %d", code)
		}
	}
	if code := ask("203.0.113.7"); code != http.StatusTooManyRequests {
		t.Errorf("over the burst: %d, want 429", code)
	}
	if code := ask("203.0.113.8"); code != 200 {
		t.Errorf("another client: %d", code)
	}
	for range 2 * burst {
		if code := ask("127.0.0.1"); code != 200 {
			t.Fatalf("a client of this machine: %d", code)
		}
	}
}

func TestForwardedForIsNotTrusted(t *testing.T) {
	s := newSite(t, "https://kb.example")
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "203.0.113.7:1"
	r.Header.Set("X-Forwarded-For", "127.0.0.1")
	if ip := s.ip(r); ip != "203.0.113.7" {
		t.Errorf("a client chose its own address: %s", ip)
	}
}

// paperless prints nothing.
type paperless struct{}

func (paperless) PDF(context.Context, []byte) ([]byte, error) { return []byte("%PDF-"), nil }

// busyPrinter has no turn left.
type busyPrinter struct{}

func (busyPrinter) PDF(context.Context, []byte) ([]byte, error) {
	return nil, fault.New(fault.Unavailable, "paper", "many reports are being printed")
}

// The browser is one for all, readers on this machine included.
func TestABusyBrowserIsToldToEveryone(t *testing.T) {
	s := reportSite(t, weekly(t), func(d *Deps, _ *Options) { d.Printer = busyPrinter{} })
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

// What is read, compiled or printed anew for who asks is limited; what is kept is
// not.
func TestCostlyAnswersAreLimitedForClientsElsewhere(t *testing.T) {
	_, burst := rateOf(rateSearch)
	for target, limited := range map[string]bool{
		"/alerts?from=2026-01-01":                   true,
		"/changes?days=9":                           true,
		"/api/v1/alerts?from=2026-01-01":            true,
		"/reports/weekly/2026-W47?preview=1":        true,
		"/reports/weekly/2026-W47.pdf":              true,
		"/reports/weekly/2026-W47":                  false,
		"/reports/weekly/2026-W47/charts/pages.svg": false,
		"/api/v1/documents":                         false,
	} {
		s := reportSite(t, weekly(t), func(d *Deps, _ *Options) { d.Signals, d.Printer = signalsOfADay(), paperless{} })
		last := 0
		for range burst + 1 {
			r := httptest.NewRequest("GET", "/x"+target, nil)
			r.RemoteAddr = "203.0.113.7:4711"
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			last = w.Code
		}
		if limited != (last == http.StatusTooManyRequests) {
			t.Errorf("%s, asked %d times: %d", target, burst+1, last)
		}
	}
}
