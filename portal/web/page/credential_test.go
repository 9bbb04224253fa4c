package page_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/webtest/site"
)

// spend uses up the wrong tokens that an address has.
func spend(t *testing.T, s *site.Site, ip string) {
	t.Helper()
	_, burst := page.RateFailed.Limit()
	for i := range burst {
		if w := s.From(ip, "POST", "/api/v1/feeds/alertmanager?source=am", "one", "Authorization",
			site.Revoked); w.Code != http.StatusUnauthorized {
			t.Fatalf("wrong token %d: %d", i+1, w.Code)
		}
	}
	if w := s.From(ip, "POST", "/api/v1/feeds/alertmanager?source=am", "one", "Authorization",
		site.Revoked); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Fatalf("one wrong token more: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

// One sender with a revoked token does not lock out the valid ones behind its
// address.
func TestAValidTokenPassesWhereOthersFail(t *testing.T) {
	t.Parallel()
	const ip = "203.0.113.9:1"
	s, _ := site.WithFeeds(t, site.Closed)
	spend(t, s, ip)
	login := func(token string) *httptest.ResponseRecorder {
		return s.From(ip, "POST", "/login", url.Values{"token": {token}}.Encode(), "Content-Type", site.FormType)
	}
	for _, c := range []struct {
		name, method, target string
		headers              []string
		status               int
	}{
		{"a feeder", "POST", "/api/v1/feeds/alertmanager?source=am", []string{"Authorization", site.Feeder}, 202},
		{"a feeder in parts", "POST", "/api/v1/feeds/ndjson?source=am", []string{"Authorization", site.Feeder}, 202},
		{"a reader", "GET", "/", []string{"Authorization", "Bearer pst_reader"}, 200},
		{"a program", "GET", "/api/v1/documents", []string{"Authorization", "Bearer pst_reader"}, 200},
		{"a session", "GET", "/", []string{"Cookie", "__Host-postern=session-pst_reader"}, 200},
		{"git, cloning", "GET", "/knowledge.git/info/refs?service=git-upload-pack",
			[]string{"Authorization", "Basic " + site.Basic("x", "pst_reader")}, 200},
		{"git, pushing", "POST", "/knowledge.git/git-receive-pack", []string{"Authorization", "Basic " + site.Basic("x", "pst_publisher")}, 200},
		{"an admin", "GET", "/api/v1/admin/tokens", []string{"Authorization", "Bearer pst_admin"}, 200},
		{"the one with the revoked token", "GET", "/", []string{"Authorization", site.Revoked}, 429},
		{"a guess as git's password", "GET", "/knowledge.git/info/refs?service=git-upload-pack",
			[]string{"Authorization", "Basic " + site.Basic("x", "pst_guess")}, 429},
	} {
		if w := s.From(ip, c.method, c.target, "one", c.headers...); w.Code != c.status {
			t.Errorf("%s: %d, want %d: %s", c.name, w.Code, c.status, w.Body)
		}
	}
	if w := login("pst_guess"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("a guess at the login page: %d", w.Code)
	}
	if w := login("pst_reader"); w.Code != http.StatusSeeOther {
		t.Errorf("a valid token at the login page: %d", w.Code)
	}
}

func TestGuessingAtTheLoginPageIsSlow(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", site.Closed)
	_, burst := page.RateFailed.Limit()
	for i := range burst + 1 {
		w := s.From("203.0.113.9:1", "POST", "/login", "token=pst_guess", "Content-Type", site.FormType)
		if want := map[bool]int{true: 401, false: 429}[i < burst]; w.Code != want {
			t.Errorf("guess %d: %d, want %d", i+1, w.Code, want)
		}
	}
}

// What comes from one network of IPv6 is counted together; a mapped address is the
// one of IPv4.
func TestAddressesAreCountedByNetwork(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "::ffff:203.0.113.7": "203.0.113.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::": "2001:db8:1:2::/64", "2001:db8:1:3::1": "2001:db8:1:3::/64", "fe80::1%eth0": "fe80::/64", "": "", "@": "@",
	} {
		if got := page.NetworkOf(ip); got != want {
			t.Errorf("network(%q) = %q, want %q", ip, got, want)
		}
	}
	s, _ := site.WithFeeds(t, site.Closed)
	spend(t, s, "[2001:db8:1:2::1]:1")
	for ip, want := range map[string]int{"[2001:db8:1:2:ffff::9]:1": 429, "[2001:db8:1:3::1]:1": 401} {
		if w := s.From(ip, "GET", "/", "", "Authorization", site.Revoked); w.Code != want {
			t.Errorf("from %s: %d, want %d", ip, w.Code, want)
		}
	}
}

// An Authorization header that is not for the portal, such as a proxy in front
// sends, is none: what is open stays open, and a session counts.
func TestForeignAuthorizationIsIgnored(t *testing.T) {
	t.Parallel()
	const session = "session-pst_publisher"
	foreign := []string{"Basic " + site.Basic("alice", ""), "Basic " + site.Basic("alice", "secret"), "Basic !", "Bearer eyJhbGciOi.J9",
		"Negotiate YII=", "Digest username=a", "x", ""}
	for _, header := range foreign {
		open, shut := site.New(t, "http://127.0.0.1:8080"), site.New(t, "http://127.0.0.1:8080", site.Closed)
		for _, c := range []struct {
			site           *site.Site
			method, target string
			cookie         string
			status         int
		}{
			{open, "GET", "/", "", 200},
			{open, "GET", "/api/v1/documents", "", 200},
			{open, "GET", "/knowledge.git/info/refs?service=git-upload-pack", "", 200},
			{open, "GET", "/knowledge.git/info/refs?service=git-receive-pack", "", 401},
			{open, "POST", "/knowledge.git/git-receive-pack", "", 401},
			{open, "POST", "/api/v1/feeds/alertmanager?source=am", "", 401},
			{open, "POST", "/gaps/done", session, 303},
			{open, "GET", "/api/v1/admin/tokens", session, 401},
			{shut, "GET", "/", "", 401},
			{shut, "GET", "/", session, 200},
			{shut, "GET", "/login", "", 200},
			{shut, "GET", "/healthz", "", 200},
		} {
			w := c.site.From("203.0.113.7:1", c.method, c.target, "id=n1", "Authorization", header, "Cookie", "postern="+c.cookie, "Content-Type",
				site.FormType)
			if w.Code != c.status {
				t.Errorf("%q, %s %s, session %q: %d, want %d", header, c.method, c.target, c.cookie, w.Code, c.status)
			}
			if w.Code == 401 && strings.HasPrefix(c.target, "/knowledge.git/") && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Basic ") {
				t.Errorf("%q: git is not asked for its token", header)
			}
			if w.Code == 401 && header != "" && !strings.Contains(c.target, "info/refs") && c.method == "POST" &&
				!strings.Contains(w.Body.String(), "begin with pst_") {
				t.Errorf("%q, %s: the sender is not told what the header lacks: %s", header, c.target, w.Body)
			}
		}
		_, burst := page.RateFailed.Limit()
		for range 2 * burst {
			shut.From("203.0.113.7:1", "GET", "/", "", "Authorization", header)
		}
		if w := shut.From("203.0.113.7:1", "GET", "/", "", "Authorization", site.Revoked); w.Code != 401 {
			t.Errorf("%q was counted as a guess: %d", header, w.Code)
		}
	}
}

