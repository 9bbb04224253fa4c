package postmortems

import (
	"strings"
	"testing"
)

func TestFillLinks(t *testing.T) {
	links := []Link{{Raw: "a.md"}, {Raw: `gone".md`}, {Raw: "i.png"}}
	tests := []struct{ name, html, want string }{
		{"none", `<p>plain</p>`, `<p>plain</p>`},
		{"found", `<p><a href="postern:0">A</a></p>`, `<p><a href="/kb/guides/a?x&amp;y">A</a></p>`},
		{"missing", `<a href="postern:1" title="t">B</a>`, `<a class="missing" title="Leads nowhere: gone&#34;.md" title="t">B</a>`},
		{"image", `<img src="postern:2" alt="i"><a href="postern:0">`, `<img src="/kb/guides/a?x&amp;y" alt="i"><a href="/kb/guides/a?x&amp;y">`},
		{"no such link", `<a href="postern:7">C</a>`, `<a href="postern:7">C</a>`},
		{"no number", `<a href="postern:x">C</a>`, `<a href="postern:x">C</a>`},
		{"cut off", `<a href="postern:0`, `<a href="postern:0`},
	}
	for _, tt := range tests {
		b := Body{HTML: []byte(tt.html), Links: links}
		got := string(b.FillLinks(func(i int) string {
			if i == 1 {
				return ""
			}
			return "/kb/guides/a?x&y"
		}))
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func FuzzFillLinks(f *testing.F) {
	f.Add(`<a href="postern:0">x</a><img src="postern:1">`)
	f.Add(`="postern:`)
	f.Fuzz(func(t *testing.T, html string) {
		b := Body{HTML: []byte(html), Links: make([]Link, 2)}
		got := string(b.FillLinks(func(int) string { return "/x" }))
		if strings.Contains(got, `="postern:0"`) || strings.Contains(got, `="postern:1"`) {
			t.Errorf("%q left a placeholder: %q", html, got)
		}
	})
}
