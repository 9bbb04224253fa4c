package docparts

import (
	"html/template"
	"testing"
)

func TestExcerpt(t *testing.T) {
	t.Parallel()
	body := template.HTML(`<h2 id="h-a">A</h2><p>one</p><pre><code>x</code></pre><h2 id="h-b">B</h2><p>two</p>`)
	html, more := Excerpt(body, "h-a", FixShown)
	if html != "<p>one</p><pre><code>x</code></pre>" || more {
		t.Errorf("%q, more %v", html, more)
	}
	if html, _ := Excerpt(body, "h-x", FixShown); html != "" {
		t.Errorf("%q", html)
	}
}
