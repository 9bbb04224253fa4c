package markdown

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/postern/postern/postmortems"
)

// testPolicy is a second instance of the policy.
var testPolicy = newPolicy()

// allowedHTML is the allow-list, written by hand: the property tests must not use the list that
// they check.
var allowedHTML = map[string]string{
	"a": "href rel title class id role", "abbr": "title id", "b": "id", "bdi": "id", "blockquote": "id", "br": "id",
	"caption": "id", "cite": "id",
	"code": "class id", "dd": "id", "del": "id", "details": "open id", "dfn": "id", "div": "align class id role tabindex",
	"dl": "id", "dt": "id",
	"em": "id", "figcaption": "id", "figure": "id", "h1": "align id", "h2": "align id", "h3": "align id", "h4": "align id", "h5": "align id",
	"h6": "align id",
	"hr": "id", "i": "id", "img": "src alt title width height loading id", "input": "type disabled checked aria-label",
	"ins": "id", "kbd": "id",
	"li": "class id", "mark": "id", "ol": "start id", "p": "align class id", "pre": "class id tabindex", "q": "id", "rp": "id",
	"rt": "id", "ruby": "id",
	"s": "id", "samp": "id", "small": "id", "span": "class id", "strong": "id", "sub": "id", "summary": "id", "sup": "id",
	"table": "id", "tbody": "id",
	"td": "align colspan rowspan scope id", "tfoot": "id", "th": "align colspan rowspan scope id", "thead": "id", "tr": "id",
	"u": "id", "ul": "id",
	"var": "id", "wbr": "id",
}

// violations parses a page as a browser does and lists what must not be in it.
func violations(page []byte) []string {
	var out []string
	root, err := html.Parse(bytes.NewReader(append([]byte("<!DOCTYPE html><body><main>"), page...)))
	if err != nil {
		return []string{err.Error()}
	}
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		switch {
		case n.Type == html.CommentNode:
			out = append(out, "comment "+n.Data)
		case n.Type == html.ElementNode && n.Data != "html" && n.Data != "head" && n.Data != "body" && n.Data != "main":
			out = append(out, elementViolations(n)...)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			visit(c)
		}
	}
	visit(root)
	return out
}

// elementViolations returns why an element with its attributes is not allowed.
func elementViolations(n *html.Node) []string {
	attrs, ok := allowedHTML[n.Data]
	if !ok || n.Namespace != "" {
		return []string{"element " + n.Data}
	}
	var out []string
	for _, a := range n.Attr {
		ok := hasWord(attrs, a.Key)
		switch a.Key {
		case "href":
			ok = ok && (a.Val == "#top" || strings.HasPrefix(a.Val, "#h-") ||
				strings.HasPrefix(a.Val, "https://") || strings.HasPrefix(a.Val, "http://") ||
				strings.HasPrefix(a.Val, "mailto:") || strings.HasPrefix(a.Val, "postern:"))
		case "src":
			ok = ok && strings.HasPrefix(a.Val, "postern:")
		case "id":
			ok = ok && strings.HasPrefix(a.Val, "h-")
		default:
			ok = ok && !strings.HasPrefix(a.Val, "postern:")
		}
		if !ok {
			out = append(out, "attribute "+n.Data+" "+a.Key+"="+a.Val)
		}
	}
	return out
}

// escapes reports whether a page closes the element that contains it.
func escapes(page []byte) bool {
	whole := "<!DOCTYPE html><body><main><article>" + string(page) + "</article><p id=after></p></main>"
	root, err := html.Parse(strings.NewReader(whole))
	if err != nil {
		return true
	}
	var inMain bool
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		if n.Type == html.ElementNode && len(n.Attr) > 0 && n.Attr[0].Val == "after" && n.Parent != nil && n.Parent.Data == "main" {
			inMain = true
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			visit(c)
		}
	}
	visit(root)
	return !inMain
}

// fataler is the part of testing.T and rapid.T that these tests need.
type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// checkSafety fails the test when a page breaks one of the package's guarantees.
func checkSafety(t fataler, r *Renderer, source []byte) {
	t.Helper()
	in := postmortems.BodyInput{Path: "guides/a.md", Markdown: source, FirstLine: 7}
	body, problems, err := r.RenderBody(context.Background(), in)
	if err != nil {
		t.Fatalf("error for %q: %v", source, err)
	}
	if v := violations(body.HTML); len(v) > 0 {
		t.Fatalf("%q gives %s\nwith %q", source, body.HTML, v)
	}
	if again := testPolicy.SanitizeBytes(body.HTML); !bytes.Equal(again, body.HTML) {
		t.Fatalf("sanitising %q twice differs:\n%s\n%s", source, body.HTML, again)
	}
	if escapes(body.HTML) {
		t.Fatalf("%q closes its article: %s", source, body.HTML)
	}
	checkPositions(t, in, body, problems)
	if second, _, err := r.RenderBody(context.Background(), in); err != nil || !bytes.Equal(second.HTML, body.HTML) {
		t.Fatalf("%q renders differently the second time", source)
	}
}