// What looks like a token of the portal is one: a wrong one is refused where
// reading is open, too, and counts.
func TestAWrongTokenIsRefusedWhereReadingIsOpen(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"Bearer pst_wrong", "bearer  pst_wrong", "Basic " + site.Basic("", "pst_wrong"), "pst_wrong",
		"Token pst_reader", "Bearer pst_" + strings.Repeat("0", 43)} {
		s := site.New(t, "http://127.0.0.1:8080")
		_, burst := page.RateFailed.Limit()
		for i := range burst + 1 {
			w := s.From("203.0.113.7:1", "GET", "/", "", "Authorization", header)
			if want := map[bool]int{true: 401, false: 429}[i < burst]; w.Code != want {
				t.Errorf("%q, request %d: %d, want %d", header, i+1, w.Code, want)
			}
		}
	}
	for _, header := range []string{"Bearer pst_reader", "BEARER  pst_reader ", "pst_reader", "Basic " + site.Basic("any:body", "")} {
		s := site.New(t, "http://127.0.0.1:8080", site.Closed)
		if w := s.From("203.0.113.7:1", "GET", "/", "", "Authorization", header); (w.Code == 200) != strings.Contains(header, "pst_") {
			t.Errorf("%q: %d", header, w.Code)
		}
	}
	s := site.New(t, "https://kb.example", site.Closed)
	r := httptest.NewRequest("GET", "/", nil)
	r.Header["Authorization"] = []string{"Basic " + site.Basic("sso", "secret"), "Bearer pst_reader"}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("a token beside the proxy's header: %d", w.Code)
	}
}

// A flood of wrong tokens from many networks is not remembered without end.
func TestWrongTokensTakeBoundedMemory(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", site.Closed)
	for i := range page.LimiterEntries + 100 {
		ip := "[2001:db8:" + hexGroup(i>>8) + ":" + hexGroup(i&0xff) + "::1]:1"
		if w := s.From(ip, "GET", "/api/v1/documents", "", "Authorization", site.Revoked, "Accept", "application/json"); w.Code != 401 {
			t.Fatalf("from %s: %d", ip, w.Code)
		}
	}
	if n := s.Clients(); n > page.LimiterEntries {
		t.Errorf("%d clients are remembered, at most %d are allowed", n, page.LimiterEntries)
	}
}

func hexGroup(n int) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[n>>8&15], digits[n>>4&15], digits[n&15]})
}

// Every role's token passes from an address whose wrong ones are spent.
func TestEveryRolePassesBesideAWrongToken(t *testing.T) {
	t.Parallel()
	const ip = "198.51.100.4:9"
	s, _ := site.WithFeeds(t, site.Closed)
	spend(t, s, ip)
	for _, role := range auth.Roles() {
		for range 3 {
			if w := s.From(ip, "GET", "/healthz", "", "Authorization", "Bearer pst_"+string(role)); w.Code != 200 {
				t.Errorf("%s: %d", role, w.Code)
			}
		}
	}
}

func TestGuessingTokensIsSlow(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", site.Closed)
	guess := func() int {
		r := httptest.NewRequest("GET", "/api/v1/documents", nil)
		r.RemoteAddr = "203.0.113.9:1"
		r.Header.Set("Authorization", "Bearer pst_guess")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	_, burst := page.RateFailed.Limit()
	for range burst {
		if code := guess(); code != 401 {
			t.Fatalf("a guess: %d", code)
		}
	}
	if code := guess(); code != http.StatusTooManyRequests {
		t.Errorf("guess %d: %d, want 429", burst+1, code)
	}
}
