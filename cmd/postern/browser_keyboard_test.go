package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Conditions that a walk by keyboard waits for.
const (
	inSearchBox  = `document.activeElement === document.querySelector('.find input[name=q]')`
	nothingFocus = `document.activeElement === document.body`
	onFirst      = `document.activeElement === document.querySelectorAll('[data-item]')[0]`
	onSecond     = `document.activeElement === document.querySelectorAll('[data-item]')[1]`
	onResults    = `location.pathname.endsWith('/search') && document.readyState === 'complete' && ` +
		`document.querySelectorAll('.hit [data-item]').length > 1`
	// focusSeen: a ring of at least two pixels around something on the screen.
	focusSeen = `(() => {
  const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect()
  return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 &&
    r.width > 1 && r.height > 1 && r.bottom > 0 && r.top < innerHeight
})()`
)

// testKeyboard does what a reader without a mouse does.
func testKeyboard(t *testing.T, browser *chromium, url string) {
	for _, step := range []struct {
		name string
		walk func(*testing.T, *tab, string)
	}{
		{"search", walkSearch},
		{"results", walkResults},
		{"help", walkHelp},
		{"tab order", walkTabs},
		{"keys switched off", walkSwitch},
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

func walkSearch(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/")
	tab.press(t, "/")
	tab.until(t, inSearchBox)
	tab.press(t, "connection pool")
	tab.press(t, kb.Enter)
	tab.until(t, onResults)
	if q := eval[string](t, tab, `new URLSearchParams(location.search).get('q')`); q != "connection pool" {
		t.Errorf("the address asks for %q", q)
	}
}

func walkResults(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/search?q=connection+pool")
	for _, step := range []struct{ key, want string }{
		{"j", onFirst}, {"k", onFirst}, {"j", onSecond}, {"k", onFirst},
		{kb.ArrowDown, onSecond}, {kb.ArrowUp, onFirst},
		{"/", inSearchBox}, {kb.ArrowDown, onFirst},
	} {
		tab.press(t, step.key)
		tab.until(t, step.want)
		tab.until(t, focusSeen)
	}
	address := eval[string](t, tab, `document.activeElement.href`)
	tab.press(t, kb.Enter)
	tab.until(t, `location.href.split('#')[0] === `+quote(address)+` && `+has(".prose"))
	eval[any](t, tab, `history.back(), null`)
	tab.until(t, onResults+` && document.querySelector('.find input').value === 'connection pool'`)
}

func walkHelp(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/runbooks")
	tab.press(t, "?")
	tab.until(t, has("dialog#keys[open]"))
	for _, v := range tab.axe(t) {
		t.Error(v)
	}
	tab.press(t, kb.Escape)
	tab.until(t, "!("+has("dialog[open]")+")")
	tab.press(t, "/")
	tab.until(t, inSearchBox)
	tab.press(t, "j?/") // only letters while typing
	tab.until(t, `document.activeElement.value === 'j?/'`)
	if eval[bool](t, tab, has("dialog[open]")) {
		t.Error("a key that is typed opens the help")
	}
	tab.press(t, kb.Escape)
	tab.until(t, nothingFocus)
}

// walkTabs reaches the first result by Tab alone, and by the skip link at once.
func walkTabs(t *testing.T, tab *tab, url string) {
	const farthest = 120 // stops: navigation and every facet stand before the results
	tab.open(t, url+"/search?q=connection+pool")
	stops := 0
	for ; stops < farthest && !eval[bool](t, tab, onFirst); stops++ {
		tab.press(t, kb.Tab)
		if stops == 0 && !eval[bool](t, tab, `document.activeElement.matches('.skip')`) {
			t.Error("the first stop is not the skip link")
		}
		if !eval[bool](t, tab, focusSeen) {
			t.Error("the focus is not seen:", eval[string](t, tab, where))
		}
	}
	if stops == farthest {
		t.Errorf("the first result is not among the first %d stops", farthest)
	}
	tab.open(t, url+"/search?q=connection+pool")
	tab.press(t, kb.Tab)
	tab.press(t, kb.Enter)
	tab.until(t, `document.activeElement.id === 'main'`)
	tab.press(t, kb.Tab)
	tab.until(t, `document.querySelector('main').contains(document.activeElement)`)
}

// walkSwitch turns single keys off, as WCAG 2.1.4 asks, and on again.
func walkSwitch(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/guides")
	toggle := func() {
		tab.do(t, chromedp.Click(chromedp.CSS("button[data-open=keys]")))
		tab.until(t, has("dialog#keys[open]"))
		tab.do(t, chromedp.Click(chromedp.CSS("[data-keys-switch]")))
		tab.press(t, kb.Escape)
		tab.until(t, "!("+has("dialog[open]")+")")
	}
	toggle()
	tab.press(t, "/")
	if eval[bool](t, tab, inSearchBox) {
		t.Error("a key works that is switched off")
	}
	tab.open(t, url+"/runbooks")
	tab.press(t, "j")
	if eval[bool](t, tab, onFirst) {
		t.Error("the switch is forgotten on the next page")
	}
	toggle()
	tab.press(t, "/")
	tab.until(t, inSearchBox)
}
