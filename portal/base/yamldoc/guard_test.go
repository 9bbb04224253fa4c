package yamldoc

import (
	"strings"
	"testing"
)

func TestLeadingRun(t *testing.T) {
	for body, want := range map[string]int{
		"": 0, "-": 0, "a": 0, "-a": 0, "- a": 1, "- - a": 2, "-\t- a": 2, "? - : a": 3, "-  ? a": 2, "- -a": 1, ": a": 1,
	} {
		if got := leadingRun([]byte(body)); got != want {
			t.Errorf("%q: %d, want %d", body, got, want)
		}
	}
}

// The guard refuses nesting and keys beyond its bound, and names the line.
func TestGuardNamesTheLine(t *testing.T) {
	limits := Limits{Depth: 2, Keys: 3}.withDefaults()
	nested := func(levels int) string { return "a: 1\n" + strings.Repeat("- ", levels) + "b\n" }
	brackets := func(levels int) string { return "a: 1\nb: " + strings.Repeat("[", levels) + "\n" }
	for name, c := range map[string]struct {
		in   string
		line int // 0: accepted
	}{
		"lists at the bound":      {nested(limits.Depth*guardSlack - 1), 0},
		"lists beyond it":         {nested(limits.Depth * guardSlack), 2},
		"brackets at the bound":   {brackets(limits.Depth*guardSlack - 1), 0},
		"brackets beyond it":      {brackets(limits.Depth * guardSlack), 2},
		"closed brackets":         {"a: " + strings.Repeat("[]", 100), 0},
		"keys at the bound":       {strings.Repeat("a: 1\n", limits.Keys*guardSlack), 0},
		"keys beyond it":          {strings.Repeat("a: 1\n", limits.Keys*guardSlack+1), limits.Keys*guardSlack + 1},
		"a bracket without start": {"]]]]\n" + strings.Repeat("[", limits.Depth*guardSlack), 2},
	} {
		issue, ok := guard([]byte(c.in), limits)
		if ok != (c.line == 0) || !ok && (issue.Line != c.line || issue.Code != Limit || issue.Excerpt == "") {
			t.Errorf("%s: accepted %v, %+v; want line %d", name, ok, issue, c.line)
		}
	}
}

func TestReportWithoutAPlace(t *testing.T) {
	doc := &Doc{lines: []string{"first", "second"}}
	doc.report(Wrong, nil, "this is %s\nand more", "wrong")
	want := Issue{Code: Wrong, Line: 1, Col: 1, Msg: "this is wrong and more", Excerpt: "first"}
	if got := doc.Issues(); len(got) != 1 || got[0] != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// No message contains a line end of any kind.
func TestCleanKeepsOneLine(t *testing.T) {
	for in, want := range map[string]string{"a\u2028b": "a b", "a\u2029b": "a b", "a\x00b": "a b", "a\tb": "a b", "a b": "a b"} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
