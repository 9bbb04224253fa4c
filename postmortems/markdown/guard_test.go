package markdown

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
)

// bombs are shapes that take goldmark 1.8.7 quadratic time in their length, one of each family.
func bombs() map[string]string {
	r := strings.Repeat
	const n = 64 << 10
	stairs := func(step func(i int) string) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			b.WriteString(step(i))
		}
		return b.String()
	}
	return map[string]string{
		"wide table":            r("|a", 500) + "|\n" + r("|-", 500) + "|\n" + r("|\n", 5000),
		"table of short rows":   r("a|", 60) + "\n" + r("-|", 60) + "\n" + r("a\n", 5000),
		"very wide table":       r("a|", n/8) + "\n" + r("-|", n/8) + "\n" + r("a\n", n/4),
		"quotes":                r("> ", n/2),
		"tight quotes":          r(">", n),
		"quotes and tabs":       r(">\t", n/2),
		"lists":                 r("- ", n/2) + "x",
		"numbered lists":        r("1. ", n/3),
		"definition lists":      "a\n" + r(": ", n/2),
		"stairs of lists":       stairs(func(i int) string { return r("  ", i) + "- a\n" }),
		"stairs of quotes":      stairs(func(i int) string { return r(">", i+1) + "a\n" }),
		"brackets":              r("[a](", n/4),
		"brackets and emphasis": r("*[a](b", n/6),
		"long definition":       "[a]: /" + r("x", n/2) + "\n\n" + r("[a]", n/6),
		"footnotes":             stairs(func(i int) string { return fmt.Sprintf("[^%d]: x\n\n[^%d]\n\n", i, i) }),
	}
}

// The guard refuses bombs before any parser reads them.
func TestGuardRefusesBombs(t *testing.T) {
	for name, bomb := range bombs() {
		t.Run(name, func(t *testing.T) {
			d := newDocument(postmortems.BodyInput{Path: "a.md", Markdown: []byte(bomb), FirstLine: 3})
			if d.guard(DefaultMaxBody) {
				t.Fatal("not refused")
			}
			if problems := d.problems.list(); !refused(problems) || problems[0].Line < 3 {
				t.Errorf("problems %v", problems)
			}
		})
	}
}

// refused reports whether any problem is an error.
func refused(problems []postmortems.Problem) bool {
	return slices.ContainsFunc(problems, func(p postmortems.Problem) bool { return p.Weight == postmortems.Error })
}

// TestGuardPasses checks shapes that look dangerous and are not.
func TestGuardPasses(t *testing.T) {
	r := New(Options{})
	for name, text := range map[string]string{
		"long thematic break":  strings.Repeat("- ", 60) + "\n",
		"star thematic break":  strings.Repeat("* ", 60) + "\n",
		"merge conflict":       "```\n<<<<<<< HEAD\n>>>>>>> branch\n```\n",
		"deep indent in code":  "```\n" + strings.Repeat(" ", 120) + "- x\n```\n",
		"many links":           strings.Repeat("- [a](b.md)\n\n", 4000),
		"big table":            "|a|b|c|\n|-|-|-|\n" + strings.Repeat("|1|2|3|\n", 5000),
		"one long line":        strings.Repeat("word ", 100_000),
		"almost a megabyte":    strings.Repeat("A line of text with `code` and *emphasis*.\n\n", 23_000),
		"references of 1 KiB":  "[a]: /" + strings.Repeat("x", 1000) + "\n\n" + strings.Repeat("[a] ", 1500),
		"many shortcodes":      strings.Repeat(":::note\n\nx\n", 20_000),
		"open templates":       strings.Repeat("{", 200_000),
		"unclosed inline tags": strings.Repeat("<b>x\n", 10_000),
		"closed unopened tags": strings.Repeat("</b>x\n", 10_000),
		"many same headings":   strings.Repeat("# a\n", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			body, problems, err := r.RenderBody(context.Background(), postmortems.BodyInput{Path: "a.md", Markdown: []byte(text), FirstLine: 1})
			if err != nil || refused(problems) || len(body.HTML) == 0 {
				t.Fatalf("%v %v", err, problems)
			}
		})
	}
}

