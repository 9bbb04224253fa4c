package snippet_test

import (
	"context"
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/markdown"
	"github.com/postern/postern/search/snippet"
)

// render is a document as the portal shows it.
func render(t *testing.T, text string) postmortems.Body {
	t.Helper()
	body, _, err := markdown.New(markdown.Options{}).RenderBody(context.Background(), postmortems.BodyInput{
		Path: "runbooks/a.md", Markdown: []byte(text), FirstLine: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// section is one of everything that a fix may hold.
const section = `# Pool

## Mitigation

Changed in the last hour? Roll back:

` + "```sh\ndeployctl rollback payment-gw \\\n\t--region eu-1\n```" + `

1. Look at the pool:

   ` + "```promql\n   pool_waiting{app=\"gw\"}\n   ```" + `
2. Raise the limit
   - in eu-1
     - then in us-1
3. Tell [the team](https://chat.example.org/payments)

| pool | limit |
|------|-------|
| gw   | 40    |

> [!WARNING]
> Never restart both cells.

### When it is the database

` + "Run `pgctl` there.\n\n- [x] done\n- [ ] open\n" + `

## Background

Not this.
`

func TestWholeSectionsKeepTheirCommands(t *testing.T) {
	html, more := snippet.Excerpt(string(render(t, section).HTML), "h-mitigation", 8000)
	if more {
		t.Error("it is said to go on")
	}
	for _, want := range []string{
		"deployctl rollback payment-gw", "pool_waiting", "<ol>", "<table>", `class="callout callout-warning"`,
		"<strong>When it is the database</strong>", "<code>pgctl</code>",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in\n%s", want, html)
		}
	}
	if strings.Contains(html, "Not this") || strings.Contains(html, "<h3") || strings.Contains(html, `id="h-`) {
		t.Errorf("too much:\n%s", html)
	}
	const want = `Changed in the last hour? Roll back:

    deployctl rollback payment-gw \
        --region eu-1

1. Look at the pool:
       pool_waiting{app="gw"}
2. Raise the limit
   - in eu-1
     - then in us-1
3. Tell the team (https://chat.example.org/payments)

pool | limit
gw | 40

Warning: Never restart both cells.

When it is the database

Run pgctl there.

- [x] done
- [ ] open`
	if got := snippet.PlainText(html); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Chinese text, full-width colons and nested lists are no different.
func TestWholeSectionsInChinese(t *testing.T) {
	html, _ := snippet.Excerpt(string(render(t, "# 连接池\n\n## 缓解\n\n结束超过 30 秒的只读会话：\n\n```sql\nSELECT "+
		"pg_terminate_backend(pid);\n```\n\n1. 摘流量\n   1. 先 eu-1\n   2. 再 us-1\n2. 扩容\n\n## 背景\n\n无\n").HTML), "h-缓解", 8000)
	const want = "结束超过 30 秒的只读会话：\n\n    SELECT pg_terminate_backend(pid);\n\n1. 摘流量\n   1. 先 eu-1\n   2. 再 us-1\n2. 扩容"
	if got := snippet.PlainText(html); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWholeFindsItsSection(t *testing.T) {
	const body = `<h2 id="h-a">A</h2><p>one</p><ul><li>two<br><h3>in</h3></li></ul><h3 id="h-b">B</h3>` + "\n" +
		`<h4 id="h-c">C</h4><pre><code>x</code></pre><h2 id="h-d">D</h2><h2 id="h-e">E</h2><p>later</p></div><p>outside</p><h2 id="h-f">F</h2><p>cut`
	for anchor, want := range map[string]string{
		"h-a": `<p>one</p><ul><li>two<br><h3>in</h3></li></ul><p><strong>B</strong></p>` + "\n\n" + `<p><strong>C</strong></p>` + "\n" +
			`<pre><code>x</code></pre>`,
		"h-c": `<pre><code>x</code></pre>`,
		"h-d": `<p>later</p>`,
		"h-f": ``,
		"h-x": ``,
		"":    ``,
	} {
		if got, _ := snippet.Excerpt(body, anchor, 4000); strings.ReplaceAll(got, "\n", "") != strings.ReplaceAll(want, "\n", "") {
			t.Errorf("%q: %q, want %q", anchor, got, want)
		}
	}
}

// A long section ends with a block, never with what announces a block that is cut.
func TestLongSectionsEndWithABlock(t *testing.T) {
	para := "<p>" + strings.Repeat("x", 90) + "</p>"
	for name, c := range map[string]struct {
		body, end string
		more      bool
	}{
		"between blocks": {strings.Repeat(para, 30), "x</p>", true},
		"behind what was announced": {
			strings.Repeat(para, 9) + "<p>" + strings.Repeat("x", 90) + " run:</p><pre><code>fix</code></pre>" + para + para,
			"fix</code></pre>", true,
		},
		"full-width": {
			strings.Repeat(para, 9) + "<p>" + strings.Repeat("x", 90) + "执行：</p><pre><code>fix</code></pre>" + para,
			"fix</code></pre>", true,
		},
		"too much is announced": {
			strings.Repeat(para, 9) + "<p>" + strings.Repeat("x", 90) + " run:</p><pre><code>" + strings.Repeat("y", 9000) + "</code></pre>",
			"x</p>", true,
		},
		"a heading with nothing": {
			strings.Repeat(para, 10) + `<h3 id="h-z">Z</h3>` + "<pre><code>" + strings.Repeat("y", 9000) + "</code></pre>", "x</p>",
			true,
		},
		"one block":              {"<pre><code>" + strings.Repeat("y", 9000) + "</code></pre>", "y</code></pre>", false},
		"one block and its word": {"<p>Run:</p><pre><code>" + strings.Repeat("y", 9000) + "</code></pre>" + para, "y</code></pre>", true},
		"and nothing else":       {"<p>Run:</p><pre><code>" + strings.Repeat("y", 9000) + "</code></pre>", "y</code></pre>", false},
		"all of it":              {para + "<p>run:</p><pre><code>fix</code></pre>", "fix</code></pre>", false},
	} {
		t.Run(name, func(t *testing.T) {
			html, more := snippet.Excerpt(`<h2 id="h-a">A</h2>`+c.body+`<h2 id="h-b">B</h2><p>Another subject.</p>`, "h-a", 1000)
			if !strings.HasSuffix(html, c.end) || more != c.more {
				t.Errorf("ends %q, more %v", html[max(len(html)-60, 0):], more)
			}
			if strings.HasSuffix(strings.TrimSuffix(html, "</p>"), ":") {
				t.Error("it ends with a colon")
			}
		})
	}
}

// The source of a section is cut at the end of a block, outside of code.
func TestSourceOfASection(t *testing.T) {
	body := render(t, section)
	from, before := 0, 0
	for i, h := range body.Headings {
		if h.Anchor == "h-mitigation" {
			from, before = h.Line+1, body.Headings[i+2].Line
		}
	}
	text, more := snippet.ExcerptMarkdown([]byte(section), from, before, 8000)
	if more || !strings.HasPrefix(text, "Changed in") || !strings.HasSuffix(text, "- [ ] open") ||
		!strings.Contains(text, "deployctl rollback payment-gw \\\n\t--region") {
		t.Errorf("more %v:\n%s", more, text)
	}
	long := "A\n---\nIntro.\n\nRun:\n\n```\na\n\nb:\n\nc\n```\n\nThen:\n\n" + strings.Repeat("- step\n", 500) + "\nEnd.\n"
	if text, more := snippet.ExcerptMarkdown([]byte(long), 2, 1000, 6); !more || text != "Intro." {
		t.Errorf("more %v: %q", more, text)
	}
	if text, more := snippet.ExcerptMarkdown([]byte(long), 2, 1000, 20); !more || text != "Intro.\n\nRun:\n\n```\na\n\nb:\n\nc\n```" {
		t.Errorf("more %v: %q", more, text)
	}
	if text, more := snippet.ExcerptMarkdown([]byte("# a\r\nx\r\n"), 2, 9, 10); more || text != "x" {
		t.Errorf("more %v: %q", more, text)
	}
}

func FuzzWhole(f *testing.F) {
	f.Add(`<h2 id="a">x</h2><p>b<br></p>`, "a", 10)
	f.Add(`<h2 id="a">x</h2></p><!-- <h3>`, "a", 0)
	f.Add(`<h2 id="a">x</h2><h3>y</h3><ul><li>a`, "a", 1)
	f.Fuzz(func(t *testing.T, body, anchor string, most int) {
		html, _ := snippet.Excerpt(body, anchor, most)
		snippet.PlainText(html)
		snippet.ExcerptMarkdown([]byte(body), most, most+len(anchor), len(anchor))
	})
}
