package web

import (
	"strings"
	"testing"
)

// TestEveryPageStatesRowsThatCouldNotBeRead: a list without a row looks whole.
func TestEveryPageStatesRowsThatCouldNotBeRead(t *testing.T) {
	s := newSite(t, "https://kb.example")
	const said = "of the database could not be read"
	get := func(target string) (page, header, tag string) {
		r := s.get(target)
		return r.Body.String(), r.Header().Get(unreadableHeader), r.Header().Get("ETag")
	}
	const document = "/postmortems/2026/checkout"
	whole, header, tag := get(document)
	if strings.Contains(whole, said) || header != "" {
		t.Errorf("nothing is lost, and the page says otherwise; header %q", header)
	}
	n := 1
	s.deps.Unreadable = func() int { return n }
	for _, target := range []string{"/", "/postmortems", document, "/search?q=pool", "/guides/nothing"} {
		page, header, _ := get(target)
		if !strings.Contains(page, "1 row "+said) || header != "1" {
			t.Errorf("%s does not say that a row is lost; header %q", target, header)
		}
	}
	if _, header, _ := get("/readyz"); header != "1" {
		t.Errorf("an answer for programs has the header %q", header)
	}
	n = 2
	page, _, again := get(document)
	if !strings.Contains(page, "2 rows "+said) || again == tag {
		t.Errorf("a stored page is sent that does not say it (ETag %s, %s)", tag, again)
	}
}
