//go:build unix

package postmortems

import (
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/growth"
)

// Excerpt and caret of a problem take linear time in the length of the line, wherever the
// problem is.
func TestPointingAtALongLineIsLinear(t *testing.T) {
	for name, line := range map[string]func(n int) (string, int){
		"at its beginning": func(n int) (string, int) { return "a: " + strings.Repeat("[", n), 4 },
		"at its end":       func(n int) (string, int) { return "a: " + strings.Repeat("x", n), n + 3 },
		"wide":             func(n int) (string, int) { return strings.Repeat("宽", n), n / 2 },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Linear(t, 4<<10, func(n int) func() {
				text, col := line(n)
				return func() { FormatProblems([]Problem{{Line: 1, Col: col, Excerpt: text}}, testURL, 50) }
			})
		})
	}
}

// Compiling expensive front matter, and tables whose header is as long as the text, takes
// linear time.
func TestCompileIsLinear(t *testing.T) {
	for name, make := range map[string]func(n int) string{
		"brackets":        fill("---\na: ", "[", "\n---\n"),
		"an open quote":   fill("---\na: \"", "x ", "\n---\n"),
		"words in a list": fill("---\ntitle: [", "x ", "\n---\n"),
		"flow actions":    fill("---\nactions: [", "{text: a, due: bad, type: q},", "]\n---\n"),
		"many values":     fill("---\nservices: [", "x,", "]\n---\n"),
		"one key twice":   fill("---\n{", "b: 1,", "}\n---\n"),
		"a long key":      fill("---\n", "k", ": 1\n---\n"),
		"a long header of a timeline": func(n int) string {
			return "## Timeline\n| Time " + strings.Repeat("1. ", n/6) + "| b |\n|--|--|\n" + strings.Repeat("|1:00|b|\n", n/16)
		},
		"a long header of actions": func(n int) string {
			return "## Action items\n| Action " + strings.Repeat("(x", n/4) + "| b |\n|--|--|\n" + strings.Repeat("|a|b|\n", n/12)
		},
	} {
		t.Run(name, func(t *testing.T) { compileIsLinear(t, 3<<10, make) })
	}
}

// Long texts of what the parsers search for are compiled in linear time. The short input
// is already longer than the texts that package regexp matches by backtracking.
func TestCompileOfLongTextsIsLinear(t *testing.T) {
	for name, make := range map[string]func(n int) string{
		"due words":             fill("## Action items\n- [ ] ", "by ", ""),
		"owners":                fill("## Action items\n- [ ] ", "owner: @a ", ""),
		"action items":          fill("## Action items\n", "- [ ] a by 2026-10-03\n", ""),
		"rows of a timeline":    fill("## Timeline\n", "- 08:04 a\n", ""),
		"one row":               fill("## Timeline\n- 08:04 ", "- ", ""),
		"dates in a heading":    fill("## Timeline ", "2026-13-01 ", "\n- 08:04 a\n"),
		"headings":              fill("", "## Timeline 2026-10-03\n", ""),
		"numbers in a heading":  fill("## ", "1. ", "\n"),
		"brackets in a heading": fill("## ", "(", "\n"),
		"unclosed":              fill("---\na: b\n", "a: b\n", ""),
		"template":              fill("---\n", "{{", "\n---\n"),
		"quotes":                fill("---\n", "a: '\n", "---\n"),
		"carriage returns":      fill("", "\r", ""),
	} {
		t.Run(name, func(t *testing.T) { compileIsLinear(t, 24<<10, make) })
	}
}

// fill returns a function that repeats a text up to a length.
func fill(before, s, after string) func(int) string {
	return func(n int) string { return before + strings.Repeat(s, n/len(s)) + after }
}

// compileIsLinear checks that compiling a text, and formatting its problems, takes linear
// time in its length.
func compileIsLinear(t *testing.T, n int, text func(n int) string) {
	t.Helper()
	growth.Linear(t, n, func(n int) func() {
		src := text(n)
		return func() {
			_, problems, err := compileText(src)
			if err != nil {
				t.Fatal(err)
			}
			FormatProblems(problems, testURL, 50)
		}
	})
}
