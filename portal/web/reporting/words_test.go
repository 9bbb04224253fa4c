package reporting_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
)

// keptPage is a printer that keeps the page it is given.
type keptPage struct{ page string }

func (k *keptPage) PDF(_ context.Context, page []byte) ([]byte, error) {
	k.page = string(page)
	return []byte("%PDF-"), nil
}

// The lead's words stand before everything that is counted: on the page with links
// inside the portal, on paper with whole ones. Without words there is no heading.
func TestWordsStandOnTop(t *testing.T) {
	t.Parallel()
	r, printer := webtest.Weekly(t), &keptPage{}
	r.Words = "No canary & no excuse"
	s := site.WithReports(t, r, func(d *web.Deps, _ *web.Options) { d.Printer = printer })
	at := "/x/reports/weekly/" + r.Period
	page := s.Get(at).Body.String()
	if w := s.Get(at + ".pdf"); w.Code != http.StatusOK {
		t.Fatalf("the PDF answers %d", w.Code)
	}
	for name, c := range map[string]struct{ page, link string }{"page": {page, `href="/x/p/1"`},
		"paper": {printer.page, `href="https://kb.example/x/p/1"`}} {
		words, first := strings.Index(c.page, c.link+">No canary &amp; no excuse"), strings.Index(c.page, `id="changed"`)
		if words < 0 || first < words || !strings.Contains(c.page, "Lead&#39;s notes") {
			t.Errorf("on the %s the words stand at %d, what changed at %d", name, words, first)
		}
	}
	r.Words = ""
	if strings.Contains(site.WithReports(t, r).Get(at).Body.String(), "Lead&#39;s notes") {
		t.Error("a heading without words")
	}
}
