package searching_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/searching"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/querylog"
)

func TestSearchesAreLogged(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	const page = "0123456789abcdef"
	s.Get("/search?q=pool")
	s.Get("/search?q=pool+ex&typing=1&page=" + page)
	s.Get("/search?q=no+browser", "Accept", "*/*")
	s.Get("/search?q=pool&page=short")
	for _, unlogged := range []string{"/search", "/search?q=+", "/search?q=pool&offset=20"} {
		s.Get(unlogged)
	}
	s.Get("/search?q=pool", "Sec-Purpose", "prefetch;prerender")
	s.Ask(http.MethodHead, "/search?q=pool", "")
	want := []querylog.Search{
		{Page: "request-0000001", Text: "pool", Found: 23},
		{Page: page, Text: "pool ex", Found: 23, Typing: true},
		{Text: "no browser", Found: 23},
		{Page: "request-0000001", Text: "pool", Found: 23},
	}
	if !reflect.DeepEqual(s.Queries.Searches, want) {
		t.Errorf("logged %+v", s.Queries.Searches)
	}
	body := s.Get("/search?q=pool&page=" + page).Body.String()
	if !strings.Contains(body, `data-page="`+page+`"`) {
		t.Error("the page lost its name")
	}
	if body := s.Get(`/search?q=pool&page="><script>alert(1)</script>`).Body.String(); strings.Contains(body, "alert(1)") {
		t.Error("any name is taken")
	}
}

func TestOpenedResultsAreCounted(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	form := url.Values{"page": {"0123456789abcdef"}, "q": {"pool ex"}}.Encode()

	if w := s.Ask(http.MethodPost, "/search/opened", form, "Content-Type", site.FormType, "Sec-Fetch-Site",
		"same-origin"); w.Code != http.StatusNoContent {
		t.Errorf("status %d", w.Code)
	}
	if w := s.Ask(http.MethodPost, "/search/opened", form, "Content-Type", site.FormType, "Sec-Fetch-Site",
		"cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: status %d", w.Code)
	}
	long := url.Values{"page": {"p"}, "q": {strings.Repeat("x", searching.MaxQuery+1)}}.Encode()
	if w := s.Ask(http.MethodPost, "/search/opened", long, "Content-Type", site.FormType); w.Code != http.StatusBadRequest {
		t.Errorf("too long: status %d", w.Code)
	}
	if !reflect.DeepEqual(s.Queries.OpenedPages, []string{"0123456789abcdef pool ex"}) {
		t.Errorf("counted %q", s.Queries.OpenedPages)
	}
}

// TestSearchThatDoesNotAnswer keeps the query and says when to come back.
func TestSearchThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   fault.Kind
		status int
		retry  string
	}{{fault.Unavailable, 503, "3"}, {fault.Timeout, 503, "5"}} {
		s := site.New(t, "https://kb.example")
		s.Search.Err = fault.New(c.kind, "search", "the search index is being rebuilt: 3 of 9")
		w := s.Get("/search?q=pool+service:checkout")
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
		if w := s.Get("/search?q=pool", "Accept", "application/json"); w.Code != c.status ||
			!strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s for a program: %d, %s", c.kind, w.Code, w.Header().Get("Content-Type"))
		}
	}
}

func TestProblemsPointAtTheQuery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		offset int
		want   searching.QueryProblem
	}{
		{"池 kind:x pool", 2, searching.QueryProblem{"池 ", "kind:x", " pool", "no"}},
		{"pool (", 5, searching.QueryProblem{"pool ", "(", "", "no"}},
		{"pool", 4, searching.QueryProblem{"pool", "", "", "no"}},
		{"pool", 99, searching.QueryProblem{"pool", "", "", "no"}},
		{"pool", -1, searching.QueryProblem{"", "pool", "", "no"}},
	} {
		if got := searching.ProblemAt(c.text, search.QueryProblem{Offset: c.offset, Message: "no"}); got != c.want {
			t.Errorf("%q at %d: %+v", c.text, c.offset, got)
		}
	}
}

