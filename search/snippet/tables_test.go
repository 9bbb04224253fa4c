package snippet

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/postern/postern/search/analysis"
)

func TestFix(t *testing.T) {
	section := func(heading, text string) Section {
		return Section{Heading: heading, Anchor: "h-" + heading, Text: text}
	}
	for name, c := range map[string]struct {
		sections []Section
		want     *Section
	}{
		"none":           {nil, nil},
		"other subjects": {[]Section{section("Impact", "x"), section("Lessons", "y")}, nil},
		"the best heading": {
			[]Section{section("Steps", "a"), section("Mitigation", "b"), section("Response", "c")},
			&Section{Heading: "Mitigation", Anchor: "h-Mitigation", Text: "b"},
		},
		"the first of equals": {
			[]Section{section("Fix", "a"), section("Recovery", "b")}, &Section{Heading: "Fix", Anchor: "h-Fix", Text: "a"},
		},
		"text below": {[]Section{section("Fix", " "), section("In eu-1", "b")}, &Section{Heading: "Fix", Anchor: "h-Fix", Text: "b"}},
		"text further below": {
			[]Section{section("Fix", ""), section("A", ""), section("B", "c")}, &Section{Heading: "Fix", Anchor: "h-Fix", Text: "c"},
		},
		"text too far below": {[]Section{section("Fix", ""), section("A", ""), section("B", ""), section("C", "d")}, nil},
		"an empty one is passed": {
			[]Section{section("Steps", "a"), section("Fix", "")}, &Section{Heading: "Steps", Anchor: "h-Steps", Text: "a"},
		},
		"code only": {[]Section{{Heading: "Fix", Code: "x"}}, &Section{Heading: "Fix", Code: "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := fmt.Sprint(c.sections)
			if diff := cmp.Diff(c.want, Fix(c.sections)); diff != "" {
				t.Error(diff)
			}
			if fmt.Sprint(c.sections) != before {
				t.Error("the sections changed")
			}
		})
	}
}

func TestFixWorthOfHeadings(t *testing.T) {
	for heading, want := range map[string]int{
		"Time to fix": 0, "Timeline of the recovery": 0, "Recovery metrics": 0, "缓解": 3, "应急处理": 3, "处理时间": 0, "根因": 0,
		"Remediation": 3, "Workaround": 3, "How it was restored": 3, "Procedure": 2, "Instructions": 2, "Steps and fix": 3, "Fix, then steps": 3,
		"Incident response": 1, "ＦＩＸ": 3, "prefix": 0,
	} {
		if got := fixWorth(heading); got != want {
			t.Errorf("fixWorth(%q) = %d, want %d", heading, got, want)
		}
	}
}

// marked returns the marked words of the best passage of a text.
func marked(terms map[string]float32, text string) string {
	c, ok := New(terms).passage(text)
	if !ok {
		return "none"
	}
	return c.HTML
}

