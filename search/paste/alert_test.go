package paste

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIsAlert(t *testing.T) {
	predicate(t, isAlert,
		[]string{
			"[FIRING:1] X", "*[RESOLVED] X*", "alertname=X", "AlarmName: X", "Problem name: X", "告警名称：X", "- alert: X\n  expr: y",
			"Labels:\n a\nAnnotations:\n b", "Alert: X\nDescription: y", "alert: X\nseverity: page", "text\n[firing] X",
		},
		[]string{
			"", "pool exhausted", "[x] done", "labels: a", "annotations: b", "alert: X", "description: y", "the alert fired",
			strings.Repeat("x", 4<<10) + "alertname", // only the beginning counts
		})
}

func TestAfterStatus(t *testing.T) {
	for in, want := range map[string]struct {
		found bool
		rest  string
	}{
		"":                         {false, ""},
		"X":                        {false, "X"},
		"[FIRING:1] X":             {true, "X"},
		"**[FIRING:1, RESOLVED] X": {true, "X"},
		"[Prometheus] [firing] X":  {true, "X"},
		"[firing][eu-1] X":         {true, "X"}, // a group after the status
		"[eu-1][firing] X":         {false, "[eu-1][firing] X"},
		"[firing X":                {false, "[firing X"},
		"[firing] [X":              {true, "[X"},
		"[告警] 磁盘满":                 {true, "磁盘满"},
		"[No Data] X":              {true, "X"},
		"[INC-1] X":                {false, "[INC-1] X"},
	} {
		t.Run(in, func(t *testing.T) {
			found, rest := afterStatus(in)
			if found != want.found || rest != want.rest {
				t.Errorf("got %v %q, want %v %q", found, rest, want.found, want.rest)
			}
		})
	}
}

func TestKeyValue(t *testing.T) {
	for in, want := range map[string]struct {
		key, value string
		ok         bool
	}{
		"a = b":                             {"a", "b", true},
		"a: b":                              {"a", "b", true},
		"**a:** b":                          {"a", "b", true},
		"级别：严重":                             {"级别", "严重", true},
		"a b c: d":                          {"a b c", "d", true},
		"a b c d: e":                        {},
		`"a": "b"`:                          {"a", "b", true},
		"https://x/y":                       {},
		"a=//b":                             {"a", "//b", true},
		": b":                               {},
		"a":                                 {},
		"f(x) = y":                          {},
		"a, b: c":                           {},
		"a:":                                {"a", "", true},
		strings.Repeat("k", 48) + ": v":     {strings.Repeat("k", 48), "v", true},
		strings.Repeat("k", 49) + ": v":     {},
		"description: {{ $value }} of pods": {"description", "{{ $value }} of pods", true},
	} {
		t.Run(in, func(t *testing.T) {
			key, value, ok := keyValue(in)
			if key != want.key || value != want.value || ok != want.ok {
				t.Errorf("got %q %q %v, want %q %q %v", key, value, ok, want.key, want.value, want.ok)
			}
		})
	}
}

func TestIsLinkLine(t *testing.T) {
	predicate(t, isLinkLine,
		[]string{
			"Source: http://x", "View in Grafana", "Sent by Alertmanager", "https://x", ":chart_with_upwards_trend: Graph",
			"Silence it", "[1] Firing", "[2] Resolved",
		},
		[]string{"", "pool exhausted", "see https://x", "the dashboard", "firing"})
}

