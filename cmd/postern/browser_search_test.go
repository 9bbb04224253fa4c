package main

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Conditions that a search waits for.
const (
	optionsOpen   = `document.activeElement.getAttribute('aria-expanded') === 'true' && document.querySelectorAll('[role=listbox] [role=option]').length > 0`
	optionsClosed = `document.querySelector('.find input').getAttribute('aria-expanded') === 'false' && document.querySelector('[role=listbox]').hidden`
	chosen        = `document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.getAttribute('aria-selected') === 'true'`
	counted       = `/^[\d,]+ results?$/.test(document.querySelector('[role=status]').textContent.trim())`
	atQuery       = `new URLSearchParams(location.search).get('q')`
)

// testSearch does with the search page what its readers do.
func testSearch(t *testing.T, browser *chromium, url string) {
	for _, step := range []struct {
		name string
		walk func(*testing.T, *tab, string)
	}{
		{"typing", walkTyping},
		{"history", walkHistory},
		{"facets", walkFacets},
		{"suggestions", walkSuggestions},
		{"recent searches", walkRecent},
		{"composition", walkComposition},
		{"marks", walkMarks},
		{"alert", walkAlert},
		{"refusal", walkRefusal},
		{"gaps", walkGaps},
	} {
		t.Run(step.name, func(t *testing.T) {
			tab := browser.newTab(t)
			step.walk(t, tab, url)
			for _, complaint := range tab.complaints(0) {
				t.Error("console:", complaint)
			}
		})
	}
}

func walkTyping(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/search?q=pool")
	tab.until(t, onResults)
	eval[any](t, tab, `window.region = document.querySelector('[role=status]'), null`)
	tab.press(t, "/")
	tab.until(t, inSearchBox)
	tab.press(t, "certificat") // not a whole word: what is typed last is a beginning
	tab.until(t, atQuery+` === 'certificat'`)
	tab.until(t, `document.querySelector('.hit mark')?.textContent.toLowerCase().startsWith('certificat')`)
	tab.until(t, `document.title.startsWith('certificat')`)
	if !eval[bool](t, tab, inSearchBox) {
		t.Error("the search box lost the focus")
	}
	// A screen reader hears the changes of an element that stays.
	tab.until(t, `window.region.isConnected && `+counted)
	for _, v := range tab.axe(t) {
		t.Error(v)
	}
	tab.press(t, kb.Enter)
	tab.until(t, optionsClosed+` && window.region.isConnected && `+inSearchBox)
	if q := eval[string](t, tab, atQuery); q != "certificat" {
		t.Errorf("Enter asks for %q", q)
	}
}

// walkHistory: a search has one entry in the history, however many keys it took.
func walkHistory(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/runbooks")
	tab.open(t, url+"/search?q=pool")
	tab.until(t, onResults)
	tab.press(t, "/")
	for _, part := range []string{"k", "af", "ka"} {
		tab.press(t, part)
		tab.until(t, `document.title.startsWith(document.querySelector('.find input').value)`)
	}
	tab.press(t, kb.Escape) // the suggestions
	tab.press(t, kb.Escape) // the box: the search has come to rest
	tab.until(t, nothingFocus)
	eval[any](t, tab, `history.back(), null`)
	tab.until(t, atQuery+` === 'pool' && document.querySelector('.find input').value === 'pool' && document.title.startsWith('pool')`)
	eval[any](t, tab, `history.forward(), null`)
	tab.until(t, atQuery+` === 'kafka' && document.querySelector('.find input').value === 'kafka' && document.title.startsWith('kafka')`)
	eval[any](t, tab, `history.go(-2), null`)
	tab.until(t, `location.pathname.endsWith('/runbooks')`)
}

