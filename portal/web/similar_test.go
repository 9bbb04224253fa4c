package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search"
)

const pastedAlert = "[FIRING:1] GatewayPoolExhausted (eu-1)\nLabels:\n - alertname = GatewayPoolExhausted\n - pod = secret-pod-7c9d8b6f5-x2kqp\n"

func (s *site) paste(text string, headers ...string) string {
	headers = append(headers, "Content-Type", "application/x-www-form-urlencoded")
	return s.ask(http.MethodPost, "/similar", url.Values{"text": {text}}.Encode(), headers...).Body.String()
}

func TestSimilarPage(t *testing.T) {
	s := newSite(t, "https://kb.example")
	body := s.paste(pastedAlert)
	if s.search.similar.Text != pastedAlert || !s.search.similar.Fragments {
		t.Errorf("asked %+v", s.search.similar)
	}
	lead, incidents := strings.Index(body, `aria-label="What fixed it last time"`), strings.Index(body, `aria-label="Past incidents"`)
	if lead < 0 || incidents < lead {
		t.Fatalf("the answer leads with nothing:\n%s", body)
	}
	for _, want := range []string{
		"Raise &lt;pool.max&gt; to 200.", "#h-mitigation", "1 similar incident, 31 min to recover", "#h-resolution", "The limit was set back:", "deployctl rollback payment-gw",
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
	s := newSite(t, "https://kb.example")
	for _, body := range []string{s.get("/similar").Body.String(), s.paste(" \n ")} {
		if !strings.Contains(body, "<textarea") || s.search.similar.Text != "" {
			t.Errorf("an empty paste: asked %+v, answered\n%s", s.search.similar, body)
		}
	}
	if w := s.get("/similar?text=pool+exhausted"); w.Code != http.StatusOK || s.search.similar.Text != "pool exhausted" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("by address: %d %v, asked %+v", w.Code, w.Header(), s.search.similar)
	}
	s.search.err = fault.New(fault.Invalid, "search", "there are no words in this text")
	if body := s.paste("10.0.0.1"); !strings.Contains(body, "There are no words in this text.") || !strings.Contains(body, "10.0.0.1</textarea>") {
		t.Errorf("a text without words: %s", body)
	}
	s.search.err = fault.New(fault.Unavailable, "search", "the index is being rebuilt")
	if w := s.get("/similar?text=x"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("while the index is rebuilt: %d", w.Code)
	}
	s.search.err, s.search.none = nil, true
	if body := s.paste(pastedAlert); !strings.Contains(body, "No similar documents found") || !strings.Contains(body, `action="/gaps/report"`) {
		t.Errorf("nothing found: %s", body)
	}
	if w := s.ask(http.MethodPost, "/similar", strings.Repeat("x", pasteBody+1), "Content-Type", "application/x-www-form-urlencoded"); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge paste: %d", w.Code)
	}
	if w := s.ask(http.MethodPost, "/similar", "text=x", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
}

// What is pasted into the search box goes to where it is read by its structure.
func TestSearchBoxRecognisesAPaste(t *testing.T) {
	s := newSite(t, "https://kb.example/kb")
	w := s.get("/kb/search?" + url.Values{"q": {pastedAlert}}.Encode())
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther || to.Path != "/kb/similar" || to.Query().Get("text") != pastedAlert {
		t.Errorf("%d to %s", w.Code, to)
	}
	if w := s.get("/kb/search?q=connection+pool"); w.Code != http.StatusOK {
		t.Errorf("a query: %d", w.Code)
	}
}

func TestAlertPage(t *testing.T) {
	s := newSite(t, "https://kb.example/kb")
	w := s.get("/kb/a/gatewaypoolexhausted")
	body := w.Body.String()
	if w.Code != http.StatusOK || s.search.similar.Alert != "gatewaypoolexhausted" {
		t.Fatalf("%d, asked %+v", w.Code, s.search.similar)
	}
	for _, want := range []string{">GatewayPoolExhausted</h1>", `rel="canonical" href="https://kb.example/kb/a/GatewayPoolExhausted"`, "Restart one cell at a time.", "The limit was set back:"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	w = s.get("/kb/a/Never%3CHeard%3E%20Of%2FIt")
	if w.Code != http.StatusNotFound || s.search.similar.Alert != "Never<Heard> Of/It" {
		t.Fatalf("unknown: %d, asked %+v", w.Code, s.search.similar)
	}
	for _, want := range []string{"Never&lt;Heard&gt; Of/It</h1>", `href="/kb/search?q=Never%3CHeard%3E&#43;Of%2FIt"`, `action="/kb/gaps/report"`, "Closest documents:"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page of an unknown alert lacks %s", want)
		}
	}
	for _, target := range []string{"/kb/a", "/kb/a/" + strings.Repeat("x", maxAlertName+1)} {
		if w := s.get(target); w.Code != http.StatusNotFound {
			t.Errorf("%.20s: %d", target, w.Code)
		}
	}
}

