package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// violation is a rule of accessibility that a page breaks.
type violation struct {
	ID, Impact, Help string
	Nodes            []string
}

func (v violation) String() string {
	return fmt.Sprintf("axe: %s (%s): %s\n  %s", v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n  "))
}

// grave runs axe-core and keeps what shuts readers out. The frame of a diagram is
// left out: its drawing is mermaid's own, and the source stands beside it.
const grave = `axe.run(document, { iframes: false, resultTypes: ['violations'] }).then(r => r.violations
  .filter(v => v.impact === 'serious' || v.impact === 'critical')
  .map(v => ({ ID: v.id, Impact: v.impact, Help: v.help,
    Nodes: v.nodes.slice(0, 5).map(n => n.target.join(' ') + ': ' + n.failureSummary.replace(/\s+/g, ' ') + ' ' + n.html.slice(0, 160)) })))`

// axe lists the serious and critical violations of the page.
func (b *tab) axe(t *testing.T) []violation {
	t.Helper()
	if !eval[bool](t, b, `'axe' in window`) {
		eval[any](t, b, b.axeJS+"\n;null")
	}
	return eval[[]violation](t, b, grave)
}

// drawDiagrams scrolls to each diagram and waits until it is drawn.
func (b *tab) drawDiagrams(t *testing.T) {
	t.Helper()
	eval[any](t, b, `document.querySelectorAll('pre.mermaid').forEach(d => d.scrollIntoView()), null`)
	b.until(t, `Array.from(document.querySelectorAll('pre.mermaid')).every(d => d.hidden && d.previousElementSibling.height > 20)`)
	eval[any](t, b, `scrollTo(0, 0), null`)
}

// picture keeps what the page looks like in the folder of POSTERN_SHOTS.
func (b *tab) picture(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("POSTERN_SHOTS")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	const lossless = 100
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(lossless))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}
