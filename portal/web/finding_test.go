package web

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/querylog"
)

func TestSearchesAreLogged(t *testing.T) {
	s := newSite(t, "https://kb.example")
	const page = "0123456789abcdef"
	s.get("/search?q=pool")
	s.get("/search?q=pool+ex&typing=1&page=" + page)
	s.get("/search?q=no+browser", "Accept", "*/*")
	s.get("/search?q=pool&page=short")
	for _, unlogged := range []string{"/search", "/search?q=+", "/search?q=pool&offset=20"} {
		s.get(unlogged)
	}
	s.get("/search?q=pool", "Sec-Purpose", "prefetch;prerender")
	s.ask(http.MethodHead, "/search?q=pool", "")
	want := []querylog.Search{
		{Page: "request-0000001", Text: "pool", Found: 23},
		{Page: page, Text: "pool ex", Found: 23, Typing: true},
		{Text: "no browser", Found: 23},
		{Page: "request-0000001", Text: "pool", Found: 23},
	}
	if !reflect.DeepEqual(s.queries.asked, want) {
		t.Errorf("logged %+v", s.queries.asked)
	}
	body := s.get("/search?q=pool&page=" + page).Body.String()
	if !strings.Contains(body, `data-page="`+page+`"`) {
		t.Error("the page lost its name")
	}
	if body := s.get(`/search?q=pool&page="><script>alert(1)</script>`).Body.String(); strings.Contains(body, "alert(1)") {
		t.Error("any name is taken")
	}
}

func TestOpenedResultsAreCounted(t *testing.T) {
	s := newSite(t, "https://kb.example")
	form := url.Values{"page": {"0123456789abcdef"}, "q": {"pool ex"}}.Encode()

	if w := s.ask(http.MethodPost, "/search/opened", form, "Content-Type", formType, "Sec-Fetch-Site", "same-origin"); w.Code != http.StatusNoContent {
		t.Errorf("status %d", w.Code)
	}
	if w := s.ask(http.MethodPost, "/search/opened", form, "Content-Type", formType, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: status %d", w.Code)
	}
	long := url.Values{"page": {"p"}, "q": {strings.Repeat("x", maxQuery+1)}}.Encode()
	if w := s.ask(http.MethodPost, "/search/opened", long, "Content-Type", formType); w.Code != http.StatusBadRequest {
		t.Errorf("too long: status %d", w.Code)
	}
	if !reflect.DeepEqual(s.queries.opened, []string{"0123456789abcdef pool ex"}) {
		t.Errorf("counted %q", s.queries.opened)
	}
}