// Related incidents are looked for once for each state of the library, and again
// while search does not answer.
func TestRelated(t *testing.T) {
	s := newSite(t, "https://kb.example")
	other := chinese()
	other.Services = []string{"checkout"}
	s.lib.all = append(s.lib.all, other)
	for range 3 {
		body := s.get("/postmortems/2026/checkout").Body.String()
		if !strings.Contains(body, "Refunds failed") || !strings.Contains(body, "Latest for") {
			t.Fatalf("nothing related:\n%s", body)
		}
	}
	if s.search.related != 1 {
		t.Errorf("asked %d times for three readings", s.search.related)
	}
	s.lib.seq++
	s.lib.page.Seq++
	s.search.err = fault.New(fault.Unavailable, "search", "busy")
	for range 2 {
		if w := s.get("/postmortems/2026/checkout"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "Refunds failed") {
			t.Errorf("while search is busy: %d", w.Code)
		}
	}
	if s.search.related != 3 {
		t.Errorf("asked %d times, want again for each reading", s.search.related)
	}
}

func TestDocumentLinksToItsAlerts(t *testing.T) {
	s := newSite(t, "https://kb.example/kb")
	s.lib.page.Document.Front.Alerts = []string{"PoolExhausted", "Pool <slow>"}
	body := s.get("/kb/postmortems/2026/checkout").Body.String()
	if want := `<a href="/kb/a/PoolExhausted">PoolExhausted</a>, <a href="/kb/a/Pool%20%3Cslow%3E">Pool &lt;slow&gt;</a>`; !strings.Contains(body, want) {
		t.Errorf("the page lacks %s", want)
	}
}

// What fixed it is shown as the document shows it, whichever document leads and
// wherever it is quoted: with its commands, numbers, tables and warnings.
func TestTheFixIsWholeOnEveryPage(t *testing.T) {
	s := newSite(t, "https://kb.example")
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
	s.search.found = func(r search.Request) (search.Results, error) {
		return search.Results{Query: r.Text, Total: 1, Whole: 1, Hits: []search.Hit{{Document: runbook.Document, Score: 9, Fix: runbook.Fix}}}, nil
	}
	for name, c := range map[string]struct {
		matches []search.Match
		page    func() string
	}{
		"the alert's own runbook":         {[]search.Match{named, incident}, func() string { return s.paste(pastedAlert) }},
		"a runbook that is only like it":  {[]search.Match{runbook, incident}, func() string { return s.paste("a trace") }},
		"an incident alone":               {[]search.Match{incident}, func() string { return s.paste("a trace") }},
		"another document alone":          {[]search.Match{guide}, func() string { return s.paste("a trace") }},
		"far below the best, shown whole": {[]search.Match{{Hit: search.Hit{Document: guide.Document, Score: 100}}, {Hit: search.Hit{Document: runbook.Document, Score: 30}, Fix: runbook.Fix}}, func() string { return s.paste("a trace") }},
		"the page of the alert":           {[]search.Match{named}, func() string { return s.get("/a/GatewayPoolExhausted").Body.String() }},
		"the search box":                  {nil, func() string { return s.get("/search?q=pool").Body.String() }},
	} {
		t.Run(name, func(t *testing.T) {
			s.search.matches = c.matches
			if body := c.page(); !strings.Contains(body, strings.TrimSpace(wholeFix)) {
				t.Errorf("the fix is not whole:\n%s", body)
			}
		})
	}
}

// A document that cannot be read shows no part of its fix, and a long one links to
// the rest.
func TestTheFixIsNeverCutShort(t *testing.T) {
	s := newSite(t, "https://kb.example/kb")
	steps := "<p>Run:</p>" + strings.Repeat("<p>"+strings.Repeat("x", 500)+"</p>", 30)
	s.lib.page.Document.Body.HTML = []byte(`<h2 id="h-mitigation">M</h2>` + steps + `<h2 id="h-resolution">R</h2><p>Set back.</p>`)
	body := s.paste(pastedAlert)
	if !strings.Contains(body, `<a href="/kb/runbooks/pool#h-mitigation">… continues in the document</a>`) {
		t.Errorf("a long fix does not say that it goes on:\n%s", body)
	}
	s.lib.pageErr = fault.New(fault.Internal, "test", "damaged")
	if body := s.paste(pastedAlert); strings.Contains(body, "Raise") || strings.Contains(body, "roll back:") {
		t.Errorf("a part of a fix is shown:\n%s", body)
	}
}
