package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
)

func TestPrefixIsOnEveryLink(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://example.org/kb")
	for _, r := range s.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		w := s.Get("/kb"+example(s, r.Path), "Authorization", "Bearer pst_admin")
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, attr := range []string{`href="/`, `src="/`, `action="/`} {
			for _, part := range strings.Split(w.Body.String(), attr)[1:] {
				if !strings.HasPrefix(part, "kb/") && !strings.HasPrefix(part, `kb"`) {
					t.Errorf("%s: a link without the prefix: %s%.40s", r.Path, attr, part)
				}
			}
		}
	}
}

// example gives a path that a route's pattern matches.
func example(s *site.Site, pattern string) string {
	r := strings.NewReplacer(
		":name", "checkout", ":rule", "severity-unknown", ":id", "checkout-1",
		"/drafts/*", "/drafts/ana/pool", "/services/*", "/services/checkout", "/api/v1/*", "/api/v1/documents",
		":format", "alertmanager",
	)
	switch pattern {
	case "/*":
		return "/postmortems/2026/checkout"
	case "/static/:name":
		return s.Files().Path("app.css")
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
	t.Parallel()
	s := site.New(t, "https://kb.example")
	want := map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
		"Strict-Transport-Security": "max-age=31536000", "X-Request-Id": "request-0000001",
	}
	for _, r := range s.Routes() {
		w := s.Ask(r.Method, example(s, r.Path), "{}", "Authorization", "Bearer pst_admin")
		for name, value := range want {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%s %s: %s is %q, want %q", r.Method, r.Path, name, got, value)
			}
		}
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'") || r.Path != "/mermaid" && strings.Contains(csp, "unsafe") {
			t.Errorf("%s %s: policy %q", r.Method, r.Path, csp)
		}
	}
}

// TestNoPageNeedsInlineScriptOrStyle holds the pages to their own policy.
func TestNoPageNeedsInlineScriptOrStyle(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	for _, r := range s.Routes() {
		if r.Method != http.MethodGet || r.Path == "/mermaid" {
			continue
		}
		w := s.Get(example(s, r.Path), "Authorization", "Bearer pst_admin")
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, bad := range []string{" style=", "<style", " onclick=", " onload=", "javascript:", "<script>"} {
			if strings.Contains(w.Body.String(), bad) {
				t.Errorf("%s: the page holds %q, which the policy forbids", r.Path, bad)
			}
		}
	}
}

// TestWhoMayDoWhat asks every route as every role, where reading needs a token.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", site.Closed)
	for _, r := range s.Routes() {
		if r.Method == http.MethodPost && r.Path == "/login" {
			continue // it takes its token from the form: TestLogin
		}
		for _, role := range []auth.Role{"", auth.Reader, auth.Author, auth.Publisher, auth.Feeder, auth.Admin} {
			var headers []string
			if role != "" {
				headers = []string{"Authorization", "Bearer pst_" + string(role)}
			}
			w := s.Ask(r.Method, example(s, r.Path), "{}", headers...)
			allowed := r.Public || auth.Principal{Role: role}.May(r.Need)
			refused := w.Code == http.StatusUnauthorized || w.Code == http.StatusForbidden
			if allowed == refused {
				t.Errorf("%s %s as %q: status %d, allowed is %v", r.Method, r.Path, role, w.Code, allowed)
			}
			if refused && role == "" && w.Code != http.StatusUnauthorized {
				t.Errorf("%s %s without a credential: %d, want 401", r.Method, r.Path, w.Code)
			}
		}
	}
}

func TestOpenReadingStillGuardsTheRest(t *testing.T) {
	t.Parallel()
	s := site.New(t, "http://127.0.0.1:8080")
	for target, want := range map[string]int{
		"/": 200, "/knowledge.git/info/refs?service=git-upload-pack": 200, "/knowledge.git/info/refs?service=git-receive-pack": 401,
		"/api/v1/admin/tokens": 401, "/api/v1/admin/backup": 401, "/metrics": 200,
	} {
		if w := s.Get(target); w.Code != want {
			t.Errorf("GET %s: %d, want %d", target, w.Code, want)
		}
	}
	if w := s.Get("/", "Authorization", "Bearer pst_wrong"); w.Code != 401 {
		t.Errorf("a wrong credential must be refused even where none is needed, got %d", w.Code)
	}
}

