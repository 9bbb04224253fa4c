package page_test

import (
	"strings"
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/webtest/site"
)

// TestEveryPageStatesRowsThatCouldNotBeRead: a list without a row looks whole.
func TestEveryPageStatesRowsThatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	var n int
	s := site.New(t, "https://kb.example", func(d *web.Deps, _ *web.Options) { d.Unreadable = func() int { return n } })
	const said = "of the database could not be read"
	get := func(target string) (text, header, tag string) {
		r := s.Get(target)
		return r.Body.String(), r.Header().Get(page.UnreadableHeader), r.Header().Get("ETag")
	}
	const document = "/postmortems/2026/checkout"
	whole, header, tag := get(document)
	if strings.Contains(whole, said) || header != "" {
		t.Errorf("nothing is lost, and the page says otherwise; header %q", header)
	}
	n = 1
	for _, target := range []string{"/", "/postmortems", document, "/search?q=pool", "/guides/nothing"} {
		text, header, _ := get(target)
		if !strings.Contains(text, "1 row "+said) || header != "1" {
			t.Errorf("%s does not say that a row is lost; header %q", target, header)
		}
	}
	if _, header, _ := get("/readyz"); header != "1" {
		t.Errorf("an answer for programs has the header %q", header)
	}
	n = 2
	text, _, again := get(document)
	if !strings.Contains(text, "2 rows "+said) || again == tag {
		t.Errorf("a stored page is sent that does not say it (ETag %s, %s)", tag, again)
	}
}
