package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	// pagePatience is how long a page may take to become what a step waits for,
	// on a loaded test machine.
	pagePatience = 20 * time.Second
	// pollEvery is how often a condition is asked for until then.
	pollEvery = 20 * time.Millisecond
	// browserPatience ends a browser that hangs.
	browserPatience = 8 * time.Minute
)

// needChromium finds the browser. It skips by name without one, or fails where
// every test must run.
func needChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program, err := exec.LookPath(name); err == nil {
			return program
		}
	}
	if os.Getenv("POSTERN_REQUIRE") != "" {
		t.Fatal("chromium is not installed")
	}
	t.Skip("chromium is not installed")
	return ""
}

// chromium is one running browser.
type chromium struct{ ctx context.Context }

func startChromium(t *testing.T, program string) *chromium {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), browserPatience)
	t.Cleanup(cancel)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.Env(fontsOfTests(t), "TZ=UTC", "LC_ALL=C.UTF-8", "LANGUAGE="),
		chromedp.Flag("lang", "en-US"),
		chromedp.UserDataDir(filepath.Join(t.TempDir(), "profile")),
		chromedp.NoSandbox, // test machines run as root; the portal is our own
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		// Frames stay in the page's process, so that their complaints are heard.
		chromedp.Flag("disable-site-isolation-trials", true),
		chromedp.Flag("disable-features", "Translate,IsolateSandboxedIframes,IsolateOrigins,site-per-process"),
	)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, _ = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log("chromium:", err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal("chromium does not start:", err)
	}
	return &chromium{ctx}
}

// tab is one page of the browser and everything it complained about.
type tab struct {
	ctx   context.Context
	axeJS string

	mu   sync.Mutex
	url  string
	said []complaint
}

// complaint is a line in the browser's console that no page should cause.
type complaint struct{ source, text, url string }

// tellViolations makes each frame report what the content security policy stops.
const tellViolations = `document.addEventListener('securitypolicyviolation', e =>
  console.error('stopped by the policy: ' + e.effectiveDirective + ' ' + e.blockedURI + ' ' + e.sample))`

func (b *chromium) newTab(t *testing.T) *tab {
	t.Helper()
	axe, err := os.ReadFile(filepath.Join("testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	tab := &tab{ctx: ctx, axeJS: string(axe)}
	if err := chromedp.Listen(ctx, tab.hear); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: tellViolations}); err != nil {
		t.Fatal(err)
	}
	tab.look(t, screen{deskWidth, "light"})
	return tab
}

// hear is called for each event, before the answer to the command that follows.
func (b *tab) hear(event any) {
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.note(complaint{string(e.Entry.Source), e.Entry.Text, e.Entry.URL})
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		b.note(complaint{"exception", text, e.ExceptionDetails.URL})
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			text, _ := json.Marshal(e.Args)
			b.note(complaint{"script", string(text), ""})
		}
	}
}

func (b *tab) note(c complaint) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, c)
}

// complaints returns those since the page was opened, without the browser's own note
// that a missing page is missing.
func (b *tab) complaints(status int) []complaint {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.said), func(c complaint) bool {
		return status >= 400 && c.source == string(log.EntrySourceNetwork) && c.url == b.url
	})
}

// look sets the size and the theme. Nothing moves, so that a picture is final.
func (b *tab) look(t *testing.T, s screen) {
	t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: s.width, Height: 900, ScreenWidth: s.width, DeviceScaleFactor: 1, Mobile: s.width == phoneWidth,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: s.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// open goes to an address and gives the status of the answer.
func (b *tab) open(t *testing.T, url string) int {
	t.Helper()
	b.mu.Lock()
	b.said = nil
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(b.ctx, pagePatience)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.NavigateResponse(url))
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	b.mu.Lock()
	b.url = answer.URL
	b.mu.Unlock()
	return int(answer.Status)
}

// do carries out what a reader does.
func (b *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, pagePatience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// press presses keys one after the other. Key and character go down as one event,
// as from a keyboard: who handles the key may keep the character away.
func (b *tab) press(t *testing.T, keys string) {
	t.Helper()
	for _, key := range keys {
		events := kb.Encode(key)
		down, up := *events[0], *events[len(events)-1]
		if len(events) == 3 { // down, character, up
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		for _, event := range []input.DispatchKeyEventParams{down, up} {
			if _, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, event); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// until waits for a condition, also over a change of the page.
func (b *tab) until(t *testing.T, condition string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, pagePatience)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](condition))
		if err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("never: %s (%v); at %s", condition, err, eval[string](t, b, where))
		case <-tick.C:
		}
	}
}

// where tells, for a step that failed, what the reader sees.
const where = `location.href + ', focus on ' + document.activeElement.outerHTML.slice(0, 100)`

// eval asks the page. Evaluation by the debugger is not subject to its policy.
func eval[T any](t *testing.T, b *tab, expression string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, pagePatience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%.200s: %v", expression, err)
	}
	return value
}

// has is the condition that something fits a selector.
func has(selector string) string {
	quoted, _ := json.Marshal(selector)
	return "document.querySelector(" + string(quoted) + ") !== null"
}
