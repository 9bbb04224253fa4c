package web_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
)

func TestPagesAreSmall(t *testing.T) {
	t.Parallel()
	const most = 60 << 10 // bytes, without images: what a phone on a bad line waits for
	s := site.New(t, "https://kb.example")
	total := 0
	for _, name := range []string{"app.css", "app.js", "highlight.css"} {
		total += s.Get(s.Files().Path(name), "Accept-Encoding", "gzip").Body.Len()
	}
	if total += s.Get("/postmortems/2026/checkout", "Accept-Encoding", "gzip").Body.Len(); total > most {
		t.Errorf("a document page is %d bytes with style and script, at most %d", total, most)
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", func(d *web.Deps, _ *web.Options) {
		d.API = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("nil map") })
	})
	if w := s.Get("/api/v1/documents"); w.Code != 500 || strings.Contains(w.Body.String(), "nil map") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", site.Closed)
	w := s.Get("/postmortems?year=2026")
	if w.Code != 401 || !strings.Contains(w.Body.String(), `name="next" value="/postmortems?year=2026"`) {
		t.Fatalf("status %d; the form does not lead back", w.Code)
	}
	form := func(token, next string) *httptest.ResponseRecorder {
		return s.Ask("POST", "/login", url.Values{"token": {token}, "next": {next}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	}
	w = form("pst_reader", "/postmortems?year=2026")
	cookie := w.Header().Get("Set-Cookie")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/postmortems?year=2026" {
		t.Fatalf("status %d to %q", w.Code, w.Header().Get("Location"))
	}
	for _, want := range []string{"__Host-postern=", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
	value, _, _ := strings.Cut(cookie, ";")
	if w := s.Get("/", "Cookie", value); w.Code != 200 || !strings.Contains(w.Body.String(), "Log out") {
		t.Errorf("with the cookie: %d", w.Code)
	}
	if w := form("wrong", "/"); w.Code != 401 || !strings.Contains(w.Body.String(), "This token is unknown") ||
		w.Header().Get("Set-Cookie") != "" {
		t.Errorf("a wrong token: %d", w.Code)
	}
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "/\t/evil.example", ""} {
		if w := form("pst_reader", next); w.Header().Get("Location") != "/" {
			t.Errorf("next=%q leads to %q", next, w.Header().Get("Location"))
		}
	}
	if w := s.Ask("POST", "/logout", "", "Cookie", value); w.Code != http.StatusSeeOther || len(s.Auth.Ended) != 1 ||
		!strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("logout: %d, %v", w.Code, s.Auth.Ended)
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", site.Closed)
	if w := s.Get("/healthz"); w.Code != 200 {
		t.Errorf("healthz: %d", w.Code)
	}
	s.Status.Current.IndexLag = 3
	if w := s.Get("/readyz"); w.Code != 200 || !strings.Contains(w.Body.String(), `"index_lag":3`) {
		t.Errorf("readyz: %d %s", w.Code, w.Body)
	}
	s.Status.Current.Checks[0].OK = false
	if w := s.Get("/readyz"); w.Code != 503 || !strings.Contains(w.Body.String(), `"ready":false`) {
		t.Errorf("with a broken database: %d %s", w.Code, w.Body)
	}
	if w := s.Get("/robots.txt"); !strings.Contains(w.Body.String(), "Disallow: /\n") {
		t.Errorf("robots: %s", w.Body)
	}
	if w := s.Get("/schema/postmortem.json"); w.Code != 200 || w.Header().Get("Content-Type") != "application/schema+json" {
		t.Errorf("schema: %d", w.Code)
	}
	if w := s.Get("/schema/other.json"); w.Code != 404 {
		t.Errorf("an unknown schema: %d", w.Code)
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	admin := []string{"Authorization", "Bearer pst_admin", "Accept", "application/json"}
	w := s.Ask("POST", "/api/v1/admin/tokens", `{"name":"ci","role":"author","expires_at":null}`, admin...)
	if w.Code != 201 || !strings.Contains(w.Body.String(), `"secret":"pst_secret"`) ||
		!strings.Contains(w.Body.String(), `"expires_at":null`) {
		t.Errorf("create: %d %s", w.Code, w.Body)
	}
	if w := s.Ask("POST", "/api/v1/admin/tokens", `{"nome":"ci"}`, admin...); w.Code != 400 {
		t.Errorf("an unknown field: %d", w.Code)
	}
	if w := s.Ask("DELETE", "/api/v1/admin/tokens/abcd1234", "", admin...); w.Code != 204 {
		t.Errorf("revoke: %d", w.Code)
	}
	if w := s.Ask("DELETE", "/api/v1/admin/tokens/other", "", admin...); w.Code != 404 {
		t.Errorf("revoke what is not there: %d", w.Code)
	}
	if w := s.Ask("POST", "/api/v1/admin/check", "", admin...); strings.TrimSpace(w.Body.String()) != `{"findings":[],"ok":true}` {
		t.Errorf("check: %s", w.Body)
	}
	if w := s.Ask("POST", "/api/v1/admin/import", `{"repo":"/srv/x.git"}`,
		admin...); w.Body.String() != "{\"line\":\"reading /srv/x.git\"}\n{\"done\":true}\n" {
		t.Errorf("import: %s", w.Body)
	}
	if w := s.Ask("POST", "/api/v1/admin/reindex", "", admin...); w.Code != 202 {
		t.Errorf("reindex: %d", w.Code)
	}
}

// TestABrokenBackupLooksBroken: a client must not take half a backup for a whole one.
func TestABrokenBackupLooksBroken(t *testing.T) {
	t.Parallel()
	for _, broken := range []error{nil, errors.New("the disk is gone")} {
		s := site.New(t, "http://127.0.0.1:8080", func(d *web.Deps, o *web.Options) { d.Admin = webtest.Admin{Broken: broken}; o.Now = time.Now })
		srv := httptest.NewUnstartedServer(s.Server)
		srv.Config = s.HTTPServer()
		srv.Start()
		req, err := http.NewRequest("GET", srv.URL+"/api/v1/admin/backup", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer pst_admin")
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
		if (err != nil) != (broken != nil) {
			t.Errorf("backup with %v: the client saw %v", broken, err)
		}
		srv.Close()
	}
}

// TestABrokenBackupSaysWhy: a client that takes trailers reads the reason behind what
// was sent; before the first byte the answer itself is the failure.
func TestABrokenBackupSaysWhy(t *testing.T) {
	t.Parallel()
	broken := fault.New(fault.Internal, "app.backup", "the backup's copies cannot be read")
	s := site.New(t, "http://127.0.0.1:8080", func(d *web.Deps, o *web.Options) { d.Admin = webtest.Admin{Broken: broken}; o.Now = time.Now })
	srv := httptest.NewUnstartedServer(s.Server)
	srv.Config = s.HTTPServer()
	srv.Start()
	defer srv.Close()
	req, err := http.NewRequest("GET", srv.URL+"/api/v1/admin/backup", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer pst_admin")
	req.Header.Set("TE", "trailers")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.Trailer.Get("Postern-Failure") != "the backup's copies cannot be read" {
		t.Errorf("the client saw %v and the trailer %q", err, res.Trailer)
	}
}

func TestServerHasEveryTimeout(t *testing.T) {
	t.Parallel()
	srv := site.New(t, "http://127.0.0.1:8080").HTTPServer()
	if srv.ReadHeaderTimeout == 0 || srv.ReadTimeout == 0 || srv.WriteTimeout == 0 || srv.IdleTimeout == 0 || srv.MaxHeaderBytes == 0 {
		t.Errorf("a limit is missing: %+v", srv)
	}
}

// TestAnAbortedGitAnswerDropsTheConnection: git hangs on a proper end of half an
// answer, and gives up at once on a broken one.
func TestAnAbortedGitAnswerDropsTheConnection(t *testing.T) {
	t.Parallel()
	s := site.New(t, "http://127.0.0.1:8080", func(d *web.Deps, _ *web.Options) {
		d.API = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})
	})
	srv := httptest.NewServer(s.Server)
	defer srv.Close()
	res, err := http.Get(srv.URL + "/api/v1/documents")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("the client took %q for the whole answer", body)
	}
}