// TestSearchThatDoesNotAnswer keeps the query and says when to come back.
func TestSearchThatDoesNotAnswer(t *testing.T) {
	for _, c := range []struct {
		kind   fault.Kind
		status int
		retry  string
	}{{fault.Unavailable, 503, "3"}, {fault.Timeout, 503, "5"}} {
		s := newSite(t, "https://kb.example")
		s.search.err = fault.New(c.kind, "search", "the search index is being rebuilt: 3 of 9")
		w := s.get("/search?q=pool+service:checkout")
		body := w.Body.String()
		if w.Code != c.status || w.Header().Get("Retry-After") != c.retry {
			t.Errorf("%s: status %d, Retry-After %q", c.kind, w.Code, w.Header().Get("Retry-After"))
		}
		for _, want := range []string{"The search index is being rebuilt: 3 of 9.", `value="pool service:checkout"`, `href="/runbooks"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %s", c.kind, want)
			}
		}
		if got := strings.Contains(body, `data-retry="3"`); got != (c.kind == fault.Unavailable) {
			t.Errorf("%s: the script asks again: %v", c.kind, got)
		}
		if w := s.get("/search?q=pool", "Accept", "application/json"); w.Code != c.status || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s for a program: %d, %s", c.kind, w.Code, w.Header().Get("Content-Type"))
		}
	}
}

func TestProblemsPointAtTheQuery(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int
		want   queryProblem
	}{
		{"池 kind:x pool", 2, queryProblem{"池 ", "kind:x", " pool", "no"}},
		{"pool (", 5, queryProblem{"pool ", "(", "", "no"}},
		{"pool", 4, queryProblem{"pool", "", "", "no"}},
		{"pool", 99, queryProblem{"pool", "", "", "no"}},
		{"pool", -1, queryProblem{"", "pool", "", "no"}},
	} {
		if got := problemAt(c.text, search.QueryProblem{Offset: c.offset, Message: "no"}); got != c.want {
			t.Errorf("%q at %d: %+v", c.text, c.offset, got)
		}
	}
}

// TestAnswerAboveTheResults: only the best result that has every word may say what
// fixed it last time.
func TestAnswerAboveTheResults(t *testing.T) {
	thirty, ninety := int64(1800), int64(5400)
	hit := func(kind string, score float64, recover *int64, fix *search.Section) search.Hit {
		return search.Hit{Document: search.Document{ID: kind, Kind: kind, Title: "T", Address: "/x", Recover: recover, OpenActions: 1}, Score: score, Fix: fix}
	}
	fix := &search.Section{Heading: "Mitigation", Anchor: "h-mitigation", Text: "Raise it."}
	for name, c := range map[string]struct {
		results search.Results
		target  string
		want    string
	}{
		"incident": {search.Results{Total: 3, Whole: 3, Hits: []search.Hit{
			hit("postmortem", 10, &thirty, fix), hit("postmortem", 9, &ninety, nil), hit("postmortem", 1, &ninety, nil)}},
			"/search?q=pool", "2 similar incidents, median 1 h to recover"},
		"runbook":         {search.Results{Total: 1, Whole: 1, Hits: []search.Hit{hit("runbook", 1, nil, fix)}}, "/search?q=pool", `href="/x#h-mitigation">Runbook: T, Mitigation</a>`},
		"some words":      {search.Results{Total: 1, Hits: []search.Hit{hit("runbook", 1, nil, fix)}}, "/search?q=pool", ""},
		"says no fix":     {search.Results{Total: 1, Whole: 1, Hits: []search.Hit{hit("runbook", 1, nil, nil)}}, "/search?q=pool", ""},
		"another kind":    {search.Results{Total: 1, Whole: 1, Hits: []search.Hit{hit("guide", 1, nil, fix)}}, "/search?q=pool", ""},
		"no words":        {search.Results{Total: 1, Whole: 1, Hits: []search.Hit{hit("runbook", 1, nil, fix)}}, "/search?q=kind:runbook", ""},
		"newest":          {search.Results{Total: 1, Whole: 1, Hits: []search.Hit{hit("runbook", 1, nil, fix)}}, "/search?q=pool&sort=newest", ""},
		"the second page": {search.Results{Total: 21, Whole: 21, Hits: []search.Hit{hit("runbook", 1, nil, fix)}}, "/search?q=pool&offset=20", ""},
	} {
		s := newSite(t, "https://kb.example")
		s.search.found = func(search.Request) (search.Results, error) { return c.results, nil }
		body := s.get(c.target).Body.String()
		if got := strings.Contains(body, "What fixed it last time"); got != (c.want != "") || !strings.Contains(body, c.want) {
			t.Errorf("%s: answered is %v, want %q", name, got, c.want)
		}
	}
}

// TestReadersAreToldOfARebuild: results may lack what is not indexed yet.
func TestReadersAreToldOfARebuild(t *testing.T) {
	s := newSite(t, "https://kb.example")
	if body := s.get("/search?q=pool").Body.String(); strings.Contains(body, "catching up") {
		t.Error("told although nothing is rebuilt")
	}
	s.status.status.Checks = append(s.status.status.Checks, StatusCheck{Name: "index", Detail: "rebuilding, 3 of 9"})
	if body := s.get("/search?q=pool").Body.String(); !strings.Contains(body, "catching up (rebuilding, 3 of 9)") {
		t.Error("a rebuild is not told")
	}
}

// TestNothingFoundHelps: filters that can be taken off are tried.
func TestNothingFoundHelps(t *testing.T) {
	s := newSite(t, "https://kb.example")
	s.search.found = func(r search.Request) (search.Results, error) {
		if strings.Contains(r.Text, "kind:runbook") {
			return search.Results{Query: r.Text}, nil
		}
		return search.Results{Query: r.Text, Total: 4}, nil
	}
	body := s.get("/search?q=gatewayzzz+service:checkout+kind:runbook").Body.String()
	for _, want := range []string{
		`<a href="/search?q=gatewayzzz&#43;service%3Acheckout">Without <code>kind:runbook</code></a>` + "\n" + `<span class="muted small">4 results`,
		`<a href="/runbooks/pool" data-item>GatewayPoolExhausted &lt;b&gt;</a>`, `action="/gaps/report"`, `name="q" value="gatewayzzz service:checkout kind:runbook"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(body, "Without <code>service:checkout") {
		t.Error("a filter is offered whose removal does not help")
	}
}

func TestMarkWords(t *testing.T) {
	for _, c := range []struct{ body, words, want string }{
		{`<p>The Pool of pools</p>`, "pool", `<p>The <mark>Pool</mark> of pools</p>`},
		{`<a href="/pool" title="a > pool">pool</a>`, "pool", `<a href="/pool" title="a > pool"><mark>pool</mark></a>`},
		{`<p>a &lt; b &amp; lt</p>`, "lt amp", `<p>a &lt; b &amp; <mark>lt</mark></p>`},
		{`<p>数据库连接池耗尽</p>`, "连接池 耗尽", `<p>数据库<mark>连接池</mark><mark>耗尽</mark></p>`},
		{`<code>tcp_tw_reuse</code>`, "tcp_tw", `<code><mark>tcp</mark>_<mark>tw</mark>_reuse</code>`},
		{`<p>x & y</p><b`, "x", `<p>x & y</p><b`}, // one letter says nothing
		{`<p>pool</p>`, "<script>", `<p>pool</p>`},
	} {
		e := newSite(t, "https://kb.example")
		ctx := e.echo.NewContext(httptest.NewRequest(http.MethodGet, "/x?"+url.Values{"mark": {c.words}}.Encode(), nil), nil)
		if got := markWords(template.HTML(c.body), wordsToMark(ctx)); string(got) != c.want {
			t.Errorf("%s in %s: %s", c.words, c.body, got)
		}
	}
	s := newSite(t, "https://kb.example")
	if body := s.get("/postmortems/2026/checkout?mark=customer+limit").Body.String(); !strings.Contains(body, "no <mark>customer</mark> in eu-1") || !strings.Contains(body, "the pool <mark>limit</mark> is read") {
		t.Error("the document's page marks nothing")
	}
}

func FuzzMarkWords(f *testing.F) {
	f.Add(`<p class="a>b">pool &lt; 池</p>`, "pool 池")
	f.Add(`a<b`, "a")
	f.Fuzz(func(t *testing.T, body, words string) {
		m := strings.Fields(strings.ToLower(words))
		got := string(markWords(template.HTML(body), m))
		if !strings.Contains(body, "mark>") && strings.NewReplacer("<mark>", "", "</mark>", "").Replace(got) != body {
			t.Fatalf("%q with %q became %q", body, words, got)
		}
	})
}

func TestSuggestionsForBrowsers(t *testing.T) {
	s := newSite(t, "https://kb.example/kb")
	w := s.get("/kb/suggest?q=gateway")
	var got []any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got) != 4 || got[0] != "gateway" {
		t.Fatalf("%s (%v)", w.Body, err)
	}
	want := []any{"https://kb.example/kb/runbooks/pool", "https://kb.example/kb/a/GatewayPoolExhausted"}
	if !reflect.DeepEqual(got[3], want) || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/x-suggestions+json") {
		t.Errorf("%v, %s", got, w.Header().Get("Content-Type"))
	}
	if w := s.get("/kb/suggest?q="); strings.TrimSpace(w.Body.String()) != `["",[],[],[]]` {
		t.Errorf("nothing typed: %s", w.Body)
	}
	description := s.get("/kb/opensearch.xml").Body.String()
	for _, part := range []string{`type="application/x-suggestions+json" template="https://kb.example/kb/suggest?q={searchTerms}"`, `template="https://kb.example/kb/search.atom?q={searchTerms}"`} {
		if !strings.Contains(description, part) {
			t.Errorf("the description lacks %s", part)
		}
	}
}