// TestAnswerAboveTheResults: only the best result that has every word may say what
// fixed it last time.
func TestAnswerAboveTheResults(t *testing.T) {
	t.Parallel()
	thirty, ninety := int64(1800), int64(5400)
	hit := func(kind string, score float64, recover *int64, fix *search.Section) search.Hit {
		return search.Hit{Document: search.Document{ID: kind, Kind: kind, Title: "T", Address: "/x", Recover: recover, OpenActions: 1},
			Score: score, Fix: fix}
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
		"runbook": {search.Results{Total: 1, Whole: 1, Hits: []search.Hit{hit("runbook", 1, nil, fix)}}, "/search?q=pool",
			`href="/x#h-mitigation">Runbook: T, Mitigation</a>`},
		"some words":   {search.Results{Total: 1, Hits: []search.Hit{hit("runbook", 1, nil, fix)}}, "/search?q=pool", ""},
		"says no fix":  {search.Results{Total: 1, Whole: 1, Hits: []search.Hit{hit("runbook", 1, nil, nil)}}, "/search?q=pool", ""},
		"another kind": {search.Results{Total: 1, Whole: 1, Hits: []search.Hit{hit("guide", 1, nil, fix)}}, "/search?q=pool", ""},
		"no words":     {search.Results{Total: 1, Whole: 1, Hits: []search.Hit{hit("runbook", 1, nil, fix)}}, "/search?q=kind:runbook", ""},
		"newest": {search.Results{Total: 1, Whole: 1, Hits: []search.Hit{hit("runbook", 1, nil, fix)}}, "/search?q=pool&sort=newest",
			""},
		"the second page": {search.Results{Total: 21, Whole: 21, Hits: []search.Hit{hit("runbook", 1, nil, fix)}}, "/search?q=pool&offset=20",
			""},
	} {
		s := site.New(t, "https://kb.example")
		s.Search.Found = func(search.Request) (search.Results, error) { return c.results, nil }
		body := s.Get(c.target).Body.String()
		if got := strings.Contains(body, "What fixed it last time"); got != (c.want != "") || !strings.Contains(body, c.want) {
			t.Errorf("%s: answered is %v, want %q", name, got, c.want)
		}
	}
}

// TestReadersAreToldOfARebuild: results may lack what is not indexed yet.
func TestReadersAreToldOfARebuild(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	if body := s.Get("/search?q=pool").Body.String(); strings.Contains(body, "catching up") {
		t.Error("told although nothing is rebuilt")
	}
	s.Status.Current.Checks = append(s.Status.Current.Checks, page.StatusCheck{Name: "index", Detail: "rebuilding, 3 of 9"})
	if body := s.Get("/search?q=pool").Body.String(); !strings.Contains(body, "catching up (rebuilding, 3 of 9)") {
		t.Error("a rebuild is not told")
	}
}

// TestNothingFoundHelps: filters that can be taken off are tried.
func TestNothingFoundHelps(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	s.Search.Found = func(r search.Request) (search.Results, error) {
		if strings.Contains(r.Text, "kind:runbook") {
			return search.Results{Query: r.Text}, nil
		}
		return search.Results{Query: r.Text, Total: 4}, nil
	}
	body := s.Get("/search?q=gatewayzzz+service:checkout+kind:runbook").Body.String()
	for _, want := range []string{
		`<a href="/search?q=gatewayzzz&#43;service%3Acheckout">Without <code>kind:runbook</code></a>` + "\n" +
			`<span class="muted small">4 results`,
		`<a href="/runbooks/pool" data-item>GatewayPoolExhausted &lt;b&gt;</a>`, `action="/gaps/report"`,
		`name="q" value="gatewayzzz service:checkout kind:runbook"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(body, "Without <code>service:checkout") {
		t.Error("a filter is offered whose removal does not help")
	}
}

func TestSuggestionsForBrowsers(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example/kb")
	w := s.Get("/kb/suggest?q=gateway")
	var got []any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got) != 4 || got[0] != "gateway" {
		t.Fatalf("%s (%v)", w.Body, err)
	}
	want := []any{"https://kb.example/kb/runbooks/pool", "https://kb.example/kb/a/GatewayPoolExhausted"}
	if !reflect.DeepEqual(got[3], want) || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/x-suggestions+json") {
		t.Errorf("%v, %s", got, w.Header().Get("Content-Type"))
	}
	if w := s.Get("/kb/suggest?q="); strings.TrimSpace(w.Body.String()) != `["",[],[],[]]` {
		t.Errorf("nothing typed: %s", w.Body)
	}
	description := s.Get("/kb/opensearch.xml").Body.String()
	for _, part := range []string{`type="application/x-suggestions+json" template="https://kb.example/kb/suggest?q={searchTerms}"`,
		`template="https://kb.example/kb/search.atom?q={searchTerms}"`} {
		if !strings.Contains(description, part) {
			t.Errorf("the description lacks %s", part)
		}
	}
}

func TestFeedOfAQuery(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	body := s.Get("/search.atom?q=pool+kind:postmortem").Body.String()
	for _, want := range []string{
		"<title>Postern: pool kind:postmortem</title>", "<id>https://kb.example/p/checkout-1</id>", "<updated>2026-10-05T09:30:00Z</updated>",
		`rel="self" type="application/atom+xml" href="https://kb.example/search.atom?q=pool+kind:postmortem"`,
		`href="https://kb.example/search?q=pool+kind%3Apostmortem"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the feed lacks %s:\n%s", want, body)
		}
	}
	if r := s.Search.Last; !r.Newest || r.Facets || r.Limit != page.FeedEntries {
		t.Errorf("asked %+v", r)
	}
	s.Lib.Records = nil // everything was removed since it was indexed
	if body := s.Get("/search.atom?q=pool").Body.String(); strings.Contains(body, "<entry>") {
		t.Error("the feed has what was removed")
	}
}