// TestReceivePackIsNeverAuthorisedAsAFetch: the attacker is a reader who names
// the harmless service in the query of the harmful route.
func TestReceivePackIsNeverAuthorisedAsAFetch(t *testing.T) {
	t.Parallel()
	s := site.New(t, "http://127.0.0.1:8080")
	w := s.Ask("POST", "/knowledge.git/git-receive-pack?service=git-upload-pack", "x", "Authorization", "Bearer pst_reader")
	if w.Code != http.StatusForbidden {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	w = s.Get("/knowledge.git/info/refs?service=git-receive-pack", "Authorization", "Bearer pst_reader")
	if w.Code != http.StatusForbidden {
		t.Errorf("the advertisement: status %d", w.Code)
	}
}

func TestGitAsksForBasicAndTakesTheTokenAsPassword(t *testing.T) {
	t.Parallel()
	s := site.New(t, "http://127.0.0.1:8080")
	w := s.Get("/knowledge.git/info/refs?service=git-receive-pack")
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
	t.Parallel()
	s := site.New(t, "http://127.0.0.1:8080")
	if w := s.Get("/api/v1/admin/tokens", "Cookie", "postern=session-pst_admin"); w.Code != 401 {
		t.Errorf("a browser's cookie opened the administration: %d", w.Code)
	}
	r := httptest.NewRequest("GET", "/api/v1/admin/tokens", nil)
	r = r.WithContext(page.WithPrincipal(r.Context(), auth.Principal{Name: "socket", Role: auth.Admin}))
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	if rec.Code != 200 || strings.TrimSpace(rec.Body.String()) != `{"tokens":[]}` {
		t.Errorf("the socket: %d %s", rec.Code, rec.Body)
	}
}

func TestMetricsWithATokenOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", site.Closed, func(_ *web.Deps, o *web.Options) { o.MetricsGuarded = true })
	if w := s.Get("/metrics", "Authorization", "Bearer collector"); w.Code != 200 {
		t.Errorf("the collector's own token was judged by the portal: %d", w.Code)
	}
}

func TestCrossSiteFormsAreRefused(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	for _, r := range s.Routes() {
		if r.Method == http.MethodGet {
			continue
		}
		w := s.Ask(r.Method, example(s, r.Path), "{}", "Authorization", "Bearer pst_admin", "Sec-Fetch-Site", "cross-site", "Origin",
			"https://evil.example")
		if w.Code != http.StatusForbidden {
			t.Errorf("%s %s from another site: %d, want 403", r.Method, r.Path, w.Code)
		}
	}
}

func TestEveryRouteBoundsItsBody(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	for _, r := range s.Routes() {
		if r.Body <= 0 {
			t.Errorf("%s %s has no body limit", r.Method, r.Path)
		}
		req := httptest.NewRequest(r.Method, example(s, r.Path), strings.NewReader("{}"))
		req.ContentLength = r.Body + 1
		req.Header.Set("Authorization", "Bearer pst_admin")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s %s with a body over its limit: %d, want 413", r.Method, r.Path, w.Code)
		}
	}
}

func TestAChunkedBodyIsBoundedWhileItIsRead(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	req := httptest.NewRequest("POST", "/api/v1/admin/tokens", strings.NewReader(`{"name":"`+strings.Repeat("x", page.SmallJSON)+`"}`))
	req.ContentLength = -1
	req.Header.Set("Authorization", "Bearer pst_admin")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestRatesAreLimitedForClientsElsewhere(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	ask := func(ip string) int {
		r := httptest.NewRequest("GET", "/search?q=x", nil)
		r.RemoteAddr = ip + ":4711"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	_, burst := page.RateSearch.Limit()
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
	t.Parallel()
	s := site.New(t, "https://kb.example")
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "203.0.113.7:1"
	r.Header.Set("X-Forwarded-For", "127.0.0.1")
	if ip := s.ClientIP(&page.Request{Request: r}); ip != "203.0.113.7" {
		t.Errorf("a client chose its own address: %s", ip)
	}
}

// paperless prints nothing.
type paperless struct{}

func (paperless) PDF(context.Context, []byte) ([]byte, error) { return []byte("%PDF-"), nil }

// What is read, compiled or printed for each request is limited; what is cached is not.
func TestCostlyAnswersAreLimitedForClientsElsewhere(t *testing.T) {
	t.Parallel()
	_, burst := page.RateSearch.Limit()
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
		s := site.WithReports(t, webtest.Weekly(t), func(d *web.Deps, _ *web.Options) {
			d.Signals, d.Printer = webtest.SignalsOfADay(),
				paperless{}
		})
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
