package web

import (
	"html/template"
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	body := template.HTML(`<h2 id="h-a">A</h2><p>one</p><ul><li>two<br><h3>in</h3></li></ul><h3 id="h-b">B</h3>` + "\n" +
		`<h4 id="h-c">C</h4><pre><code>x</code></pre></div><p>outside</p><h2 id="h-d">D</h2><p>cut`)
	for anchor, want := range map[string]string{
		"h-a": `<p>one</p><ul><li>two<br><h3>in</h3></li></ul>`,
		"h-b": `<pre><code>x</code></pre>`,
		"h-c": `<pre><code>x</code></pre>`,
		"h-d": ``,
		"h-x": ``,
		"":    ``,
	} {
		if got := strings.TrimSpace(string(excerpt(body, anchor))); got != want {
			t.Errorf("%q: %q, want %q", anchor, got, want)
		}
	}
	long := template.HTML(`<h2 id="h-a">A</h2>` + strings.Repeat("<p>"+strings.Repeat("x", 99)+"</p>", 1000))
	if n := len(excerpt(long, "h-a")); n < excerptBytes || n > excerptBytes+200 {
		t.Errorf("an excerpt of %d bytes", n)
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add(`<h2 id="a">x</h2><p>b<br></p>`, "a")
	f.Add(`<h2 id="a">x</h2></p><!-- <h3>`, "a")
	f.Fuzz(func(t *testing.T, body, anchor string) {
		if got := string(excerpt(template.HTML(body), anchor)); !strings.Contains(body, got) {
			t.Fatalf("%q is not part of %q", got, body)
		}
	})
}