func TestGapsPage(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	for target, code := range map[string]int{"/gaps": 200, "/gaps?week=2026-W47": 200, "/gaps?week=2026-W60": 400, "/gaps?week=x": 400} {
		if w := s.Get(target); w.Code != code {
			t.Errorf("%s: %d, want %d", target, w.Code, code)
		}
	}
	body := s.Get("/gaps").Body.String()
	for _, want := range []string{"2026-W47", "1,412 searches", "redis &lt;eviction&gt;", "pages &lt;at&gt; night", "requested 3 times",
		"/gaps?week=2026-W46", "by ana"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(body, `action="/gaps/done"`) || strings.Contains(body, "/gaps?week=2026-W48") {
		t.Error("a reader is offered to finish notes, or a week that has not begun")
	}
	if body := s.Get("/gaps", "Authorization", "Bearer pst_publisher").Body.String(); !strings.Contains(body, `action="/gaps/done"`) {
		t.Error("a publisher cannot finish notes")
	}
}

func TestNotesAreTakenAndFinished(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")

	post := func(path string, form url.Values, headers ...string) int {
		return s.Ask(http.MethodPost, path, form.Encode(), append(headers, "Content-Type", site.FormType)...).Code
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
	if code := post("/gaps/done", url.Values{"id": {"n1"}, "state": {"open"}}, "Authorization",
		"Bearer pst_admin"); code != http.StatusSeeOther {
		t.Errorf("opening again: %d", code)
	}
	if !reflect.DeepEqual(s.Queries.Reported, []string{"redis: it pages"}) ||
		!reflect.DeepEqual(s.Queries.Finished, []string{"n1 true n-publisher", "n1 false n-admin"}) {
		t.Errorf("reported %q, finished %q", s.Queries.Reported, s.Queries.Finished)
	}
	s.Queries.Err = fault.New(fault.Full, "querylog", "too many notes")
	if code := post("/gaps/report", note); code != http.StatusInsufficientStorage {
		t.Errorf("no room: %d", code)
	}
}

func TestSearchPage(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	body := s.Get("/search?q=pool+service:checkout&sort=newest&offset=20").Body.String()
	if r := s.Search.Last; r.Text != "pool service:checkout" || !r.Newest || r.Offset != 20 || !r.Facets || !r.Fragments || r.Prefix {
		t.Errorf("asked %+v", s.Search.Last)
	}
	for _, want := range []string{
		`<mark>connection pool</mark> was &lt;script&gt; full`, `/postmortems/2026/checkout?mark=connection&#43;pool#h-root-cause`,
		`href="/search?q=pool&amp;sort=newest"`, `href="/search?q=pool&#43;service%3Acheckout&#43;year%3A2026&amp;sort=newest"`,
		"2 open action items",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for target, code := range map[string]int{
		"/search?q=" + strings.Repeat("x", searching.MaxQuery+1): 303, "/search?q=%ff": 400, "/search?q=x&offset=-1": 400,
		"/search?q=x&offset=999999": 400, "/search": 200,
	} {
		if w := s.Get(target); w.Code != code {
			t.Errorf("GET %.40s: %d, want %d", target, w.Code, code)
		}
	}
	s.Search.Err = fault.New(fault.Unavailable, "search", "the index is being rebuilt")
	if w := s.Get("/search?q=x"); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("while the index is rebuilt: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}
