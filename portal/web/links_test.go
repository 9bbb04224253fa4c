package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest/site"
)

// linkedElsewhere are pages that no page of a portal has to link, each with who does.
func linkedElsewhere() map[string]string {
	return map[string]string{
		"/mermaid":                             "a document's script opens it in a frame",
		"/metrics":                             "collectors",
		"/healthz":                             "probes",
		"/readyz":                              "probes",
		"/robots.txt":                          "crawlers",
		"/schema/:name":                        "editors, by the schema that a front matter names",
		"/suggest":                             "the script, and browsers by /opensearch.xml",
		"/mcp":                                 "clients of language models",
		"/api/v1/search":                       "programs",
		"/api/v1/suggest":                      "programs",
		"/api/v1/feeds":                        "programs",
		"/knowledge.git/info/refs":             "git",
		"/api/v1/dead-letters":                 "programs",
		"/api/v1/admin/tokens":                 "the command line",
		"/api/v1/admin/backup":                 "the command line",
		"/reports/:name/:period/charts/:chart": "mails, chats and the Markdown of a report",
	}
}

// TestEveryPageIsLinked follows the links from the first page and finds every page of the
// route table.
func TestEveryPageIsLinked(t *testing.T) {
	t.Parallel()
	reached, queue := map[string]bool{}, []string{"/"}
	s := site.Full(t, func(d *web.Deps, _ *web.Options) {
		d.Observe = func(o web.Observation) { reached[o.Route] = true }
	})
	seen := map[string]bool{"/": true}
	link := regexp.MustCompile(`(?:href|src|action)="([^"]+)"`)
	for len(queue) > 0 && len(seen) < 3000 {
		at := queue[0]
		queue = queue[1:]
		w := s.Get(at, "Authorization", "Bearer pst_admin")
		if w.Code == http.StatusNotFound && !strings.HasPrefix(at, "/a/") {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(w.Body.String(), -1) {
			to, err := url.Parse(strings.NewReplacer("&amp;", "&", "&#43;", "+").Replace(m[1]))
			if err != nil || to.Host != "" || to.Path == "" || to.Path[0] != '/' {
				continue
			}
			to.Fragment = ""
			if next := to.String(); !seen[next] && narrows(seen, to) {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	elsewhere := linkedElsewhere()
	for _, r := range s.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		_, explained := elsewhere[r.Path]
		switch {
		case !reached[r.Path] && !explained:
			t.Errorf("no page links to %s", r.Path)
		case reached[r.Path] && explained:
			t.Errorf("%s is linked, and the list says that it is not", r.Path)
		}
		delete(elsewhere, r.Path)
	}
	for path := range elsewhere {
		t.Errorf("there is no route %s", path)
	}
}

// narrows bounds the walk: of each path it follows a few queries only.
func narrows(seen map[string]bool, to *url.URL) bool {
	n := 0
	for s := range seen {
		if path, _, _ := strings.Cut(s, "?"); path == to.EscapedPath() {
			n++
		}
	}
	return n < 6
}