// checkPositions checks that every position is inside the document.
func checkPositions(t fataler, in postmortems.BodyInput, body postmortems.Body, problems []postmortems.Problem) {
	t.Helper()
	source := in.Markdown
	last := in.FirstLine + bytes.Count(source, []byte("\n"))
	inside := func(line int) bool { return line >= in.FirstLine && line <= last }
	for _, l := range body.Links {
		if !inside(l.Line) || l.Col < 1 {
			t.Fatalf("%q: link %+v is outside lines %d to %d", source, l, in.FirstLine, last)
		}
	}
	for _, row := range body.Rows {
		if !inside(row.Line) || row.Section < 0 || row.Section >= len(body.Sections) || len(row.Cells) == 0 {
			t.Fatalf("%q: row %+v, %d sections", source, row, len(body.Sections))
		}
	}
	for _, p := range problems {
		if strings.ContainsFunc(p.Message, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) || p.Line != 0 && !inside(p.Line) {
			t.Fatalf("%q: problem %+v", source, p)
		}
	}
}

// attacks are payloads of well-known lists, one of each family.
var attacks = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`,
	`<a href="javascript:alert(1)">x</a>`, `<a href="&#x6A;avascript:alert(1)">x</a>`, "<a href=\"java\tscript:alert(1)\">x</a>",
	`<a href=" &#14; javascript:alert(1)">x</a>`, `[x](javascript:alert(1))`, `[x](&#106;avascript:alert(1))`, `[x](JaVaScRiPt:alert(1))`,
	`![x](javascript:alert(1))`, `<javascript:alert(1)>`, `<vbscript:x>`, `[x](data:text/html;base64,PHNjcmlwdD4=)`, `[x](feed:javascript:1)`,
	`[x](intent://x#Intent;end)`, `[x](chrome://settings)`, `<iframe srcdoc="<script>1</script>"></iframe>`,
	`<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	`<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	`<p style="background:url(javascript:1)">`, `<table background="javascript:1"><tr><td>`, `<input onfocus=alert(1) autofocus>`,
	`<details open ontoggle=alert(1)>`,
	`<base href=//evil>`, `<meta http-equiv=refresh content=0>`, `<link rel=stylesheet href=//evil>`, `<object data=x>`, `<embed src=x>`,
	`<a id="location" name="constructor">`, `<p class="callout">`, `<a href="postern:0">`, `<img src="postern:99">`, `[x](postern:0)`,
	`[x](POSTERN:0)`,
	`<a title="postern:0">x</a>`, `![postern:0](a.png "postern:0")`, `<img src=a.png alt='="postern:0"'>`, `[x](a.md '" onclick="alert(1)')`,
	"```\"><script>\nx\n```", "``` a\" onclick=\"alert(1)\nx\n```", `</article></main></body>`, `</div></div></div>`,
	`<table><td><tr></table></table>`, `<li></li></ul></ol>`,
	`<!--><img src=x onerror=alert(1)>-->`, `<!--!> <img src=x onerror=alert(1)>-->`, `<![CDATA[<img src=x onerror=alert(1)>]]>`,
	`<?x <img src=x onerror=alert(1)>?>`,
	`<a href="//evil.example/">`, `<a href="https://a.example/%zz">`, `<a href="https://[::1">`, `[x](http://a.example/"onmouseover="1)`,
	`<https://a.example/"onmouseover="1>`,
	`[[javascript:alert(1)]]`, `[[a|<script>]]`, `{{< figure src="javascript:alert(1)" >}}`, `[x]({{< ref "javascript:alert(1)" >}})`,
	`:::note "><script>`,
	`> [!NOTE] <script>alert(1)</script>`, `!!! note "<img src=x onerror=1>"`, `[^1]: <script>x</script>`, `[^"><script>]`,
	`## <img src=x onerror=1> {#"onclick=1}`,
	`<mark id='"><script>'>`, `<a name="x&quot; onclick=1">`, `<td colspan="1 onclick=x">`, `&lt;script&gt;alert(1)&lt;/script&gt;`,
	"<img\nsrc=x\nonerror=alert(1)>", "\u2028\u2029\u0000<b>",
	`<xmp><img src=x onerror=1></xmp>`, `<plaintext>`, `<textarea></textarea><script>`, `<title></title><img src=x onerror=1>`,
	`<select><option><script>`,
	`<svg><desc><table><thead><s></table></s><s><noscript>a</noscript></svg>`, `<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`,
}

