package main

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// TestBrowser reads, searches and walks by keyboard through the demo portal in
// Chromium. With POSTERN_SHOTS=FOLDER it also leaves a picture of every page.
func TestBrowser(t *testing.T) {
	needGit(t)
	program := needChromium(t)
	portal := startPortal(t, testDay())
	portal.pushDraft(t)
	browser := startChromium(t, program)
	board := watchBoard(t, browser, portal)
	t.Run("pages", func(t *testing.T) { testPages(t, browser, portal.url) })
	t.Run("signal pages", func(t *testing.T) { testSignalPages(t, browser, portal.url) })
	t.Run("keyboard", func(t *testing.T) { testKeyboard(t, browser, portal.url) })
	t.Run("search", func(t *testing.T) { testSearch(t, browser, portal.url) })
	t.Run("paste", func(t *testing.T) { testPaste(t, browser, portal.url) })
	t.Run("charts", func(t *testing.T) { testCharts(t, browser) })
	t.Run("without script", func(t *testing.T) { testWithoutScript(t, browser, portal.url) })
	t.Run("board", board.check)
}

// browserPage is one page that every theme and width is tried on.
type browserPage struct {
	name, path string
	status     int
	holds      string // a selector: proof that the page shows what it is tried for
}

func browserPages() []browserPage {
	const ok = http.StatusOK
	return []browserPage{
		{"home", "/", ok, ".hero form[role=search]"},
		{"list", "/postmortems", ok, "main [data-item]"},
		{"list-filtered", "/postmortems?severity=SEV2", ok, "a.pill.on"},
		{"postmortem", "/postmortems/2026/2026-06-25-double-capture", ok, ".strip svg"},
		{"postmortem-chinese", "/postmortems/2026/2026-09-01-下单连接池耗尽", ok, "article[lang|=zh]"},
		{"diagram", "/postmortems/2026/2026-07-21-session-key-rotation", ok, "pre.mermaid"},
		{"runbook", "/runbooks/GatewayPoolExhausted", ok, ".prose pre code"},
		{"guide", "/guides/promql-for-slos", ok, ".prose table, .prose pre"},
		{"search", "/search?q=connection+pool", ok, ".facets a"},
		{"search-narrowed", "/search?q=pool+severity%3ASEV2", ok, "a.pill.on"},
		{"search-nothing", "/search?q=zyxwvutsrq", ok, "main .empty"},
		{"search-empty", "/search", ok, "main .empty"},
		{"search-problem", "/search?q=pool+kind%3Ax+conection", ok, ".note .query mark"},
		{"similar-form", "/similar", ok, "form.paste textarea"},
		{"similar", "/similar?text=" + url.QueryEscape(pastedAlert), ok, ".answer .fix pre"},
		{"similar-log", "/similar?text=WARN+pgxpool+acquire+failed:+context+deadline+exceeded", ok, ".answer .fix"},
		{"alert", "/a/gatewaypoolexhausted", ok, ".answer .fix"},
		{"alert-unknown", "/a/NeverHeardOf", http.StatusNotFound, ".missing-note textarea"},
		{"gaps", "/gaps", ok, "#missing"},
		{"services", "/services", ok, "main [data-item]"},
		{"service", "/services/orders-api", ok, ".slos [data-item]"},
		{"slos", "/slos", ok, ".slos [data-item]"},
		{"slo", "/slos/checkout-availability", ok, "figure svg.chart"},
		{"actions", "/actions", ok, "main table"},
		{"history", "/runbooks/GatewayPoolExhausted?history", ok, "main table"},
		{"permalink-unknown", "/p/0", http.StatusNotFound, ".failure"},
		{"missing", "/postmortems/2026/no-such-page", http.StatusNotFound, ".failure"},
		{"drafts", "/drafts", ok, ".draft a"},
		{"draft", "/drafts/" + draftBranch, ok, ".draft a"},
		{"rules", "/rules", ok, "main [data-item]"},
		{"login", "/login", ok, "input[type=password]"},
	}
}

// screen is how a reader looks at the portal.
type screen struct {
	width  int64
	scheme string // of prefers-color-scheme
}

func (s screen) String() string { return fmt.Sprintf("%s-%d", s.scheme, s.width) }