func TestFeedOfAQuery(t *testing.T) {
	s := newSite(t, "https://kb.example")
	body := s.get("/search.atom?q=pool+kind:postmortem").Body.String()
	for _, want := range []string{
		"<title>Postern: pool kind:postmortem</title>", "<id>https://kb.example/p/checkout-1</id>", "<updated>2026-10-05T09:30:00Z</updated>",
		`rel="self" type="application/atom+xml" href="https://kb.example/search.atom?q=pool+kind:postmortem"`, `href="https://kb.example/search?q=pool+kind%3Apostmortem"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the feed lacks %s:\n%s", want, body)
		}
	}
	if r := s.search.last; !r.Newest || r.Facets || r.Limit != feedEntries {
		t.Errorf("asked %+v", r)
	}
	s.lib.all = nil // everything was removed since it was indexed
	if body := s.get("/search.atom?q=pool").Body.String(); strings.Contains(body, "<entry>") {
		t.Error("the feed has what was removed")
	}
}

func TestGapsPage(t *testing.T) {
	s := newSite(t, "https://kb.example")
	for target, code := range map[string]int{"/gaps": 200, "/gaps?week=2026-W47": 200, "/gaps?week=2026-W60": 400, "/gaps?week=x": 400} {
		if w := s.get(target); w.Code != code {
			t.Errorf("%s: %d, want %d", target, w.Code, code)
		}
	}
	body := s.get("/gaps").Body.String()
	for _, want := range []string{"2026-W47", "1,412 searches", "redis &lt;eviction&gt;", "pages &lt;at&gt; night", "requested 3 times", "/gaps?week=2026-W46", "by ana"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(body, `action="/gaps/done"`) || strings.Contains(body, "/gaps?week=2026-W48") {
		t.Error("a reader is offered to finish notes, or a week that has not begun")
	}
	if body := s.get("/gaps", "Authorization", "Bearer pst_publisher").Body.String(); !strings.Contains(body, `action="/gaps/done"`) {
		t.Error("a publisher cannot finish notes")
	}
}

func TestNotesAreTakenAndFinished(t *testing.T) {
	s := newSite(t, "https://kb.example")

	post := func(path string, form url.Values, headers ...string) int {
		return s.ask(http.MethodPost, path, form.Encode(), append(headers, "Content-Type", formType)...).Code
	}
	note := url.Values{"q": {"redis"}, "words": {"it pages"}}
	if code := post("/gaps/report", note, "Sec-Fetch-Site", "same-origin"); code != http.StatusSeeOther {
		t.Errorf("reporting: %d", code)
	}
	if code := post("/gaps/report", note, "Sec-Fetch-Site", "cross-site"); code != http.StatusForbidden {
		t.Errorf("reporting from another site: %d", code)
	}
	done := url.Values{"id": {"n1"}, "state": {"done"}}
	if code := post("/gaps/done", done, "Authorization", "Bearer pst_author"); code != http.StatusForbidden {
		t.Errorf("an author finishes a note: %d", code)
	}
	if code := post("/gaps/done", done, "Authorization", "Bearer pst_publisher"); code != http.StatusSeeOther {
		t.Errorf("finishing: %d", code)
	}
	if code := post("/gaps/done", url.Values{"id": {"n1"}, "state": {"open"}}, "Authorization", "Bearer pst_admin"); code != http.StatusSeeOther {
		t.Errorf("opening again: %d", code)
	}
	if !reflect.DeepEqual(s.queries.reported, []string{"redis: it pages"}) || !reflect.DeepEqual(s.queries.finished, []string{"n1 true n-publisher", "n1 false n-admin"}) {
		t.Errorf("reported %q, finished %q", s.queries.reported, s.queries.finished)
	}
	s.queries.err = fault.New(fault.Full, "querylog", "too many notes")
	if code := post("/gaps/report", note); code != http.StatusInsufficientStorage {
		t.Errorf("no room: %d", code)
	}
}