func TestAttacksAreNeutralised(t *testing.T) {
	r := New(Options{})
	for _, payload := range attacks {
		for _, place := range []string{
			"%", "text % text", "- % x\n- y", "| a |\n|---|\n| % |", "> %\n> more", "# %", "<div>\n%\n</div>", "[%](x.md)",
			"<details><summary>%\n\nx\n", "*a % b*", "[^1]\n\n[^1]: %", "![%](a.png)",
		} {
			checkSafety(t, r, []byte(strings.ReplaceAll(place, "%", payload)))
		}
	}
}

// TestMixedFragmentsAreSafe joins hostile fragments at random.
func TestMixedFragmentsAreSafe(t *testing.T) {
	r, bare := New(Options{}), New(Options{})
	bare.sanitise = func(html []byte) []byte { return html }
	fragments := append([]string{
		"\n", "\n\n", " ", "    ", "> ", "- ", "1. ", "| ", "|\n|-|-|\n", "```\n", "<", ">", "</", "\"", "'", "`", "*", "**", "[", "]", "](",
		")", "![", "&", "&#x", ";", "=", "#", "\\",
		"<a href=", "<img ", "<div>", "</div>", "<p>", "<table>", "<tr>", "<td>", "</table>", "<b>", "</b>", "<li>", "<ul>", "<details>",
		"<summary>", "</details>", "<pre>", "<code>", "<h1>",
		"text", "中文", "**", "：", "{{", "}}", "<%", "%>", "[[", "]]", ":::", ":::note\n", "{{% note %}}\n", "{{% /note %}}\n", "!!! note\n    ",
		"[^1]", "[^1]: ", ": ", ":smile:", "- [x] ", "<X>", "</X>", "<Xy>", "</Xy>",
	}, attacks...)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom(fragments), 1, 14).Draw(t, "parts")
		source := []byte(strings.Join(parts, ""))
		checkSafety(t, r, source)
		body, _, err := bare.RenderBody(context.Background(), postmortems.BodyInput{Path: "a.md", Markdown: source})
		if v := violations(body.HTML); err != nil || len(v) > 0 {
			t.Fatalf("renderer alone: %q gives %s with %q", source, body.HTML, v)
		}
	})
}

// TestEachLayerIsSafeAlone: a defect in either the renderer or the sanitiser does not make a page
// unsafe.
func TestEachLayerIsSafeAlone(t *testing.T) {
	bare := New(Options{})
	bare.sanitise = func(html []byte) []byte { return html }
	for _, payload := range attacks {
		body, _, err := bare.RenderBody(context.Background(), postmortems.BodyInput{Path: "a.md",
			Markdown: []byte(payload + "\n\ntext " + payload)})
		if err != nil {
			t.Fatal(err)
		}
		if v := violations(body.HTML); len(v) > 0 || escapes(body.HTML) {
			t.Errorf("renderer alone: %q gives %s with %q", payload, body.HTML, v)
		}
		if v := violations(testPolicy.SanitizeBytes([]byte(payload))); len(v) > 0 {
			for _, line := range v {
				if !strings.Contains(line, "=postern:") { // checkPlaceholders refuses those
					t.Errorf("sanitiser alone: %q leaves %q", payload, v)
				}
			}
		}
	}
}

func FuzzRenderBody(f *testing.F) {
	for _, a := range attacks {
		f.Add([]byte(a))
	}
	f.Add([]byte("# T\n\n| a | b |\n|---|---|\n| [x](y.md) | `c` |\n\n- [ ] x\n\n> [!NOTE]\n> y\n\n```go\nx\n```\n"))
	r := New(Options{MaxBody: 1 << 14, MaxOutput: 1 << 20})
	f.Fuzz(func(t *testing.T, source []byte) {
		checkSafety(t, r, source)
	})
}

// TestPlaceholdersAreCheckedLast checks pages that only a defect of the renderer could produce.
func TestPlaceholdersAreCheckedLast(t *testing.T) {
	for page, ok := range map[string]bool{
		`<a href="postern:0">x</a><img src="postern:1">`: true,
		`<a href="postern:2">x</a>`:                      false,
		`<a title="postern:0">x</a>`:                     false,
		`<a href="postern:">x</a>`:                       false,
		`<a href="postern:99999999999999999999">x</a>`:   false,
		`="postern:0"`:                                   false,
	} {
		if err := checkPlaceholders([]byte(page), 2); (err == nil) != ok {
			t.Errorf("%s: %v", page, err)
		}
	}
}