func TestWithoutMarkup(t *testing.T) {
	for in, want := range map[string]string{
		"  - **Summary:** `x`": "Summary: x", "• a": "a", "▪ a": "a", "> > a": "a", "* a *b*": "a *b*", "": "", "a-b": "a-b",
	} {
		if got := withoutMarkup(in); got != want {
			t.Errorf("withoutMarkup(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTitle(t *testing.T) {
	for in, want := range map[string]Reading{
		"":                                 {},
		"PoolExhausted":                    {Names: []string{"PoolExhausted"}},
		"pool":                             {Names: []string{"pool"}},
		"PoolExhausted (eu-1)":             {Names: []string{"PoolExhausted"}},
		"PoolExhausted - critical":         {Names: []string{"PoolExhausted"}},
		"PoolExhausted eu-1":               {Names: []string{"PoolExhausted"}}, // one label is no detail
		"PoolExhausted pod web":            {Names: []string{"PoolExhausted"}, Details: []string{"pod web"}},
		"pool_max is low":                  {Names: []string{"pool_max"}, Details: []string{"is low"}},
		"Disk full on web":                 {Names: []string{"Disk full on web"}, Messages: []string{"Disk full on web"}},
		"Disk full, on web":                {Messages: []string{"Disk full, on web"}},
		"Disk 93% full":                    {Messages: []string{"Disk * full"}},
		"one two three four five six":      {Names: []string{"one two three four five six"}, Messages: []string{"one two three four five six"}},
		"one two three four five six more": {Messages: []string{"one two three four five six more"}},
		"[FIRING:1] PoolExhausted":         {Names: []string{"PoolExhausted"}},
		"a.b.PoolError: no connection": {
			Codes: []string{"PoolError"}, Messages: []string{"no connection"}, Details: []string{"a.b.PoolError"},
		},
	} {
		t.Run(in, func(t *testing.T) {
			if diff := cmp.Diff(want, reading(func(r *reader) { r.title(in) })); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("a name is known", func(t *testing.T) {
		got := reading(func(r *reader) { r.name("X"); r.title("Disk full") })
		if diff := cmp.Diff(Reading{Names: []string{"X"}, Messages: []string{"Disk full"}}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSelector(t *testing.T) {
	for in, want := range map[string]string{
		`{alertname="PoolExhausted",job="y"}`: "PoolExhausted",
		`ALERTS{alertname=~"Pool.*"}`:         "Pool.", // word trims it
		"alertname = PoolExhausted":           "PoolExhausted",
		"**alertname:** PoolExhausted, x":     "PoolExhausted",
		`"alertname": "PoolExhausted"`:        "PoolExhausted",
		"the alertname":                       "",
		"alertnames=x":                        "",
		"x":                                   "",
	} {
		t.Run(in, func(t *testing.T) {
			var r reader
			found := r.selector(in)
			if got := strings.Join(r.out.Names, "|"); got != want || found != (want != "") {
				t.Errorf("got %q %v, want %q", got, found, want)
			}
		})
	}
}

// Lines of a notification count by the section that contains them.
func TestAlertSections(t *testing.T) {
	const text = "[FIRING:1] PoolExhausted\n" +
		"Labels:\n - alertname = PoolExhausted\n - service = checkout-7c9d8b6f5-x2kqp\n - team = payments\n - some words without a key\n" +
		"Annotations:\n - summary = The pool is full\n - impact = Checkout fails\n - two words\nword\n" +
		"Source: http://prometheus\n" +
		"[RESOLVED] Other\nnote: a longer text of no known field\nshort: two words\n"
	want := Reading{
		Names:    []string{"PoolExhausted", "Other"},
		Messages: []string{"The pool is full", "Checkout fails", "two words"},
		Details:  []string{"a longer text of no known field"},
		Services: []string{"checkout"},
	}
	if diff := cmp.Diff(want, reading(func(r *reader) { r.alert(text) })); diff != "" {
		t.Error(diff)
	}
}

func TestUnfolded(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"a\nLabels: b":                 "a\nLabels: b", // it has its lines
		"x Labels: - a = b - c = d":    "x \nLabels:\n\n - a = b\n - c = d",
		"x - y":                        "x - y",
		"x - two words = y - z = w":    "x - two words = y\n - z = w",
		"Annotations: - a = b Source:": "\nAnnotations:\n\n - a = b \nSource:\n",
	} {
		t.Run(in, func(t *testing.T) {
			if got := unfolded(in); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestSectionOf(t *testing.T) {
	for in, want := range map[string]section{
		"Labels:": labels, "**Tags**": labels, "标签：": labels, "Annotations": annotations, "注解": annotations,
	} {
		if got, ok := sectionOf(in); !ok || got != want {
			t.Errorf("sectionOf(%q) = %v, %v", in, got, ok)
		}
	}
	if _, ok := sectionOf("Summary"); ok {
		t.Error("any heading is a section")
	}
}

// A Reading has limits, whatever the length of the text.
func TestReadingIsBounded(t *testing.T) {
	many := func(format string) string {
		var b strings.Builder
		for i := range 100 {
			fmt.Fprintf(&b, format+"\n", strings.Repeat("x", i/26+1)+string(rune('a'+i%26)))
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		text string
		of   func(Reading) []string
		most int
	}{
		"names":    {many(`alertname="Name%s"`), func(r Reading) []string { return r.Names }, maxNames},
		"codes":    {many("[FIRING] x\nerrorcode: Code%s"), func(r Reading) []string { return r.Codes }, maxCodes},
		"messages": {many("word %s"), func(r Reading) []string { return r.Messages }, maxMessages},
		"details":  {many("[FIRING] x\nunknown: one two %s"), func(r Reading) []string { return r.Details }, maxDetails},
		"services": {many("[FIRING] x\nservice: svc%s"), func(r Reading) []string { return r.Services }, maxServices},
	} {
		t.Run(name, func(t *testing.T) {
			if got := len(c.of(Read(c.text))); got != c.most {
				t.Errorf("%d strings, want %d", got, c.most)
			}
		})
	}
	long := Read("[FIRING] " + strings.Repeat("n", 500) + "\n" + strings.Repeat("word ", 500))
	if len(long.Names[0]) != maxWord || len(long.Messages[0]) > maxLine {
		t.Errorf("a name of %d bytes, a message of %d", len(long.Names[0]), len(long.Messages[0]))
	}
}

func TestIsInnerUpper(t *testing.T) {
	predicate(t, isInnerUpper,
		[]string{"aB", "checkoutFailed", "KubePod", "1aB"},
		[]string{"", "a", "Ba", "ABc", "CHECKOUT", "checkout", "a1B", "Checkout"})
}
