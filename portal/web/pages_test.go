package web

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/incident"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// TestGoldenPages holds the HTML of the main pages. After a wanted change run
// with -update and look at the difference. Hashed names are cut.
func TestGoldenPages(t *testing.T) {
	s := newSite(t, "https://kb.example")
	empty := newSite(t, "https://kb.example")
	empty.lib.all = nil
	empty.search.none = true
	rebuilt := newSite(t, "https://kb.example")
	rebuilt.search.err = fault.New(fault.Unavailable, "search", "the search index is being rebuilt: 40 of 100 documents are done")
	pages := []struct {
		name, target string
		on           *site
	}{
		{"home", "/", s}, {"home-empty", "/", empty}, {"list", "/postmortems?service=checkout", s}, {"list-empty", "/postmortems", empty},
		{"document", "/postmortems/2026/checkout", s}, {"search", "/search?q=pool+service:checkout", s}, {"search-empty", "/search?q=nothing", empty},
		{"history", "/p/checkout-1/history", s}, {"diff", "/p/checkout-1/history?from=1111111&to=2222222", s}, {"drafts", "/drafts", s},
		{"services", "/services", s}, {"actions", "/actions", s}, {"rules", "/rules", s}, {"not-found", "/guides/nothing", s}, {"login", "/login", s},
		{"gone", "/guides/removed", s}, {"search-trouble", "/search?q=pool", rebuilt}, {"gaps", "/gaps?week=2026-W47&noted=1", s},
	}
	for _, p := range pages {
		body := p.on.get(p.target).Body.String()
		main := body[strings.Index(body, "<main"):strings.Index(body, "</main>")]
		file := filepath.Join("testdata", "golden", p.name+".html")
		if *update {
			if err := os.WriteFile(file, []byte(main+"</main>\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if main+"</main>\n" != string(want) {
			t.Errorf("%s differs from %s; got:\n%s", p.target, file, main)
		}
	}
}

func TestPagesAreSmall(t *testing.T) {
	const most = 60 << 10 // bytes, without images: what a phone on a bad line waits for
	s := newSite(t, "https://kb.example")
	total := 0
	for _, name := range []string{"app.css", "app.js", "highlight.css"} {
		total += s.get(s.files.Path(name), "Accept-Encoding", "gzip").Body.Len()
	}
	if total += s.get("/postmortems/2026/checkout", "Accept-Encoding", "gzip").Body.Len(); total > most {
		t.Errorf("a document page is %d bytes with style and script, at most %d", total, most)
	}
}

func TestSearchPage(t *testing.T) {
	s := newSite(t, "https://kb.example")
	body := s.get("/search?q=pool+service:checkout&sort=newest&offset=20").Body.String()
	if r := s.search.last; r.Text != "pool service:checkout" || !r.Newest || r.Offset != 20 || !r.Facets || !r.Fragments || r.Prefix {
		t.Errorf("asked %+v", s.search.last)
	}
	for _, want := range []string{
		`<mark>connection pool</mark> was &lt;script&gt; full`, `/postmortems/2026/checkout?mark=connection&#43;pool#h-root-cause`,
		`href="/search?q=pool&amp;sort=newest"`, `href="/search?q=pool&#43;service%3Acheckout&#43;year%3A2026&amp;sort=newest"`, "2 open action items",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for target, code := range map[string]int{
		"/search?q=" + strings.Repeat("x", maxQuery+1): 303, "/search?q=%ff": 400, "/search?q=x&offset=-1": 400, "/search?q=x&offset=999999": 400, "/search": 200,
	} {
		if w := s.get(target); w.Code != code {
			t.Errorf("GET %.40s: %d, want %d", target, w.Code, code)
		}
	}
	s.search.err = fault.New(fault.Unavailable, "search", "the index is being rebuilt")
	if w := s.get("/search?q=x"); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("while the index is rebuilt: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

func TestMarkedLetsNothingElseThrough(t *testing.T) {
	for in, want := range map[string]string{
		"a <mark>b</mark> &lt;i&gt;":           "a <mark>b</mark> &lt;i&gt;",
		`<script>x</script><mark onclick="x">`: `&lt;script&gt;x&lt;/script&gt;&lt;mark onclick=&#34;x&#34;&gt;`,
	} {
		if got := string(markedHTML(in)); got != want {
			t.Errorf("markedHTML(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestListFilters(t *testing.T) {
	s := newSite(t, "https://kb.example")
	body := s.get("/postmortems?severity=SEV1&cursor=abc").Body.String()
	for _, want := range []string{"Severity: SEV1", `href="/postmortems"`, `href="/postmortems?severity=SEV1&amp;year=2026"`, "First page"} {
		if !strings.Contains(body, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	for _, target := range []string{"/postmortems?year=x", "/postmortems?after=yesterday"} {
		if w := s.get(target); w.Code != 400 {
			t.Errorf("GET %s: %d", target, w.Code)
		}
	}
	if w := s.get("/services/checkout"); w.Code != 200 || !strings.Contains(w.Body.String(), "Checkout failed") {
		t.Errorf("a service: %d", w.Code)
	}
	if w := s.get("/services/nobody"); w.Code != 404 {
		t.Errorf("an unknown service: %d", w.Code)
	}
	if w := s.get("/services/a%2Fb"); w.Code != 200 {
		t.Errorf("a service with a slash in its name: %d", w.Code)
	}
}

func TestErrorsFitTheClient(t *testing.T) {
	s := newSite(t, "https://kb.example")
	if w := s.get("/guides/x", "Accept", "application/json"); w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), `"kind":"not_found"`) {
		t.Errorf("a program got %s %s", w.Header().Get("Content-Type"), w.Body)
	}
	if w := s.ask("PUT", "/guides/x", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", w.Code)
	}
	s.lib.err = errors.New("disk /srv/secret is gone")
	w := s.get("/postmortems/2026/checkout")
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), "request-0000001") {
		t.Errorf("a failure: %d %s", w.Code, w.Body)
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	s := newSite(t, "https://kb.example", func(d *Deps, _ *Options) {
		d.API = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("nil map") })
	})
	if w := s.get("/api/v1/documents"); w.Code != 500 || strings.Contains(w.Body.String(), "nil map") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestLogin(t *testing.T) {
	s := newSite(t, "https://kb.example", closed)
	w := s.get("/postmortems?year=2026")
	if w.Code != 401 || !strings.Contains(w.Body.String(), `name="next" value="/postmortems?year=2026"`) {
		t.Fatalf("status %d; the form does not lead back", w.Code)
	}
	form := func(token, next string) *httptest.ResponseRecorder {
		return s.ask("POST", "/login", url.Values{"token": {token}, "next": {next}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
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
	if w := s.get("/", "Cookie", value); w.Code != 200 || !strings.Contains(w.Body.String(), "Log out") {
		t.Errorf("with the cookie: %d", w.Code)
	}
	if w := form("wrong", "/"); w.Code != 401 || !strings.Contains(w.Body.String(), "not known here") || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("a wrong token: %d", w.Code)
	}
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "/\t/evil.example", ""} {
		if w := form("pst_reader", next); w.Header().Get("Location") != "/" {
			t.Errorf("next=%q leads to %q", next, w.Header().Get("Location"))
		}
	}
	if w := s.ask("POST", "/logout", "", "Cookie", value); w.Code != http.StatusSeeOther || len(s.auth.ended) != 1 || !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("logout: %d, %v", w.Code, s.auth.ended)
	}
}

func TestGuessingTokensIsSlow(t *testing.T) {
	s := newSite(t, "https://kb.example", closed)
	guess := func() int {
		r := httptest.NewRequest("GET", "/api/v1/documents", nil)
		r.RemoteAddr = "203.0.113.9:1"
		r.Header.Set("Authorization", "Bearer pst_guess")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	_, burst := rateOf(rateFailed)
	for range burst {
		if code := guess(); code != 401 {
			t.Fatalf("a guess: %d", code)
		}
	}
	if code := guess(); code != http.StatusTooManyRequests {
		t.Errorf("guess %d: %d, want 429", burst+1, code)
	}
}

func TestProbes(t *testing.T) {
	s := newSite(t, "https://kb.example", closed)
	if w := s.get("/healthz"); w.Code != 200 {
		t.Errorf("healthz: %d", w.Code)
	}
	s.status.status.IndexLag = 3
	if w := s.get("/readyz"); w.Code != 200 || !strings.Contains(w.Body.String(), `"index_lag":3`) {
		t.Errorf("readyz: %d %s", w.Code, w.Body)
	}
	s.status.status.Checks[0].OK = false
	if w := s.get("/readyz"); w.Code != 503 || !strings.Contains(w.Body.String(), `"ready":false`) {
		t.Errorf("with a broken database: %d %s", w.Code, w.Body)
	}
	if w := s.get("/robots.txt"); !strings.Contains(w.Body.String(), "Disallow: /\n") {
		t.Errorf("robots: %s", w.Body)
	}
	if w := s.get("/schema/postmortem.json"); w.Code != 200 || w.Header().Get("Content-Type") != "application/schema+json" {
		t.Errorf("schema: %d", w.Code)
	}
	if w := s.get("/schema/other.json"); w.Code != 404 {
		t.Errorf("an unknown schema: %d", w.Code)
	}
}

func TestFeedAndOpenSearch(t *testing.T) {
	s := newSite(t, "https://example.org/kb")
	var feed atomFeed
	w := s.get("/kb/feed.atom?kind=postmortem")
	if err := xml.Unmarshal(w.Body.Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	if len(feed.Entries) != 2 || feed.Entries[0].ID != "https://example.org/kb/p/checkout-1" || feed.Updated != "2026-10-05T09:30:00Z" {
		t.Errorf("feed %+v", feed)
	}
	if w := s.get("/kb/opensearch.xml"); !strings.Contains(w.Body.String(), "https://example.org/kb/search?q={searchTerms}") {
		t.Errorf("opensearch: %s", w.Body)
	}
}

func TestAdmin(t *testing.T) {
	s := newSite(t, "https://kb.example")
	admin := []string{"Authorization", "Bearer pst_admin", "Accept", "application/json"}
	w := s.ask("POST", "/api/v1/admin/tokens", `{"name":"ci","role":"author","expires_at":null}`, admin...)
	if w.Code != 201 || !strings.Contains(w.Body.String(), `"secret":"pst_secret"`) || !strings.Contains(w.Body.String(), `"expires_at":null`) {
		t.Errorf("create: %d %s", w.Code, w.Body)
	}
	if w := s.ask("POST", "/api/v1/admin/tokens", `{"nome":"ci"}`, admin...); w.Code != 400 {
		t.Errorf("an unknown field: %d", w.Code)
	}
	if w := s.ask("DELETE", "/api/v1/admin/tokens/abcd1234", "", admin...); w.Code != 204 {
		t.Errorf("revoke: %d", w.Code)
	}
	if w := s.ask("DELETE", "/api/v1/admin/tokens/other", "", admin...); w.Code != 404 {
		t.Errorf("revoke what is not there: %d", w.Code)
	}
	if w := s.ask("POST", "/api/v1/admin/check", "", admin...); strings.TrimSpace(w.Body.String()) != `{"findings":[],"ok":true}` {
		t.Errorf("check: %s", w.Body)
	}
	if w := s.ask("POST", "/api/v1/admin/import", `{"repo":"/srv/x.git"}`, admin...); w.Body.String() != "{\"line\":\"reading /srv/x.git\"}\n{\"done\":true}\n" {
		t.Errorf("import: %s", w.Body)
	}
	if w := s.ask("POST", "/api/v1/admin/reindex", "", admin...); w.Code != 202 {
		t.Errorf("reindex: %d", w.Code)
	}
}

// TestABrokenBackupLooksBroken: a client must not take half a backup for a whole one.
func TestABrokenBackupLooksBroken(t *testing.T) {
	for _, broken := range []error{nil, errors.New("the disk is gone")} {
		s := newSite(t, "http://127.0.0.1:8080", func(d *Deps, o *Options) { d.Admin = fakeAdmin{broken}; o.Now = time.Now })
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
	broken := fault.New(fault.Internal, "app.backup", "the backup's copies cannot be read")
	s := newSite(t, "http://127.0.0.1:8080", func(d *Deps, o *Options) { d.Admin = fakeAdmin{broken}; o.Now = time.Now })
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
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.Trailer.Get(failureTrailer) != "the backup's copies cannot be read" {
		t.Errorf("the client saw %v and the trailer %q", err, res.Trailer)
	}
}

func TestServerHasEveryTimeout(t *testing.T) {
	srv := newSite(t, "http://127.0.0.1:8080").HTTPServer()
	if srv.ReadHeaderTimeout == 0 || srv.ReadTimeout == 0 || srv.WriteTimeout == 0 || srv.IdleTimeout == 0 || srv.MaxHeaderBytes == 0 {
		t.Errorf("a limit is missing: %+v", srv)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, u := range []string{"", "ftp://x", "https://", "https://x/?q", "https://u:p@x/"} {
		parsed, err := url.Parse(u)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{PublicURL: parsed, Now: time.Now}
		if err := o.check(); err == nil {
			t.Errorf("public_url %q was taken", u)
		}
	}
}

func TestStripSaysWhatIsUnknown(t *testing.T) {
	times := checkout().Document.Front.Times
	times.Diagnosed = postmortems.Instant{}
	s := newStrip(incidentOf(times), incident.DefaultPolicy(), time.Time{})
	if !strings.Contains(s.Title, "diagnosed unknown") {
		t.Errorf("title %q", s.Title)
	}
	if len(s.Segments) != 3 || s.Segments[1].Class != "unknown" {
		t.Errorf("segments %+v: the span with the missing milestone must be hatched", s.Segments)
	}
	if newStrip(incident.Incident{}, incident.DefaultPolicy(), time.Time{}) != nil {
		t.Error("a strip of nothing")
	}
	last := s.Segments[len(s.Segments)-1]
	if end := last.X + last.Width; end < stripWidth-1 || end > stripWidth+1 {
		t.Errorf("the strip ends at %v", end)
	}
}

func TestLongIncidentsAreDrawnLogarithmically(t *testing.T) {
	times := checkout().Document.Front.Times
	times.Resolved = exact("2026-10-04T08:00:00Z")
	s := newStrip(incidentOf(times), incident.DefaultPolicy(), time.Time{})
	if s.Note == "" || len(s.Marks) != 3 || s.Marks[2].X-s.Marks[1].X < 40 {
		t.Errorf("marks %+v, note %q", s.Marks, s.Note)
	}
}

func TestARemovedDocumentKeepsItsName(t *testing.T) {
	revs := []library.Revision{{Number: 2, Removed: true, Path: "a.md"}, {Number: 1, Title: "A"}}
	if titleOf(revs) != "A" || titleOf(revs[:1]) != "a.md" {
		t.Error("a removed document is named by its last title, else by its path")
	}
}

func TestListsAreKeptUntilTheLibraryChanges(t *testing.T) {
	s := newSite(t, "https://kb.example")
	etag := s.get("/postmortems?severity=SEV1").Header().Get("ETag")
	if w := s.get("/postmortems?severity=SEV1", "If-None-Match", etag); w.Code != http.StatusNotModified {
		t.Errorf("with its tag: %d", w.Code)
	}
	if w := s.get("/postmortems?severity=SEV2", "If-None-Match", etag); w.Code != 200 {
		t.Errorf("another filter with that tag: %d", w.Code)
	}
	s.lib.seq++
	if w := s.get("/postmortems?severity=SEV1", "If-None-Match", etag); w.Code != 200 {
		t.Errorf("after a publish: %d", w.Code)
	}
	if len(s.lib.reads) != 0 {
		t.Errorf("a list was counted as a reading: %v", s.lib.reads)
	}
}

// TestAnAbortedGitAnswerDropsTheConnection: git hangs on a proper end of half an
// answer, and gives up at once on a broken one.
func TestAnAbortedGitAnswerDropsTheConnection(t *testing.T) {
	s := newSite(t, "http://127.0.0.1:8080", func(d *Deps, _ *Options) {
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
