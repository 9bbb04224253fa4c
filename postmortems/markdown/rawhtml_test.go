package markdown

import (
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
)

// TestRawHTML compares what raw HTML becomes on the page, and the rules that report it.
func TestRawHTML(t *testing.T) {
	link := func(url string) string {
		return `<a href="` + url + `" rel="noopener noreferrer nofollow">` + url + `</a>`
	}
	own := func(src string) string { return `<a href="postern:0">` + src + `</a>` }
	for _, c := range []struct{ text, page, rules string }{
		// Media and frames become links.
		{`a <source src="https://example.com/a.mp3"> b`, `<p>a ` + link("https://example.com/a.mp3") + ` b</p>`, ruleHTMLRemoved},
		{`a <iframe src="https://example.com/x"></iframe> b`, `<p>a ` + link("https://example.com/x") + ` b</p>`, ruleHTMLRemoved},
		{`a <video src="v.mp4"></video> b`, `<p>a ` + own("v.mp4") + ` b</p>`, ruleHTMLRemoved},
		{`a <audio src="v.mp3"></audio> b`, `<p>a ` + own("v.mp3") + ` b</p>`, ruleHTMLRemoved},
		{`a <embed src="e.swf"> b`, `<p>a ` + own("e.swf") + ` b</p>`, ruleHTMLRemoved},
		{`a <frame src="f.html"> b`, `<p>a ` + own("f.html") + ` b</p>`, ruleHTMLRemoved},
		{`a <object src="f.html">o</object> b`, `<p>a o b</p>`, ruleHTMLRemoved},
		{`a <script src="f.js">x</script> b`, `<p>a x b</p>`, ruleHTMLRemoved},
		{`a <video>fallback</video> b`, `<p>a fallback b</p>`, ruleHTMLRemoved},
		{`a <source srcset="a.webp"> b`, `<p>a  b</p>`, ""}, // of <picture>
		// Elements are closed in order, and end tags without a start tag are removed.
		{`a <b>x <i>y</b> z`, `<p>a <b>x <i>y</i></b> z</p>`, ""},
		{`a <b>x`, `<p>a <b>x</b></p>`, ""},
		{`a </b> z`, `<p>a  z</p>`, ""},
		{`<p>one<p>two`, `<p>one</p><p>two</p>`, ""},
		{`<ul><li>x<li>y</ul>`, `<ul><li>x</li><li>y</li></ul>`, ""},
		{`<td>x</td>`, `<p>x</p>`, ""}, // not in a row
		{`<details><summary>S</summary>text</details>`, `<details><summary>S</summary>text</details>`, ""},
		// Unknown elements are text, as in Markdown about XML.
		{`a <unknown>x</unknown>`, `<p>a &lt;unknown&gt;x&lt;/unknown&gt;</p>`, ""},
		{`a <unknown>x`, `<p>a &lt;unknown&gt;x</p>`, ""},
		{`a </unknown>`, `<p>a &lt;/unknown&gt;</p>`, ""},
		// Attributes: those that are allowed, each once; name is an old form of id.
		{`a <a name="here" id="x">x</a>`, `<p>a <a id="h-here">x</a></p>`, ""},
		{`<span id="s">x</span>`, `<p><span id="h-s">x</span></p>`, ""},
		{`<span>x</span>`, `<p>x</p>`, ""},
		{`<input id="q">`, ``, ""},
		{`<div align="center" onclick="x">x</div>`, `<div align="center">x</div>`, ""},
		{`<img src="a.png" width="10" height="x" alt="q">`, `<p><img src="postern:0" loading="lazy" width="10" alt="q"></p>`, ""},
		{`<a href="javascript:x">x</a>`, `<p>x</p>`, ruleLinkScheme},
	} {
		page, rules := rendered(t, c.text)
		if page != c.page || rules != c.rules {
			t.Errorf("%s:\n got %s %q\nwant %s %q", c.text, page, rules, c.page, c.rules)
		}
	}
}

// rendered returns the page of a text and the rules of its problems.
func rendered(t *testing.T, text string) (page, rules string) {
	t.Helper()
	in := postmortems.BodyInput{Path: "guides/a.md", Markdown: []byte(text), FirstLine: 1}
	body, problems, err := New(Options{}).RenderBody(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range problems {
		ids = append(ids, p.Rule)
	}
	return strings.TrimSpace(string(body.HTML)), strings.Join(ids, " ")
}

// TestNestingOfRawHTMLIsBounded holds that the bound is of nesting: what cannot nest, such
// as <br>, stays at any depth, and the text stays in any case.
func TestNestingOfRawHTMLIsBounded(t *testing.T) {
	for _, n := range []int{maxOpenTags - 1, maxOpenTags, maxOpenTags + 8} {
		page, _ := rendered(t, strings.Repeat("<div>", n)+"x<br>y"+strings.Repeat("</div>", n))
		depth := min(n, maxOpenTags)
		if want := strings.Repeat("<div>", depth) + "x<br>y" + strings.Repeat("</div>", depth); page != want {
			t.Errorf("%d deep: %s, want %s", n, page, want)
		}
	}
}

// TestMailAddresses compares which links to mail addresses are kept.
func TestMailAddresses(t *testing.T) {
	for dest, want := range map[string]struct{ page, rules string }{
		"mailto:ana@example.org":   {`<p><a href="mailto:ana@example.org">x</a></p>`, ""},
		"mailto:":                  {`<p>x</p>`, ruleLinkMalformed},
		"mailto://ana@example.org": {`<p>x</p>`, ruleLinkMalformed},
	} {
		page, rules := rendered(t, "[x]("+dest+")")
		if page != want.page || rules != want.rules {
			t.Errorf("%s: %s %q, want %s %q", dest, page, rules, want.page, want.rules)
		}
	}
}

// TestSlugsHaveABound holds that an anchor has at most maxSlug characters.
func TestSlugsHaveABound(t *testing.T) {
	for n, want := range map[int]int{maxSlug - 1: maxSlug - 1, maxSlug: maxSlug, maxSlug + 1: maxSlug} {
		if got := slugOf(strings.Repeat("é", n)); got != strings.Repeat("é", want) {
			t.Errorf("%d characters: %d", n, len([]rune(got)))
		}
	}
}
