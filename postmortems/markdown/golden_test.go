package markdown

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
)

// updateFlag returns the flag -update, which another test file may define.
func updateFlag() *bool {
	if f := flag.Lookup("update"); f != nil {
		v := f.Value.String() == "true"
		return &v
	}
	return flag.Bool("update", false, "rewrite testdata/golden")
}

var update = updateFlag()

// TestGolden renders each input of testdata/golden as guides/team/NAME.md and compares the page and
// everything that was read from it.
func TestGolden(t *testing.T) {
	inputs, err := filepath.Glob("testdata/golden/*.md")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no inputs: %v", err)
	}
	r := New(Options{})
	for _, input := range inputs {
		name := strings.TrimSuffix(filepath.Base(input), ".md")
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			body, problems, err := r.RenderBody(context.Background(), postmortems.BodyInput{
				Path: "guides/team/" + name + ".md", Markdown: source, FirstLine: 1,
			})
			if err != nil {
				t.Fatal(err)
			}
			got := describe(body, problems)
			golden := filepath.Join("testdata/golden", name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs; run with -update and look at the change\ngot:\n%s\nwant:\n%s", golden, got, want)
			}
		})
	}
}

// describe returns a body as readable text.
func describe(b postmortems.Body, problems []postmortems.Problem) string {
	var out strings.Builder
	fmt.Fprintf(&out, "h1: %q words: %d mermaid: %v\n\n== html\n%s\n", b.H1, b.Words, b.Mermaid, strings.TrimSpace(string(b.HTML)))
	out.WriteString("\n== headings\n")
	for _, h := range b.Headings {
		fmt.Fprintf(&out, "%d: level %d %q #%s\n", h.Line, h.Level, h.Text, h.Anchor)
	}
	out.WriteString("\n== sections\n")
	for _, s := range b.Sections {
		fmt.Fprintf(&out, "%d: level %d %q #%s\n  text %q\n  code %q\n", s.Line, s.Level, s.Heading, s.Anchor, s.Text, s.Code)
	}
	out.WriteString("\n== rows\n")
	for _, r := range b.Rows {
		checked := ""
		if r.Checked != nil {
			checked = fmt.Sprintf(" checked=%v", *r.Checked)
		}
		if r.Paragraph {
			fmt.Fprintf(&out, "%d: section %d paragraph %.40q\n", r.Line, r.Section, r.Cells[0])
			continue
		}
		fmt.Fprintf(&out, "%d: section %d %q header %q links %q%s\n", r.Line, r.Section, r.Cells, r.Header, r.Links, checked)
	}
	out.WriteString("\n== links\n")
	for i, l := range b.Links {
		fmt.Fprintf(&out, "%d: %d:%d %s %q #%s %q\n",
			i, l.Line, l.Col, [...]string{"page", "image", "wiki"}[l.Kind], l.Raw, l.Fragment, l.Candidates)
	}
	out.WriteString("\n== problems\n")
	for _, p := range problems {
		out.WriteString(p.String() + "\n")
	}
	return out.String()
}
