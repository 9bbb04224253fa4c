package main

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// mostLinks is how many links of one page's kind are followed: lists of a hundred
// documents are read from their beginning.
const mostLinks = 400

// seeds are the pages whose links are followed.
func (p insidePortal) seeds(t *testing.T) []string {
	t.Helper()
	paths := []string{"/", "/postmortems", "/runbooks", "/guides", "/slos", "/slos/checkout-availability", "/services",
		"/services/orders-api", "/actions", "/drafts", "/rules",
		"/gaps", "/search?q=connection+pool", "/similar", "/incidents", "/alerts", "/changes", "/slow-sql", "/feeds", "/dead-letters",
		"/jobs", "/deliveries", "/reports", "/reports/weekly"}
	for kind, period := range p.lastPeriods() {
		paths = append(paths, "/reports/"+kind+"/"+period)
	}
	var incidents struct{ Incidents []struct{ ID string } }
	p.read(t, "/api/v1/incidents?limit=3", &incidents)
	for _, x := range incidents.Incidents {
		paths = append(paths, "/incidents/"+url.PathEscape(x.ID))
	}
	var documents struct{ Documents []struct{ URL string } }
	p.read(t, "/api/v1/documents?kind=postmortem&limit=3", &documents)
	for _, d := range documents.Documents {
		paths = append(paths, d.URL)
	}
	return paths
}

var (
	linkOfPage = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	idOfPage   = regexp.MustCompile(` id="([^"]*)"`)
	timeOfPage = regexp.MustCompile(`<time[^>]* datetime="([^"]+)"`)
	// nonsense is what a template or a formatter prints that was given nothing sensible.
	nonsense = regexp.MustCompile(`%!|&lt;no value|<no value|\bNaN\b|\bInf\b|0001-01-01|\b1 Jan 1\b|9223372036854775807`)
)

// aheadOfNow are the pages that speak of the future too: due dates, next runs, when a
// budget will be used up, when a shift or a week ends.
var aheadOfNow = []string{"/actions", "/alerts", "/gaps", "/jobs", "/feeds", "/deliveries", "/slos", "/reports/", "/postmortems",
	"/services/"}

// checkPages asks for the pages and for every address they name.
func (p insidePortal) checkPages(t *testing.T) {
	t.Helper()
	asked := map[string]bool{}
	for _, path := range p.seeds(t) {
		w := p.get(path)
		page := w.Body.String()
		asked[path] = true
		if w.Code != http.StatusOK || !strings.HasSuffix(strings.TrimSpace(page), "</html>") {
			t.Errorf("%s: %d, %d bytes, not a whole page", path, w.Code, len(page))
			continue
		}
		if m := nonsense.FindString(page); m != "" {
			t.Errorf("%s says %q", path, m)
		}
		p.checkTimes(t, path, page)
		p.checkLinks(t, path, page, asked)
	}
	if len(asked) < 150 {
		t.Errorf("only %d addresses were asked for", len(asked))
	}
}

// checkTimes holds that a page tells of nothing that has not happened.
func (p insidePortal) checkTimes(t *testing.T, path, page string) {
	t.Helper()
	if slices.ContainsFunc(aheadOfNow, func(s string) bool { return strings.HasPrefix(path, s) }) {
		return
	}
	for _, m := range timeOfPage.FindAllStringSubmatch(page, -1) {
		at, err := time.Parse(time.RFC3339, m[1])
		if err != nil {
			at, err = time.Parse(time.DateOnly, m[1])
		}
		if err != nil || at.After(p.now) {
			t.Errorf("%s: the time %s at %s", path, m[1], p.now.Format(time.RFC3339))
		}
	}
}

// checkLinks asks for each address of a page that no page before it named; links into
// the page itself must find their id.
func (p insidePortal) checkLinks(t *testing.T, path, page string, asked map[string]bool) {
	t.Helper()
	ids := map[string]bool{"": true}
	for _, m := range idOfPage.FindAllStringSubmatch(page, -1) {
		ids[html.UnescapeString(m[1])] = true
	}
	followed := 0
	for _, m := range linkOfPage.FindAllStringSubmatch(page, -1) {
		link := html.UnescapeString(m[1])
		if id, inside := strings.CutPrefix(link, "#"); inside {
			if plain, err := url.PathUnescape(id); err != nil || !ids[plain] {
				t.Errorf("%s: %s leads nowhere in it", path, link)
			}
			continue
		}
		link, _, _ = strings.Cut(strings.TrimPrefix(link, p.app.URL()), "#")
		if !strings.HasPrefix(link, "/") || strings.HasPrefix(link, "//") || strings.Contains(link, ".pdf") || asked[link] ||
			followed == mostLinks {
			continue // elsewhere, or printed by a browser
		}
		asked[link] = true
		followed++
		w := p.get(link)
		if strings.HasPrefix(link, "/a/") && strings.Contains(w.Body.String(), "missing-note") {
			continue // an alert without a runbook has a page that asks for one
		}
		if w.Code >= http.StatusBadRequest {
			t.Errorf("%s: the link %s is answered %d", path, link, w.Code)
		} else if m := nonsense.FindString(w.Body.String()); m != "" && strings.Contains(w.Header().Get("Content-Type"), "text/html") {
			t.Errorf("%s says %q", link, m)
		}
	}
}

// checkPhone reads the newest reports on a phone: the first screen has the verdict and
// the tiles, no section is longer than the screen, and nothing is wider than it even when
// everything is opened.
func (p insidePortal) checkPhone(t *testing.T, browser *chromium) {
	t.Helper()
	tab := browser.newTab(t)
	tab.look(t, screen{phoneWidth, "light"})
	for kind, period := range p.lastPeriods() {
		path := "/reports/" + kind + "/" + period
		tab.open(t, p.app.Address()+path)
		if !eval[bool](t, tab, `['#verdict', '.tile'].every(s => document.querySelector(s).getBoundingClientRect().bottom < innerHeight)`) {
			t.Errorf("%s: the verdict or the first tile is not on the first screen", path)
		}
		for _, long := range eval[[]string](t, tab, longSections) {
			t.Errorf("%s: longer than the screen and not folded: %s", path, long)
		}
		eval[any](t, tab, `document.querySelectorAll('details').forEach(d => { d.open = true }), null`)
		if w := eval[int64](t, tab, `document.documentElement.scrollWidth`); w > phoneWidth {
			t.Errorf("%s is %d pixels wide: %v", path, w, eval[[]string](t, tab, tooWide))
		}
		for _, complaint := range tab.complaints(0) {
			t.Error("console:", complaint)
		}
	}
}