const (
	phoneWidth = 390 // CSS pixels
	deskWidth  = 1280
)

func screens() []screen {
	return []screen{{deskWidth, "light"}, {deskWidth, "dark"}, {phoneWidth, "light"}, {phoneWidth, "dark"}}
}

// testPages holds every page to what all pages owe every reader.
func testPages(t *testing.T, browser *chromium, url string) {
	tab := browser.newTab(t)
	for _, s := range screens() {
		t.Run(s.String(), func(t *testing.T) {
			tab.look(t, s)
			for _, p := range browserPages() {
				t.Run(p.name, func(t *testing.T) { testPage(t, tab, url, p, s) })
			}
		})
	}
}

func testPage(t *testing.T, tab *tab, url string, p browserPage, s screen) {
	if status := tab.open(t, url+p.path); status != p.status {
		t.Fatalf("status %d, want %d", status, p.status)
	}
	if !eval[bool](t, tab, has(p.holds)) {
		t.Errorf("nothing fits %s", p.holds)
	}
	if eval[bool](t, tab, has("pre.mermaid")) {
		tab.drawDiagrams(t)
	}
	tab.picture(t, p.name+"-"+s.String())
	for _, problem := range eval[[]string](t, tab, outline) {
		t.Error(problem)
	}
	if w := eval[int64](t, tab, `document.documentElement.scrollWidth`); w > s.width {
		t.Errorf("the page is %d pixels wide on a screen of %d: %v", w, s.width, eval[[]string](t, tab, tooWide))
	}
	for _, cut := range eval[[]string](t, tab, cutCommands) {
		t.Error("a command of the fix is cut off at the edge:", cut)
	}
	for _, complaint := range tab.complaints(p.status) {
		t.Error("console:", complaint)
	}
	eval[any](t, tab, `document.querySelectorAll('details').forEach(d => { d.open = true }), null`)
	if w := eval[int64](t, tab, `document.documentElement.scrollWidth`); w > s.width {
		t.Errorf("with everything opened the page is %d pixels wide on a screen of %d: %v", w, s.width, eval[[]string](t, tab, tooWide))
	}
	for _, v := range tab.axe(t) {
		t.Error(v)
	}
}

// cutCommands lists the code of fixes that a reader must scroll sideways to see.
const cutCommands = `Array.from(document.querySelectorAll('.fix pre')).filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)`

// outline lists what a page lacks of the structure that a screen reader walks by.
const outline = `(() => {
  const problems = []
  const count = (selector, n) => {
    const found = document.querySelectorAll(selector).length
    if (found !== n) problems.push(found + ' elements fit ' + selector + ', want ' + n)
  }
  count('body > header', 1)
  count('main', 1)
  count('body > footer', 1)
  count('main h1:not(.prose h1)', 1)
  count('nav[aria-label="Main navigation"]', 1)
  count('[role=search] input[name=q]:not(.failure input)', 1)
  count('.skip[href="#main"]', 1)
  if (location.pathname.endsWith('/search')) count('[role=status]', 1)
  let level = 0
  for (const h of document.querySelectorAll('main :is(h1, h2, h3, h4):not(.prose *)')) {
    const now = Number(h.tagName[1])
    if (now > level + 1 && h.checkVisibility()) problems.push('after a heading of level ' + level + ' comes “' + h.textContent + '” of level ' + now)
    level = now
  }
  for (const box of document.querySelectorAll('main .table[tabindex]:not(.prose *)'))
    if (!box.matches('[role=region][aria-label]')) problems.push('a table that is focused has no name: ' + box.textContent.slice(0, 40))
  for (const cell of document.querySelectorAll('main th:not([scope]):not(.prose *)')) problems.push('the head “' + cell.textContent + '” says not of what')
  if (!document.title) problems.push('no title')
  if (!document.documentElement.lang) problems.push('no language')
  return problems
})()`

// tooWide names the elements that stick out of the screen and are not inside
// an element that scrolls.
const tooWide = `Array.from(document.querySelectorAll('body *')).filter(e => {
  if (e.getBoundingClientRect().right <= document.documentElement.clientWidth + 1) return false
  for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
    if (getComputedStyle(p).overflowX !== 'visible') return false
  return true
}).slice(0, 5).map(e => e.outerHTML.slice(0, 120))`
