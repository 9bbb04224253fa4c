package markdown

import (
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2"
)

func TestHighlightCSS(t *testing.T) {
	css, err := HighlightCSS("github", "github-dark")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n.chroma .k {", "prefers-color-scheme: dark", ":root[data-theme=dark] .chroma .k {",
		":root:not([data-theme=light]) .chroma .k {"} {
		if !strings.Contains(css, want) {
			t.Errorf("no %q in\n%s", want, css)
		}
	}
	if strings.Contains(css, ".err ") {
		t.Error("the class of errors has a colour")
	}
	if strings.Contains(css, "url(") || strings.Contains(css, "@import") {
		t.Error("the style sheet loads another resource")
	}
	if again, _ := HighlightCSS("github", "github-dark"); again != css {
		t.Error("the result differs between two calls")
	}
	if _, err := HighlightCSS("github", "no-such-style"); err == nil {
		t.Error("an unknown style is not an error")
	}
}

// TestEveryTokenClassPassesThePolicy: a class that the policy refuses would lose its colour.
func TestEveryTokenClassPassesThePolicy(t *testing.T) {
	for kind, class := range chroma.StandardTypes {
		if class != "" && class != "chroma" && !strings.HasPrefix(class, "ln") && // line numbers, never written
			!policyToken.MatchString(class) {
			t.Errorf("%v has class %q", kind, class)
		}
	}
}

// TestHighlightingIsBoundedAndComplete: the code on the page is the code that was written,
// highlighted or not.
func TestHighlightingIsBoundedAndComplete(t *testing.T) {
	if lex("go", strings.Repeat("x := 1\n", maxHighlighted/7+1)) != nil {
		t.Error("a long block is highlighted")
	}
	for _, code := range []string{"package a\n", "a\n\n\n", "\tx", "\"unterminated\n", "\x00\xff", "日本 := 1\n"} {
		var all strings.Builder
		for _, token := range lex("go", code) {
			all.WriteString(token.Value)
		}
		if got := all.String(); got != code && got != "" {
			t.Errorf("%q became %q", code, got)
		}
	}
}
