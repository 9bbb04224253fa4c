package yamldoc_test

import (
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/yamldoc"
)

func TestParseAllReadsStreamsAndLists(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want string // the values of "a", with their lines
	}{
		"one":              {"a: 1\n", "1@1"},
		"stream":           {"a: 1\n---\na: 2\n", "1@1 2@3"},
		"list":             {"- a: 1\n- a: 2\n  b: 3\n", "1@1 2@2"},
		"list in a stream": {"---\n- a: 1\n---\na: 2\n...\n---\n# nothing\n---\na: 3\n", "1@2 2@4 3@9"},
		"empty":            {"", ""},
		"only comments":    {"# a\n---\n# b\n", ""},
	} {
		doc, maps, issues := yamldoc.ParseAll([]byte(c.text), yamldoc.Limits{})
		if doc == nil || len(issues) > 0 {
			t.Errorf("%s: %v", name, issues)
			continue
		}
		var got []string
		for _, m := range maps {
			v := m.Value("a")
			got = append(got, v.String()+"@"+string(rune('0'+v.Line())))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", name, s, c.want)
		}
	}
}

func TestParseAllRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"a text":                 {"a: 1\n---\nword\n", 3},
		"a list of texts":        {"- word\n", 1},
		"an alias":               {"a: 1\n---\nb: *x\n", 3},
		"a mistake further down": {"a: 1\n---\nb: [1, 2\nc: 3\n", 3},
		"too many":               {strings.Repeat("---\na: 1\n", 1001), 2001},
		"too many items":         {strings.Repeat("- a: 1\n", 1001), 1},
		"too many keys in all":   {strings.Repeat("---\na: 1\nb: 1\nc: 1\nd: 1\ne: 1\n", 900), 0},
	} {
		doc, _, issues := yamldoc.ParseAll([]byte(c.text), yamldoc.Limits{})
		if doc != nil || len(issues) == 0 {
			t.Errorf("%s: was read", name)
			continue
		}
		if c.line > 0 && (issues[0].Line < c.line || issues[0].Line > c.line+1) {
			t.Errorf("%s: told at line %d, want %d: %s", name, issues[0].Line, c.line, issues[0].Msg)
		}
	}
}

func FuzzParseAll(f *testing.F) {
	for _, s := range []string{"a: 1\n---\nb: 2\n", "- a: 1\n- b: 2\n", "---\n---\n", "a: &x 1\n---\nb: *x\n", "- - a: 1\n", "a: |\n  ---\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, maps, issues := yamldoc.ParseAll(data, yamldoc.Limits{Bytes: 4096})
		if doc == nil && len(issues) == 0 {
			t.Fatal("nothing was read and nothing is wrong")
		}
		for _, m := range maps {
			for key, v := range m.All() {
				_, _, _ = key, v.String(), v.Strings()
			}
			if m.Line() < 1 {
				t.Fatal("a mapping without a line")
			}
		}
	})
}

func TestEncodedNumbersNeedNoTag(t *testing.T) {
	for v, want := range map[float64]string{99: "99", 99.9: "99.9", 1e21: "1e+21", 0: "0", -3: "-3"} {
		out, err := yamldoc.Encode(yamldoc.Pairs{{Key: "a", Value: v}})
		if err != nil || string(out) != "a: "+want+"\n" {
			t.Errorf("%v is written %q, %v", v, out, err)
		}
		if doc, issues := yamldoc.Parse(out, yamldoc.Limits{}); doc == nil || doc.Root().Value("a").Float() != v {
			t.Errorf("%q is not read back: %v", out, issues)
		}
	}
}
