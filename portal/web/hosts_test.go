package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/webtest/site"
)

// onLoopback makes a portal that this machine alone reaches.
func onLoopback(addr string) func(*web.Deps, *web.Options) {
	return func(_ *web.Deps, o *web.Options) { o.Listener = netip.MustParseAddr(addr) }
}

func TestALoopbackPortalAnswersUnderItsOwnNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		listener, public string
		good, bad        []string
	}{
		{"127.0.0.1", "http://127.0.0.1:8080",
			[]string{"localhost", "LOCALHOST:8080", "localhost.", "kb.localhost:1", "a.b.localhost.", "127.0.0.1", "127.0.0.1:9000", "127.8.8.8",
				"[::1]:8080", "[::1]", "[::ffff:127.0.0.1]:1", ""},
			[]string{"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "notlocalhost", "xlocalhost:80",
				"192.0.2.7", "10.0.0.1:8080", "[2001:db8::1]", "0.0.0.0", "[::]:80", "169.254.169.254", "2130706433", "0x7f.1", "127.1",
				"localhost@evil.example", "postern"}},
		{"127.0.0.1", "https://kb.example.org/docs",
			[]string{"kb.example.org", "KB.example.ORG:443", "kb.example.org.", "localhost"},
			[]string{"example.org", "x.kb.example.org", "kb.example.org.evil.example", "evil.example"}},
		{"127.0.0.1", "https://bücher.example", []string{"xn--bcher-kva.example"}, []string{"bucher.example"}},
		{"::1", "http://[::1]:8080", []string{"[::1]:8080", "localhost:8080", "127.0.0.1"}, []string{"[::2]:8080", "evil.example"}},
	} {
		s := site.New(t, c.public, onLoopback(c.listener))
		for _, host := range c.good {
			if w := s.AskHost(host, "GET", "/", ""); w.Code != http.StatusOK {
				t.Errorf("%s at %s as %q: %d, want 200", c.public, c.listener, host, w.Code)
			}
		}
		for _, host := range c.bad {
			if w := s.AskHost(host, "GET", "/", ""); w.Code != http.StatusMisdirectedRequest {
				t.Errorf("%s at %s as %q: %d, want 421", c.public, c.listener, host, w.Code)
			}
		}
	}
}

// Whatever is asked for, and with whatever credential: under a foreign name nothing
// is served, each form of answer says why, and the page holds nothing of the portal.
func TestAForeignNameIsRefusedOnEveryRoute(t *testing.T) {
	t.Parallel()
	s := site.New(t, "http://127.0.0.1:8080", onLoopback("127.0.0.1"))
	for _, r := range s.Routes() {
		w := s.AskHost("evil.example", r.Method, example(s, r.Path), "{}", "Authorization", "Bearer pst_admin", "Accept", "text/html")
		if w.Code != http.StatusMisdirectedRequest || !strings.Contains(w.Body.String(), "public_url") {
			t.Errorf("%s %s: %d %s", r.Method, r.Path, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "Checkout failed") || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s %s gives something away: %s", r.Method, r.Path, w.Body)
		}
	}
	for target, form := range map[string]string{
		"/": "text/html", "/api/v1/documents": "application/problem+json", "/knowledge.git/info/refs?service=git-upload-pack": "text/plain",
		"/none/at/all": "text/html", "//x/../y": "text/html", "/" + strings.Repeat("x", 3*page.MaxPath): "text/html",
	} {
		w := s.AskHost("evil.example<script>"+strings.Repeat("x", 1000), "GET", target, "", "Accept", "text/html")
		if w.Code != http.StatusMisdirectedRequest || !strings.HasPrefix(w.Header().Get("Content-Type"), form) || form == "text/html" &&
			strings.Contains(w.Body.String(), "<script>x") || strings.Contains(w.Body.String(), strings.Repeat("x", 200)) {
			t.Errorf("%.40s: %d %s: %s", target, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
}

// The Unix socket has no name; and a portal that other machines reach answers under
// any, as proxies and probes choose it.
func TestNamesMatterOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/api/v1/admin/tokens", nil)
	r.Host = "postern.invalid"
	r = r.WithContext(page.WithPrincipal(r.Context(), auth.Principal{Name: "socket", Role: auth.Admin}))
	w := httptest.NewRecorder()
	site.New(t, "http://127.0.0.1:8080", onLoopback("127.0.0.1")).ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("the socket: %d", w.Code)
	}
	s := site.New(t, "https://kb.example")
	for _, host := range []string{"10.1.2.3:8080", "postern.default.svc", "kb.example", "evil.example"} {
		for _, target := range []string{"/healthz", "/readyz", "/"} {
			if w := s.AskHost(host, "GET", target, ""); w.Code != http.StatusOK {
				t.Errorf("%s as %s: %d", target, host, w.Code)
			}
		}
	}
}
