package searching_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/searching"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/search"
)

const pastedAlert = "[FIRING:1] GatewayPoolExhausted (eu-1)\nLabels:\n - alertname = GatewayPoolExhausted\n - pod = " +
	"secret-pod-7c9d8b6f5-x2kqp\n"

func TestSimilarPage(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	body := s.Paste(pastedAlert)
	if s.Search.LastSimilar.Text != pastedAlert || !s.Search.LastSimilar.Fragments {
		t.Errorf("asked %+v", s.Search.LastSimilar)
	}
	lead, incidents := strings.Index(body, `aria-label="What fixed it last time"`), strings.Index(body, `aria-label="Past incidents"`)
	if lead < 0 || incidents < lead {
		t.Fatalf("the answer leads with nothing:\n%s", body)
	}
	for _, want := range []string{
		"Raise &lt;pool.max&gt; to 200.", "#h-mitigation", "1 similar incident, 31 min to recover", "#h-resolution", "The limit was set back:",
		"deployctl rollback payment-gw",
		"2 open action items", "47 days overdue", "Alert on pool usage above 80 %", "recovered in <b>31 min</b>",
		"secret-pod-7c9d8b6f5-x2kqp\n</textarea>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(body, "Reject limits without a unit") {
		t.Error("an action that is done is listed as open")
	}
}

func TestSimilarForm(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	for _, body := range []string{s.Get("/similar").Body.String(), s.Paste(" \n ")} {
		if !strings.Contains(body, "<textarea") || s.Search.LastSimilar.Text != "" {
			t.Errorf("an empty paste: asked %+v, answered\n%s", s.Search.LastSimilar, body)
		}
	}
	if w := s.Get("/similar?text=pool+exhausted"); w.Code != http.StatusOK || s.Search.LastSimilar.Text != "pool exhausted" ||
		w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("by address: %d %v, asked %+v", w.Code, w.Header(), s.Search.LastSimilar)
	}
	s.Search.Err = fault.New(fault.Invalid, "search", "there are no words in this text")
	if body := s.Paste("10.0.0.1"); !strings.Contains(body, "There are no words in this text.") ||
		!strings.Contains(body, "10.0.0.1</textarea>") {
		t.Errorf("a text without words: %s", body)
	}
	s.Search.Err = fault.New(fault.Unavailable, "search", "the index is being rebuilt")
	if w := s.Get("/similar?text=x"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("while the index is rebuilt: %d", w.Code)
	}
	s.Search.Err, s.Search.None = nil, true
	if body := s.Paste(pastedAlert); !strings.Contains(body, "No similar documents found") ||
		!strings.Contains(body, `action="/gaps/report"`) {
		t.Errorf("nothing found: %s", body)
	}
	if w := s.Ask(http.MethodPost, "/similar", strings.Repeat("x", page.PasteBody+1), "Content-Type",
		"application/x-www-form-urlencoded"); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge paste: %d", w.Code)
	}
	if w := s.Ask(http.MethodPost, "/similar", "text=x", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site",
		"cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
}

// What is pasted into the search box goes to where it is read by its structure.
func TestSearchBoxRecognisesAPaste(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example/kb")
	w := s.Get("/kb/search?" + url.Values{"q": {pastedAlert}}.Encode())
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther || to.Path != "/kb/similar" || to.Query().Get("text") != pastedAlert {
		t.Errorf("%d to %s", w.Code, to)
	}
	if w := s.Get("/kb/search?q=connection+pool"); w.Code != http.StatusOK {
		t.Errorf("a query: %d", w.Code)
	}
}