func TestMarkedWords(t *testing.T) {
	terms := map[string]float32{"pool": 1, "timeout": 1, "die": 1, "crash": 1, "loop": 1, "连接": 1, "接池": 1, "库": 1, "db": 1, "é": 1,
		"1062": 1, "0615": 1}
	for text, want := range map[string]string{
		"":                      "none",
		"nothing here":          "none",
		"pool":                  "<mark>pool</mark>",
		"Pools, POOL.":          "<mark>Pools</mark>, <mark>POOL</mark>.",
		"spool pooling":         "spool <mark>pooling</mark>",
		"timeouts":              "<mark>timeouts</mark>",
		"it is dying":           "it is <mark>dying</mark>",
		"KubePodCrashLooping":   "<mark>KubePodCrashLooping</mark>",
		"pool's DB2":            "<mark>pool&#39;s</mark> <mark>DB2</mark>",
		"pool_size":             "<mark>pool</mark>_size",
		"连接池":                   "<mark>连接池</mark>",
		"连 接":                   "none",
		"数据库":                   "数据<mark>库</mark>",
		"ｐｏｏｌ":                  "<mark>ｐｏｏｌ</mark>",
		"a1062b ERROR1062":      "<mark>a1062b</mark> <mark>ERROR1062</mark>",
		"ERR0615":               "<mark>ERR0615</mark>",
		"é è":                   "<mark>é</mark> è",
		"pool\npool":            "<mark>pool</mark> <mark>pool</mark>",
		"<pool>":                "&lt;<mark>pool</mark>&gt;",
		"the pool of the pools": "the <mark>pool</mark> of the <mark>pools</mark>",
	} {
		t.Run(text, func(t *testing.T) {
			if got := marked(terms, text); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// A Marker finds the words that a plain scan of all tokens finds; its hashes of
// beginnings dismiss none of them.
func TestMarkerAgainstScan(t *testing.T) {
	word := rapid.SampledFrom([]string{
		"pool", "Pools", "pooling", "time", "timeOut", "Timeouts", "dying", "die", "tying", "yield", "yes", "fly", "flies", "KubePod",
		"podKube", "x1y", "1062", "ERROR1062",
		"é", "école", "cafés", "don't", "pool's", "tcp_tw_reuse", "a", "ab", "连接", "池", "連", "ﾌﾟｰﾙ", ",", "-",
	})
	rapid.Check(t, func(t *rapid.T) {
		query := rapid.SliceOfN(word, 1, 4).Draw(t, "query")
		text := analysis.Normalize(strings.Join(rapid.SliceOfN(word, 0, 12).Draw(t, "text"),
			rapid.SampledFrom([]string{" ", "", "\n"}).Draw(t, "between")))
		terms := map[string]float32{}
		for _, w := range query {
			tokens := analysis.Scan(nil, analysis.Normalize(w))
			for _, token := range tokens {
				terms[analysis.Stem(token.Text)] = 1
			}
			for _, b := range analysis.Bigrams(nil, tokens) {
				terms[b] = 1
			}
		}
		want := map[[2]int]bool{}
		tokens := analysis.Scan(nil, text)
		for i, token := range tokens {
			found := terms[analysis.Stem(token.Text)] > 0
			if !token.Ideograph {
				for _, part := range analysis.Parts(text[token.Start:token.End]) {
					found = found || terms[analysis.Stem(part)] > 0
				}
			}
			if found {
				want[[2]int{token.Start, token.End}] = true
			}
			if i > 0 && token.Ideograph && tokens[i-1].Ideograph && tokens[i-1].End == token.Start && terms[tokens[i-1].Text+token.Text] > 0 {
				want[[2]int{tokens[i-1].Start, token.End}] = true
			}
		}
		got := map[[2]int]bool{}
		for _, m := range New(terms).marks(text) {
			got[[2]int{m.start, m.end}] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%v in %q: %s", terms, text, diff)
		}
	})
}

func TestFragmentsOfADocument(t *testing.T) {
	m := New(map[string]float32{"pool": 2, "full": 1, "rare": 5})
	for name, c := range map[string]struct {
		title, summary string
		sections       []Section
		want           []Fragment
	}{
		"nothing": {"", "", nil, nil},
		"title":   {"A pool", "", nil, []Fragment{{Field: "title", HTML: "A <mark>pool</mark>"}}},
		"summary without words": {
			"", "Nothing", []Section{{Text: "either"}}, []Fragment{{Field: "summary", HTML: "Nothing"}},
		},
		"best first": {
			"", "pool", []Section{{Heading: "H", Text: "full"}, {Heading: "I", Anchor: "i", Text: "rare"}},
			[]Fragment{{Field: "body", Heading: "I", Anchor: "i", HTML: "<mark>rare</mark>"}, {Field: "summary", HTML: "<mark>pool</mark>"}},
		},
		"equal ones in order": {
			"", "", []Section{{Heading: "A", Text: "full"}, {Heading: "B", Text: "full"}, {Heading: "C", Text: "full"}},
			[]Fragment{{Field: "body", Heading: "A", HTML: "<mark>full</mark>"}, {Field: "body", Heading: "B", HTML: "<mark>full</mark>"}},
		},
		"a heading adds half": {
			"", "", []Section{{Heading: "A", Text: "pool"}, {Heading: "rare", Text: "full"}},
			[]Fragment{{Field: "body", Heading: "rare", HTML: "<mark>full</mark>"}, {Field: "body", Heading: "A", HTML: "<mark>pool</mark>"}},
		},
		"a word counts once": {
			"", "", []Section{{Heading: "A", Text: "full full full"}, {Heading: "B", Text: "pool"}},
			[]Fragment{
				{Field: "body", Heading: "B", HTML: "<mark>pool</mark>"},
				{Field: "body", Heading: "A", HTML: "<mark>full</mark> <mark>full</mark> <mark>full</mark>"},
			},
		},
		"code with more of the query": {
			"", "", []Section{{Heading: "A", Text: "full", Code: "rare"}}, []Fragment{{Field: "code", Heading: "A", HTML: "<mark>rare</mark>"}},
		},
		"code with less": {
			"", "", []Section{{Heading: "A", Text: "pool", Code: "full"}}, []Fragment{{Field: "body", Heading: "A", HTML: "<mark>pool</mark>"}},
		},
		"code with as much": {
			"", "", []Section{{Heading: "A", Text: "pool", Code: "pool"}}, []Fragment{{Field: "body", Heading: "A", HTML: "<mark>pool</mark>"}},
		},
		"code alone": {
			"", "", []Section{{Heading: "A", Text: "x", Code: "pool"}}, []Fragment{{Field: "code", Heading: "A", HTML: "<mark>pool</mark>"}},
		},
		"a heading alone is no passage": {"", "s", []Section{{Heading: "pool", Text: "x"}}, []Fragment{{Field: "summary", HTML: "s"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, m.Fragments(c.title, c.summary, c.sections)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Only the first 64 KB of a document are searched, counted by whole sections.
func TestSearchedText(t *testing.T) {
	m := New(map[string]float32{"pool": 1})
	for size, want := range map[int]int{maxSearchedText - 4: 1, maxSearchedText - 3: 0} {
		got := m.Fragments("", "", []Section{{Text: strings.Repeat("x", size-1) + " "}, {Text: "pool"}})
		if len(got) != want {
			t.Errorf("after %d bytes: %v", size, got)
		}
	}
}

// A passage is the one with the most of the query, and no longer than a fragment.
func TestPassage(t *testing.T) {
	gap := strings.Repeat("x ", 200)
	terms := map[string]float32{"pool": 1, "full": 1, "rare": 3}
	for name, c := range map[string]struct{ text, has, hasNot string }{
		"the densest":       {"pool " + gap + "pool full " + gap + "full", "<mark>pool</mark> <mark>full</mark>", ""},
		"the most specific": {"pool full " + gap + "rare", "<mark>rare</mark>", "pool"},
		"the first":         {"pool one " + gap + "pool two", "one", "two"},
		"its line":          {strings.Repeat("y", 30) + "\npool", "<mark>pool</mark>", "y"},
	} {
		t.Run(name, func(t *testing.T) {
			got := marked(terms, c.text)
			if !strings.Contains(got, c.has) || c.hasNot != "" && strings.Contains(got, c.hasNot) {
				t.Errorf("got %q", got)
			}
		})
	}
}

// Fragments of any text are valid, bounded, escaped and cut between words.
func TestFragmentsOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"pool", " ", "  ", "\n", "word", "连", "池", "é", "<b>", "&", ",", "🙂", "averyveryverylongword"})
		text := strings.Join(rapid.SliceOfN(piece, 0, 200).Draw(t, "text"), "")
		c, ok := New(map[string]float32{"pool": 1, "连": 1}).passage(text)
		if !ok {
			if strings.Contains(text, "连") {
				t.Fatalf("no passage in %q", text)
			}
			return
		}
		plain := strings.NewReplacer("<mark>", "", "</mark>", "", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(c.HTML)
		if !utf8.ValidString(c.HTML) || strings.Contains(c.HTML, "<b>") || strings.Contains(c.HTML, "\n") || !strings.Contains(c.HTML, "<mark>") {
			t.Fatalf("%q gives %q", text, c.HTML)
		}
		inner := strings.TrimSuffix(strings.TrimPrefix(plain, "…"), "…")
		if !strings.Contains(strings.ReplaceAll(text, "\n", " "), inner) {
			t.Fatalf("%q is not in the text", inner)
		}
	})
}

func TestExcerptMarkdown(t *testing.T) {
	const file = "# T\n\nfirst\n\n## Fix\n\none\n\ntwo\n\n```\na\n\nb\n```\n\nlast\n"
	for name, c := range map[string]struct {
		file               string
		from, before, most int
		want               string
		more               bool
	}{
		"all of it":            {file, 6, 99, 1000, "one\n\ntwo\n\n```\na\n\nb\n```\n\nlast", false},
		"some lines":           {file, 6, 10, 1000, "one\n\ntwo", false},
		"nothing":              {file, 6, 6, 1000, "", false},
		"backwards":            {file, 9, 6, 1000, "", false},
		"before the file":      {file, -3, 2, 1000, "# T", false},
		"after the file":       {file, 99, 120, 1000, "", false},
		"the first block":      {file, 6, 99, 1, "one", true},
		"two blocks":           {file, 6, 99, 5, "one\n\ntwo", true},
		"never inside code":    {file, 9, 99, 6, "two\n\n```\na\n\nb\n```", true},
		"a colon":              {"run:\n\nx\n\ny\n", 1, 9, 1, "run:\n\nx", true},
		"a colon in bold":      {"**run:**\n\nx\n\ny\n", 1, 9, 1, "**run:**\n\nx", true},
		"a full-width colon":   {"执行：\n\nx\n\ny\n", 1, 9, 1, "执行：\n\nx", true},
		"a heading announces":  {"### H\n\nx\n\ny\n", 1, 9, 1, "### H\n\nx", true},
		"a tilde fence":        {"~~~\na\n\n```\n\n~~~\n\nx\n", 1, 99, 1, "~~~\na\n\n```\n\n~~~", true},
		"a longer fence":       {"````\na\n\n```\n\n````\n\nx\n", 1, 99, 1, "````\na\n\n```\n\n````", true},
		"a fence with a name":  {"```sh\na\n\n```sh\n\n```\n\nx\n", 1, 99, 1, "```sh\na\n\n```sh\n\n```", true},
		"too long, announced":  {"a\n\nrun:\n\n" + strings.Repeat("x", 99) + "\n", 1, 99, 2, "a", true},
		"Setext":               {"T\n===\nx\n", 2, 9, 100, "x", false},
		"carriage returns":     {"a\rb\r\nc", 1, 9, 100, "a\nb\nc", false},
		"blank lines only":     {"\n\n\n", 1, 9, 100, "", false},
		"white space is blank": {"a\n  \nb\n", 1, 9, 1, "a", true},
	} {
		t.Run(name, func(t *testing.T) {
			text, more := ExcerptMarkdown([]byte(c.file), c.from, c.before, c.most)
			if text != c.want || more != c.more {
				t.Errorf("got %q, more %v; want %q, %v", text, more, c.want, c.more)
			}
		})
	}
}

func TestPlainText(t *testing.T) {
	for html, want := range map[string]string{
		"":                                       "",
		"<p>a\n b</p><p>c</p>":                   "a b\n\nc",
		"a<br>b":                                 "a\nb",
		"<p>a <b>b</b> <code>c</code></p>":       "a b c",
		"<pre>\n\ta\n  b\n</pre>":                "        a\n      b",
		"<ul><li>a</li><li>b<br>c</li></ul>":     "- a\n- b\n  c",
		`<ol start="9"><li>a<li>b</ol>`:          "9. a\n10. b",
		"<ol><li>a<ul><li>b</li></ul></li></ol>": "1. a\n   - b",
		"<dl><dt>a</dt><dd>b</dd></dl>":          "a\n    b",
		`<ul><li class="task task-done">a</li><li class="task">b</li></ul>`:             "- [x] a\n- [ ] b",
		"<table><tr><th>a</th><th>b</th></tr><tr><td>c<br>d</td><td></td></tr></table>": "a | b\nc d | ",
		"<blockquote><p>a</p><p>b</p></blockquote>":                                     "> a\n\n> b",
		"a<hr>b":                                "a\n\nb",
		`<img src="x" alt="a graph">`:           "a graph",
		`<a href="https://x/y">the team</a>`:    "the team (https://x/y)",
		`<a href="https://x/y">https://x/y</a>`: "https://x/y",
		`<a href="/y">the team</a>`:             "the team",
		`<div class="callout callout-tip"><p>Tip</p><p>a</p><p>b</p></div>`: "Tip: a\n\nb",
		`<div class="callout callout-tip"><p>Tip</p></div>`:                 "Tip",
		"<h2>a</h2><details><summary>b</summary>c</details>":                "a\n\nb\n\nc",
		"<p> </p>x": "x",
		strings.Repeat("<div>", 2*maxNested) + "a":       "a",
		strings.Repeat("<div>", 20) + "<p>a</p><p>b</p>": "a\n\nb",
		strings.Repeat("<div>", 40) + "<p>a</p><p>b</p>": "a b", // too deep for blocks
		"<ul>text<li>a</li></ul>":                        "- a",
	} {
		t.Run(fmt.Sprintf("%.40s", html), func(t *testing.T) {
			if got := PlainText(html); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
