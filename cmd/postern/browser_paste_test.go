package main

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// pastedAlert is what is pasted at three in the morning.
const pastedAlert = "[FIRING:1] GatewayPoolExhausted (eu-1 payment-gw critical)\nLabels:\n - alertname = GatewayPoolExhausted\n" +
	" - pod = payment-gw-7c9d8b6f5-x2kqp\nAnnotations:\n - summary = The pool of payment-gw is full\n"

// leadsToRunbook holds on the answer to pastedAlert.
const leadsToRunbook = `location.pathname.endsWith('/similar') && document.readyState === 'complete' &&
  document.querySelector('.answer h2 a')?.textContent === 'GatewayPoolExhausted' &&
  !!document.querySelector('.answer .fix pre') && document.querySelectorAll('[aria-label="Past incidents"] .hit').length > 0`

// testPaste pastes an alert in every place that takes one.
func testPaste(t *testing.T, browser *chromium, url string) {
	for _, step := range []struct {
		name string
		walk func(*testing.T, *tab, string)
	}{
		{"lines into the box", pasteLines},
		{"one line into the box", pasteLine},
		{"into the form", pasteForm},
		{"related documents", walkRelated},
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

// pasteLines pastes several lines into the search box, which can hold only one.
func pasteLines(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/runbooks")
	eval[any](t, tab, `(() => {
  const data = new DataTransfer()
  data.setData('text/plain', `+quote(pastedAlert)+`)
  document.querySelector('.find input').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  return null
})()`)
	tab.until(t, leadsToRunbook)
	if eval[string](t, tab, `location.search`) != "" {
		t.Error("what was pasted stands in the address")
	}
	if text := eval[string](t, tab, `document.querySelector('#text').value`); strings.TrimSpace(text) != strings.TrimSpace(pastedAlert) {
		t.Errorf("the form holds %q", text)
	}
	tab.press(t, "j")
	tab.until(t, onFirst+` && !!document.activeElement.closest('.answer')`)
}

// pasteLine types what a search box makes of several lines, and Enter.
func pasteLine(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/runbooks")
	tab.press(t, "/")
	tab.until(t, inSearchBox)
	insert(t, tab, strings.ReplaceAll(pastedAlert, "\n", " "))
	tab.press(t, kb.Enter)
	tab.until(t, leadsToRunbook)
}

func pasteForm(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/similar")
	tab.do(t, chromedp.Click(chromedp.CSS("#text")))
	insert(t, tab, pastedAlert)
	tab.do(t, chromedp.Click(chromedp.CSS("form.paste button")))
	tab.until(t, leadsToRunbook)
	if said := eval[string](t, tab, `document.querySelector('main [role=status]').textContent`); !strings.Contains(said, "what fixed it") {
		t.Errorf("a screen reader hears %q", said)
	}
}

// pasteWithoutScript uses the form where scripts are forbidden.
func pasteWithoutScript(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/similar")
	tab.do(t, chromedp.Click(chromedp.CSS("#text")))
	insert(t, tab, pastedAlert)
	tab.do(t, chromedp.Click(chromedp.CSS("form.paste button")))
	tab.until(t, leadsToRunbook)
}

// walkRelated follows a runbook to the incident most like it.
func walkRelated(t *testing.T, tab *tab, url string) {
	tab.open(t, url+"/runbooks/GatewayPoolExhausted")
	const related = `Array.from(document.querySelectorAll('aside section')).find(s => s.querySelector('h2')?.textContent === 'Similar incidents')?.querySelector('a')`
	title := eval[string](t, tab, related+`?.textContent ?? ''`)
	if title != "Checkout failed for all customers in eu-1" {
		t.Fatalf("the most similar incident is %q", title)
	}
	eval[any](t, tab, related+`.click(), null`)
	tab.until(t, `document.querySelector('h1').textContent.trim() === `+quote(title))
}

// insert puts text at the cursor at once, as pasting does.
func insert(t *testing.T, tab *tab, text string) {
	t.Helper()
	if _, err := chromedp.Call(tab.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		t.Fatal(err)
	}
}