func TestAlertPage(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example/kb")
	w := s.Get("/kb/a/gatewaypoolexhausted")
	body := w.Body.String()
	if w.Code != http.StatusOK || s.Search.LastSimilar.Alert != "gatewaypoolexhausted" {
		t.Fatalf("%d, asked %+v", w.Code, s.Search.LastSimilar)
	}
	for _, want := range []string{">GatewayPoolExhausted</h1>", `rel="canonical" href="https://kb.example/kb/a/GatewayPoolExhausted"`,
		"Restart one cell at a time.", "The limit was set back:"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	w = s.Get("/kb/a/Never%3CHeard%3E%20Of%2FIt")
	if w.Code != http.StatusNotFound || s.Search.LastSimilar.Alert != "Never<Heard> Of/It" {
		t.Fatalf("unknown: %d, asked %+v", w.Code, s.Search.LastSimilar)
	}
	for _, want := range []string{"Never&lt;Heard&gt; Of/It</h1>", `href="/kb/search?q=Never%3CHeard%3E&#43;Of%2FIt"`,
		`action="/kb/gaps/report"`, "Closest documents:"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page of an unknown alert lacks %s", want)
		}
	}
	for _, target := range []string{"/kb/a", "/kb/a/" + strings.Repeat("x", searching.MaxAlertName+1)} {
		if w := s.Get(target); w.Code != http.StatusNotFound {
			t.Errorf("%.20s: %d", target, w.Code)
		}
	}
}

// What fixed it is shown as the document shows it, whichever document leads and
// wherever it is quoted: with its commands, numbers, tables and warnings.
func TestTheFixIsWholeOnEveryPage(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	runbook := search.Match{
		Hit: search.Hit{Document: search.Document{ID: "pool", Address: "/runbooks/pool", Kind: "runbook", Title: "Pool"}, Score: 9},
		Fix: &search.Section{Heading: "Mitigation", Anchor: "h-mitigation", Text: "Then roll back:"},
	}
	guide := runbook
	guide.ID, guide.Kind = "guide", "guide"
	incident := runbook
	incident.ID, incident.Kind, incident.Score = "incident", "postmortem", 4
	named := runbook
	named.Named = true
	s.Search.Found = func(r search.Request) (search.Results, error) {
		return search.Results{Query: r.Text, Total: 1, Whole: 1, Hits: []search.Hit{{Document: runbook.Document, Score: 9, Fix: runbook.Fix}}},
			nil
	}
	for name, c := range map[string]struct {
		matches []search.Match
		page    func() string
	}{
		"the alert's own runbook":        {[]search.Match{named, incident}, func() string { return s.Paste(pastedAlert) }},
		"a runbook that is only like it": {[]search.Match{runbook, incident}, func() string { return s.Paste("a trace") }},
		"an incident alone":              {[]search.Match{incident}, func() string { return s.Paste("a trace") }},
		"another document alone":         {[]search.Match{guide}, func() string { return s.Paste("a trace") }},
		"far below the best, shown whole": {[]search.Match{{Hit: search.Hit{Document: guide.Document, Score: 100}},
			{Hit: search.Hit{Document: runbook.Document, Score: 30}, Fix: runbook.Fix}}, func() string { return s.Paste("a trace") }},
		"the page of the alert": {[]search.Match{named}, func() string { return s.Get("/a/GatewayPoolExhausted").Body.String() }},
		"the search box":        {nil, func() string { return s.Get("/search?q=pool").Body.String() }},
	} {
		t.Run(name, func(t *testing.T) {
			s.Search.Matches = c.matches
			if body := c.page(); !strings.Contains(body, strings.TrimSpace(webtest.WholeFix)) {
				t.Errorf("the fix is not whole:\n%s", body)
			}
		})
	}
}

// A document that cannot be read shows no part of its fix, and a long one links to
// the rest.
func TestTheFixIsNeverCutShort(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example/kb")
	steps := "<p>Run:</p>" + strings.Repeat("<p>"+strings.Repeat("x", 500)+"</p>", 30)
	s.Lib.Doc.Document.Body.HTML = []byte(`<h2 id="h-mitigation">M</h2>` + steps + `<h2 id="h-resolution">R</h2><p>Set back.</p>`)
	body := s.Paste(pastedAlert)
	if !strings.Contains(body, `<a href="/kb/runbooks/pool#h-mitigation">… continues in the document</a>`) {
		t.Errorf("a long fix does not say that it goes on:\n%s", body)
	}
	s.Lib.PageErr = fault.New(fault.Internal, "test", "damaged")
	if body := s.Paste(pastedAlert); strings.Contains(body, "Raise") || strings.Contains(body, "roll back:") {
		t.Errorf("a part of a fix is shown:\n%s", body)
	}
}