func walkFacets(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/search?q=pool")
	tab.until(t, onResults)
	eval[any](t, tab, `window.stays = true, document.querySelector('[data-key="severity SEV2"]').focus(), null`)
	before := eval[string](t, tab, `document.querySelector('[data-count]').textContent`)
	tab.press(t, kb.Enter)
	tab.until(t, atQuery+` === 'pool severity:SEV2' && `+has("a.pill.on")+
		` && document.querySelector('.find input').value === 'pool severity:SEV2'`)
	tab.until(t, counted+` && window.stays && document.activeElement.dataset.key === 'severity SEV2' && document.activeElement.getAttribute('aria-current') === 'true'`)
	if after := eval[string](t, tab, `document.querySelector('[data-count]').textContent`); after == before {
		t.Errorf("the filter changes nothing: %s", after)
	}
	if n := eval[int](t, tab, `Number(document.activeElement.querySelector('.n').textContent) - parseInt(document.querySelector('[data-count]').textContent)`); n != 0 {
		t.Errorf("the facet counts %d more than there are", n)
	}
	tab.do(t, chromedp.Click(chromedp.CSS("[data-key=sort]")))
	tab.until(t, `location.search.includes('sort=newest') && document.querySelector('[data-key=sort]').textContent === 'by relevance'`)
	tab.do(t, chromedp.Click(chromedp.CSS("a.pill.on")))
	tab.until(t, atQuery+` === 'pool' && !(`+has("a.pill.on")+`) && location.search.includes('sort=newest')`)
	eval[any](t, tab, `history.go(-3), null`)
	tab.until(t, `location.search === '?q=pool' && window.stays`)
	tab.until(t, `document.querySelector('[data-count]').textContent === `+quote(before))
}

func walkSuggestions(t *testing.T, tab *tab, url string) {
	for _, page := range []string{"/", "/runbooks", "/search?q=kafka"} {
		tab.open(t, url+page)
		tab.press(t, "/")
		tab.until(t, inSearchBox)
		tab.press(t, "pool exh") // parts of GatewayPoolExhausted
		tab.until(t, optionsOpen+` && document.querySelector('[role=option]').textContent.includes('GatewayPoolExhausted')`)
		if page == "/" {
			tab.picture(t, "suggestions")
		}
		for _, v := range tab.axe(t) {
			t.Error(page, v)
		}
		tab.press(t, kb.ArrowDown)
		tab.until(t, chosen+` && `+inSearchBox)
		tab.press(t, kb.ArrowUp) // back in the box: Enter would search
		tab.until(t, `!document.activeElement.hasAttribute('aria-activedescendant') && `+inSearchBox)
		tab.press(t, kb.Escape)
		tab.until(t, optionsClosed+` && `+inSearchBox+` && document.activeElement.value === 'pool exh'`)
		tab.press(t, "a")
		tab.until(t, optionsOpen)
		tab.press(t, kb.ArrowDown)
		tab.until(t, chosen)
		tab.press(t, kb.Enter)
		tab.until(t, `location.pathname.endsWith('/runbooks/GatewayPoolExhausted') && `+has(".prose"))
	}
}

// walkRecent: what was searched is offered to an empty box, and can be forgotten.
func walkRecent(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/")
	tab.press(t, "/")
	tab.press(t, "clock skew")
	tab.press(t, kb.Enter)
	tab.until(t, onResults)
	tab.open(t, url+"/")
	tab.press(t, "/")
	tab.press(t, kb.ArrowDown)
	tab.until(t, optionsOpen+` && document.querySelector('[role=option]').textContent.includes('clock skew')`)
	tab.press(t, kb.ArrowDown)
	tab.press(t, kb.Enter)
	tab.until(t, onResults+` && `+atQuery+` === 'clock skew'`)
	tab.open(t, url+"/")
	tab.press(t, "/")
	tab.press(t, kb.ArrowDown)
	tab.until(t, optionsOpen)
	tab.press(t, kb.ArrowUp) // the last: forget
	tab.press(t, kb.Enter)
	tab.until(t, optionsClosed+` && localStorage.getItem('postern.recent') === '[]'`)
}

