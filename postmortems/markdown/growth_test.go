//go:build unix

package markdown

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/growth"
	"github.com/postern/postern/postmortems"
)

// repeat returns a function that repeats a text n times.
func repeat(before, unit, after string) func(n int) string {
	return func(n int) string { return before + strings.Repeat(unit, n) + after }
}

// The guard reads every shape once, refused or not.
func TestGuardIsLinear(t *testing.T) {
	for name, shape := range map[string]func(n int) string{
		"text":              repeat("", "a line of text\n", ""),
		"brackets":          repeat("", "[", ""),
		"one line of pipes": repeat("", "|", "\n"),
		"spaces":            repeat("", " ", "x"),
		"list markers":      repeat("", "- ", "x"),
		"short lines":       repeat("", "- a\n", ""),
	} {
		t.Run(name, func(t *testing.T) {
			growth.Linear(t, 8<<10, func(n int) func() {
				in := postmortems.BodyInput{Path: "a.md", Markdown: []byte(shape(n)), FirstLine: 1}
				return func() { newDocument(in).guard(DefaultMaxBody) }
			})
		})
	}
}

// Documents that the guard accepts are rendered in linear time.
func TestRenderingIsLinear(t *testing.T) {
	r := New(Options{})
	for name, shape := range map[string]func(n int) string{
		"paragraphs":           repeat("", "A line of text with `code` and *emphasis*.\n\n", ""),
		"one long line":        repeat("", "word ", ""),
		"links":                repeat("", "- [a](b.md)\n\n", ""),
		"rows of a table":      repeat("|a|b|c|\n|-|-|-|\n", "|1|2|3|\n", ""),
		"shortcodes":           repeat("", ":::note\n\nx\n", ""),
		"open templates":       repeat("", "{", ""),
		"unclosed inline tags": repeat("", "<b>x\n", ""),
		"unopened end tags":    repeat("", "</b>x\n", ""),
		"equal headings":       repeat("", "# a\n", ""),
		"code blocks":          repeat("", "```go\nx := 1\n```\n\n", ""),
	} {
		t.Run(name, func(t *testing.T) {
			growth.Linear(t, 600, func(n int) func() {
				in := postmortems.BodyInput{Path: "a.md", Markdown: []byte(shape(n)), FirstLine: 1}
				return func() {
					if _, problems, err := r.RenderBody(context.Background(), in); err != nil || refused(problems) {
						t.Fatal(problems, err)
					}
				}
			})
		})
	}
}

// A link over the limit is refused before all of them are resolved.
func TestTooManyLinksAreRefused(t *testing.T) {
	text := repeat("", "[a](b)\n\n", "")(maxLinks + 1)
	body, problems, err := New(Options{}).RenderBody(context.Background(),
		postmortems.BodyInput{Path: "a.md", Markdown: []byte(text), FirstLine: 1})
	if err != nil || !refused(problems) || len(body.Links) > maxLinks {
		t.Errorf("%d links, %v, %v", len(body.Links), fmt.Sprint(problems), err)
	}
}
