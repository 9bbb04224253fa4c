package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// boardObjective is the objective of the demo that the board is watched by. What
// is posted for it is of one bucket, so no other test sees a difference.
const boardObjective = "search-api-availability"

// The parts of the board that a watcher looks at.
const (
	boardLink = `document.querySelector('a[href$="/slos/` + boardObjective + `"]')`
	boardRow  = boardLink + `.closest('tr')`
	boardLeft = boardRow + `.querySelector('[data-live$="-left"]').textContent`
	// lookAgain is what a browser says when the reader comes back to the page.
	lookAgain = `document.dispatchEvent(new Event('visibilitychange'))`
)

// boardWatch is a reader with the board open, and one whose browser runs no script.
type boardWatch struct {
	tab, plain *tab
	before     string  // what both saw of the objective's budget
	place      float64 // how far the reader had scrolled
}

// watchBoard opens the board and posts counts. A look at the board is shared for some
// seconds, so whether they are seen is asked when the other tests are over.
func watchBoard(t *testing.T, browser *chromium, portal demoPortal) boardWatch {
	t.Helper()
	w := boardWatch{tab: browser.newTab(t), plain: browser.newTab(t)}
	if _, err := chromedp.Call(w.plain.ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	w.tab.look(t, screen{phoneWidth, "light"}) // the board is longer than the screen
	w.tab.open(t, portal.url+"/slos")
	w.plain.open(t, portal.url+"/slos")
	eval[any](t, w.tab, `window.opened = true, `+boardRow+`.scrollIntoView({ block: 'center' }), `+boardLink+
		`.focus({ preventScroll: true }), null`)
	if w.place = eval[float64](t, w.tab, `scrollY`); w.place == 0 {
		t.Error("the board fits the screen: there is no place to lose")
	}
	w.before = eval[string](t, w.tab, boardLeft)
	portal.postBucket(t)
	return w
}

// check holds the open page to the counts that were posted: it takes them over in
// their places, and the reader keeps place and focus. Without the script a plain
// reload shows them.
func (w boardWatch) check(t *testing.T) {
	t.Helper()
	if _, err := chromedp.Call(w.tab.ctx, page.BringToFront, cdp.Empty{}); err != nil { // a hidden page does not ask
		t.Fatal(err)
	}
	w.tab.until(t, lookAgain+`, `+boardLeft+` !== `+quote(w.before))
	if !eval[bool](t, w.tab, `window.opened === true`) {
		t.Error("the page was loaded anew")
	}
	if now := eval[float64](t, w.tab, `scrollY`); now != w.place {
		t.Errorf("the reader was at %g and is at %g", w.place, now)
	}
	if !eval[bool](t, w.tab, `document.activeElement === `+boardLink) {
		t.Error("the focus is lost, it is on", eval[string](t, w.tab, where))
	}
	for _, complaint := range w.tab.complaints(0) {
		t.Error("console:", complaint)
	}
	if stays := eval[string](t, w.plain, boardLeft); stays != w.before {
		t.Errorf("without the script the page changed from %s to %s", w.before, stays)
	}
	w.plain.do(t, chromedp.Reload())
	if now, seen := eval[string](t, w.plain, boardLeft), eval[string](t, w.tab, boardLeft); now != seen {
		t.Errorf("a reload without the script shows %s, the open page %s", now, seen)
	}
}

// postBucket states that of the newest bucket of the objective nothing was good.
func (p demoPortal) postBucket(t *testing.T) {
	t.Helper()
	const length = 15 * time.Minute // of the demo's buckets
	token := strings.TrimSpace(p.run(t, p.dir, "postern", "token", "create", "--role", "feeder", "--name", "board"))
	line := fmt.Sprintf(`{"v":1,"type":"sli","slo":%q,"start":%q,"len":"15m","good":0,"total":1000000,"rev":1}`,
		boardObjective, p.now.Add(-length).Truncate(length).Format(time.RFC3339))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/api/v1/feeds/ndjson?source=meter",
		strings.NewReader(line+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/x-ndjson")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || res.StatusCode != http.StatusAccepted || !strings.Contains(string(answer), `"accepted":1,`) {
		t.Fatalf("the bucket was answered with %s, %s, %v", res.Status, answer, err)
	}
}