// walkComposition: letters that choose a Chinese word are not searched for.
func walkComposition(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/search?q=pool")
	tab.until(t, onResults)
	eval[any](t, tab, `window.asked = [], window.fetch = (f => (a, ...r) => (asked.push(String(a)), f(a, ...r)))(window.fetch), null`)
	tab.press(t, "/")
	tab.until(t, inSearchBox)
	for _, letters := range []string{"l", "li", "lian", "lianjie"} {
		if _, err := chromedp.Call(tab.ctx, input.ImeSetComposition, input.ImeSetCompositionParams{
			Text: letters, SelectionStart: int64(len(letters)), SelectionEnd: int64(len(letters)),
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := chromedp.Call(tab.ctx, input.InsertText, input.InsertTextParams{Text: "连接池"}); err != nil {
		t.Fatal(err)
	}
	tab.until(t, atQuery+` === '连接池' && document.title.startsWith('连接池')`)
	if asked := eval[[]string](t, tab, `asked.filter(a => /[?&]q=l/.test(a))`); len(asked) > 0 {
		t.Errorf("asked while composing: %q", asked)
	}
}

// walkMarks follows a quote to the heading that it stands under.
func walkMarks(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/search?q=connection+pool")
	tab.until(t, onResults)
	heading := eval[string](t, tab, `document.querySelector('.under a').textContent.trim()`)
	tab.do(t, chromedp.Click(chromedp.CSS(".under a")))
	tab.until(t, has(".prose mark")+` && document.getElementById(decodeURIComponent(location.hash.slice(1)))?.textContent.startsWith(`+
		quote(heading)+`)`)
	tab.until(t, `(r => r.top >= 0 && r.top < innerHeight)(document.getElementById(decodeURIComponent(location.hash.slice(1))).getBoundingClientRect())`)
	tab.picture(t, "marks")
	for _, v := range tab.axe(t) {
		t.Error(v)
	}
}

// walkAlert: an alert that is put into the box is answered by the page that reads
// its structure; back leads to the search before.
func walkAlert(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/search?q=pool")
	tab.until(t, onResults)
	tab.press(t, "/")
	if _, err := chromedp.Call(tab.ctx, input.InsertText, input.InsertTextParams{Text: "[FIRING:1] GatewayPoolExhausted (eu-1 " +
		"payment-gw critical)"}); err != nil {
		t.Fatal(err)
	}
	tab.press(t, kb.Enter)
	tab.until(t, `location.pathname.endsWith('/similar') && document.querySelector('.answer')?.textContent.includes('GatewayPoolExhausted')`)
	eval[any](t, tab, `history.back(), null`)
	tab.until(t, `location.pathname.endsWith('/search') && `+onResults)
}

// walkRefusal: while search refuses, the last results stay, and it is asked again.
func walkRefusal(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/search?q=pool")
	tab.until(t, onResults)
	eval[any](t, tab, `window.real = window.fetch, window.fetch = () => Promise.resolve(new Response(
    '<main><section class="failure"><p class="kind">429</p><p>Too many requests; try again in 1 s.</p></section></main>',
    { status: 429, headers: { 'Retry-After': '1', 'Content-Type': 'text/html' } })), null`)
	tab.press(t, "/")
	tab.press(t, "kafka")
	tab.until(t, `document.querySelector('.note.slow')?.textContent.includes('Retrying in 1 s') && document.querySelectorAll('.hit').length > 0`)
	tab.until(t, `document.querySelector('[role=status]').textContent.includes('Too many requests')`)
	eval[any](t, tab, `window.fetch = window.real, null`)
	tab.until(t, `document.title.startsWith('kafka') && !document.querySelector('.note.slow') && `+counted)
}

// walkGaps checks that searches without results and reported gaps are listed.
func walkGaps(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/search?q=qwvzxrunbook+kind%3Arunbook")
	tab.until(t, has(".empty form textarea"))
	tab.do(t, chromedp.Click(chromedp.CSS(".empty textarea")))
	tab.press(t, "it pages at night")
	tab.do(t, chromedp.Click(chromedp.CSS(".empty form button")))
	tab.until(t, `location.pathname.endsWith('/gaps') && `+has(".note.ok[role=status]")+
		` && document.querySelector('#missing').textContent.includes('it pages at night')`)
	tab.picture(t, "gaps")
	// The search is counted once typing has ended.
	tab.until(t, `fetch(document.body.dataset.base + '/api/v1/gaps').then(r => r.json())
    .then(g => { window.gap = g.gaps.find(x => x.query === 'qwvzxrunbook kind:runbook') }), window.gap?.empty === 1`)
	tab.open(t, url+"/gaps")
	tab.until(t, `Array.from(document.querySelectorAll('main td a')).some(a => a.textContent === 'qwvzxrunbook kind:runbook')`)
	if eval[bool](t, tab, has(`form[action$="/gaps/done"]`)) {
		t.Error("a reader may finish notes")
	}
}
