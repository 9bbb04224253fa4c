package markdown

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
)

const firstNumbered = 12

// numbered returns a body that begins on line firstNumbered of its file and names the line in each
// kind of block.
func numbered() string {
	return strings.Join([]string{
		"Intro [L12](l12.md)",            // 12
		"",                               // 13
		"## Head L14 [x](l14.md)",        // 14
		"",                               // 15
		"- row L16",                      // 16
		"  - row L17 [x](l17.md)",        // 17
		"",                               // 18
		"    more [x](l19.md)",           // 19
		"- > quoted",                     // 20
		"  > ![x](l21.png)",              // 21
		"  >",                            // 22
		"  > - row L23",                  // 23
		"",                               // 24
		"> ## Head L25",                  // 25
		"> | t | e |",                    // 26
		"> |---|---|",                    // 27
		"> | row L28 | [x](l28.md) |",    // 28
		"> | row L29 | a [[l29.md]] |",   // 29
		"",                               // 30
		"Setext L31",                     // 31
		"===",                            // 32
		"",                               // 33
		"<div>",                          // 34
		"<a href=\"l35.md\">x</a>",       // 35
		"</div>",                         // 36
		"",                               // 37
		"中文 text <img src=\"l38.png\">",  // 38
		"and *[x](l39.md)* [ref]",        // 39
		"",                               // 40
		"!!! note",                       // 41
		"    - row L42 [x](l42.md)",      // 42
		"",                               // 43
		"> [!TIP]",                       // 44
		"> 1. row L45 [x](l45.md)",       // 45
		"",                               // 46
		"term",                           // 47
		": def [x](l48.md)",              // 48
		"",                               // 49
		"[^1]",                           // 50
		"",                               // 51
		"[^1]: note [x](l52.md)",         // 52
		"",                               // 53
		"[ref]: l39.md",                  // 54
		"",                               // 55
		"[x]({{< ref \"l56.md\" >}}) ok", // 56
	}, "\n")
}

// TestLinesAreThoseOfTheFile puts a word that names its own line into every kind of block and
// checks the line reported for it.
func TestLinesAreThoseOfTheFile(t *testing.T) {
	body, problems, err := New(Options{}).RenderBody(context.Background(),
		postmortems.BodyInput{Path: "a.md", Markdown: []byte(numbered()), FirstLine: firstNumbered})
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	if len(body.Links) != 16 {
		t.Errorf("%d links: %+v", len(body.Links), body.Links)
	}
	for _, l := range body.Links {
		if !strings.HasPrefix(l.Raw, fmt.Sprintf("l%d.", l.Line)) {
			t.Errorf("link %q has line %d", l.Raw, l.Line)
		}
	}
	rows := 0
	for _, r := range body.Rows {
		if strings.HasPrefix(r.Cells[0], "row ") {
			rows++
			if !strings.HasPrefix(r.Cells[0], fmt.Sprintf("row L%d", r.Line)) {
				t.Errorf("row %q has line %d", r.Cells[0], r.Line)
			}
		}
	}
	if rows != 7 {
		t.Errorf("%d rows: %+v", rows, body.Rows)
	}
	for _, h := range body.Headings {
		if !strings.Contains(h.Text, fmt.Sprintf("L%d", h.Line)) {
			t.Errorf("heading %q has line %d", h.Text, h.Line)
		}
	}
	for _, s := range body.Sections[1:] {
		if !strings.Contains(s.Heading, fmt.Sprintf("L%d", s.Line)) {
			t.Errorf("section %q has line %d", s.Heading, s.Line)
		}
	}
}

func TestColumnsAreRunes(t *testing.T) {
	body, _, err := New(Options{}).RenderBody(context.Background(), postmortems.BodyInput{Path: "a.md",
		Markdown: []byte("数据库：[x](y.md)"), FirstLine: 1})
	if err != nil || len(body.Links) != 1 || body.Links[0].Col != 5 {
		t.Fatalf("%+v %v", body.Links, err)
	}
}

func TestCountWords(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "one": 1, "two words": 2, "don't stop-it 10.0.0.1": 3, "数据库": 3, "数据库 timeout 了": 5, "a,b;c": 3, "カタカナ": 4, "한국어 텍스트": 2,
	} {
		if got := countWords(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestSlugs(t *testing.T) {
	for text, want := range map[string]string{
		"Root cause": "root-cause", "  C++ & Go! ": "c--go", "根因 分析（二）": "根因-分析二", "a_b-c": "a_b-c", "!!!": "section", "Ünïcode": "ünïcode",
	} {
		if got := slugOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if again := slugOf(slugOf(text)); again != slugOf(text) {
			t.Errorf("the slug of %q is %q", slugOf(text), again)
		}
	}
}

// TestTextIsWhatReadersSee checks the text from which search results are quoted.
func TestTextIsWhatReadersSee(t *testing.T) {
	for name, c := range map[string]struct{ src, text, code string }{
		"wiki links": {"See [[Failover|the failover]], [[Deploy guide]] and [[guides/a#b]].",
			"See the failover, Deploy guide and guides/a#b.", ""},
		"a wiki link in a table": {"| a | b |\n|--|--|\n| [[x\\|y]] | `c` |", "a · b\ny · c", "c"},
		"cells":                  {"| time | what |\n|--|--|\n| 09:00 | pool empty |\n| | later |", "time · what\n09:00 · pool empty\nlater", ""},
		"cells of HTML":          {"<table><tr><td>one</td><td>two</td></tr><tr><td>three</td></tr></table>", "one · two three", ""},
		"a flow chart": {
			"```mermaid\ngraph TD\n%% [secret]\n A[Pay gateway] -->|calls| B(\"Checkout<br/>DB\")\n B --> A[Pay gateway]\n" +
				" C[(Orders)] --- D{{Queue}}\n```",
			"Pay gateway · calls · Checkout DB · Orders · Queue", "",
		},
		"a sequence":      {"```mermaid\nsequenceDiagram\n  api->>db: SELECT with timeout\n```", "SELECT with timeout", ""},
		"code stays code": {"```go\nx := a[1]\n```", "", "x := a[1]"},
	} {
		t.Run(name, func(t *testing.T) {
			body, _, err := New(Options{}).RenderBody(context.Background(), postmortems.BodyInput{Path: "a.md",
				Markdown: []byte(c.src), FirstLine: 1})
			if err != nil || len(body.Sections) != 1 {
				t.Fatal(body.Sections, err)
			}
			if s := body.Sections[0]; s.Text != c.text || s.Code != c.code {
				t.Errorf("text %q, code %q", s.Text, s.Code)
			}
		})
	}
}

func FuzzDiagramWords(f *testing.F) {
	f.Add("graph TD\n A[x] -->|y| B((z))")
	f.Add("a: b\n\"unclosed [ ( {")
	f.Fuzz(func(t *testing.T, source string) {
		if words := diagramWords(source); len(words) > 4*len(source)+16 || strings.Contains(words, "\n") {
			t.Fatalf("%q", words)
		}
	})
}
