package main

import (
	"encoding/json"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// quote writes a string as JavaScript does.
func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// testWithoutScript searches, narrows and reads where scripts are forbidden.
func testWithoutScript(t *testing.T, browser *chromium, url string) {
	tab := browser.newTab(t)
	if _, err := chromedp.Call(tab.ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	tab.open(t, url+"/")
	if !eval[bool](t, tab, has(".theme[hidden]")) {
		t.Fatal("the script ran")
	}
	tab.do(t, chromedp.Click(chromedp.CSS(".hero input[name=q]")))
	tab.press(t, "connection pool")
	tab.press(t, kb.Enter)
	tab.until(t, onResults)
	tab.do(t, chromedp.Click(chromedp.CSS(".facet a")))
	tab.until(t, onResults+` && `+has("a.pill.on"))
	title := eval[string](t, tab, `document.querySelector('.hit [data-item]').textContent.trim()`)
	tab.do(t, chromedp.Click(chromedp.CSS(".hit [data-item]")))
	tab.until(t, has(".prose")+` && document.querySelector('h1').textContent.trim() === `+quote(title))
	if hidden := eval[int](t, tab, `document.querySelectorAll('main [hidden]').length`); hidden > 0 {
		t.Errorf("%d parts of the page stay hidden without the script", hidden)
	}
	tab.do(t, chromedp.Click(chromedp.CSS(".bar a.brand")))
	tab.until(t, has(".hero"))
	pasteWithoutScript(t, tab, url)
}