// A body at a limit is accepted, one beyond it is refused.
func TestGuardLimits(t *testing.T) {
	r := strings.Repeat
	for rule, shape := range map[string]func(more int) string{
		ruleTableWide:  func(more int) string { return r("a|", maxColumns+more) + "\n" + r("-|", maxColumns+more) + "\n" },
		ruleTableLarge: func(more int) string { return "a|b\n-|-\n" + r("1|2\n", maxCells/2-1+more) },
		ruleNesting:    func(more int) string { return r(">", maxNesting+more) + " x" },
		ruleBrackets:   func(more int) string { return r("[a\n", maxBrackets+more) },
		ruleDefinition: func(more int) string { return "[a]: " + r("x", maxDefinition-5+more) },
		ruleFootnotes:  func(more int) string { return r("[^a]: x\n\n", maxFootnotes+more) },
		ruleLinks:      func(more int) string { return r("[a](b.md)\n\n", maxLinks+more) },
		ruleBodySize:   func(more int) string { return r("x", DefaultMaxBody+more) },
	} {
		for more := range 2 {
			_, problems, err := New(Options{}).RenderBody(context.Background(), postmortems.BodyInput{Path: "a.md",
				Markdown: []byte(shape(more)), FirstLine: 1})
			if err != nil || len(problems) != more || more == 1 && problems[0].Rule != rule {
				t.Errorf("%s with %d more: %v %v", rule, more, problems, err)
			}
		}
	}
}

func TestOutputLimit(t *testing.T) {
	r := New(Options{MaxOutput: 1000})
	_, problems, err := r.RenderBody(context.Background(), postmortems.BodyInput{Path: "a.md",
		Markdown: []byte(strings.Repeat("word\n\n", 200)), FirstLine: 1})
	if err != nil || len(problems) != 1 || problems[0].Rule != RuleRenderLimit {
		t.Fatalf("%v %v", problems, err)
	}
	_, problems, err = New(Options{MaxBody: 10}).RenderBody(context.Background(),
		postmortems.BodyInput{Path: "a.md", Markdown: []byte("01234567890"), FirstLine: 1})
	if err != nil || len(problems) != 1 || problems[0].Rule != ruleBodySize {
		t.Fatalf("%v %v", problems, err)
	}
}

// Each rule's bad example breaks this rule and no other, and its good example breaks none.
func TestRules(t *testing.T) {
	r := New(Options{})
	seen := map[string]bool{}
	for _, rule := range Rules() {
		if seen[rule.ID] || rule.Title == "" || rule.Why == "" || rule.Fix == "" || strings.HasSuffix(rule.Title, ".") {
			t.Errorf("%s: incomplete or listed twice", rule.ID)
		}
		seen[rule.ID] = true
		for example, bad := range map[string]bool{rule.Bad: true, rule.Good: false} {
			if example == "" {
				continue
			}
			_, problems, err := r.RenderBody(context.Background(), postmortems.BodyInput{Path: "a.md", Markdown: []byte(example), FirstLine: 1})
			if err != nil {
				t.Fatal(err)
			}
			if bad && (len(problems) != 1 || problems[0].Rule != rule.ID || problems[0].Weight != rule.Weight) || !bad && len(problems) > 0 {
				t.Errorf("%s: %q gives %v", rule.ID, example, problems)
			}
		}
	}
}

func TestRepeatedProblemsAreCounted(t *testing.T) {
	text := strings.Repeat("[x](javascript:1)\n\n", 50)
	_, problems, err := New(Options{}).RenderBody(context.Background(), postmortems.BodyInput{Path: "a.md",
		Markdown: []byte(text), FirstLine: 1})
	if err != nil || len(problems) != maxPerRule+1 || problems[maxPerRule].Message != "30 more of these in this document" {
		t.Fatalf("%d %v %v", len(problems), problems, err)
	}
}
