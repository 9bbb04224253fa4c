package synonyms

import (
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/postmortems"
)

func TestMatch(t *testing.T) {
	set, problems := Parse([]byte("checkout: [cash desk, 收银台]\npg: payment gateway\nlb: []\nfoo bar: quux\nfoo: baz\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	tests := []struct {
		text string
		n    int
		want string
	}{
		{"checkouts failed", 1, "cash desk|收银台"},
		{"cash desks", 2, "checkout|收银台"},
		{"收银台 x", 3, "checkout|cash desk"},
		{"收银", 0, ""},
		{"pg", 1, "postgres|postgresql|payment gateway"},
		{"payment gateway", 2, "pg"}, // not postgres
		{"lb", 0, ""},
		{"load balancer", 2, "lb|负载均衡"},
		{"foo bar", 2, "quux"}, // the longest
		{"foo", 1, "baz"},
		{"ＤＢ", 1, "database|数据库"},
		{"databases", 1, "db|数据库"},
		{"timing", 0, ""},
		{"", 0, ""},
	}
	for _, tt := range tests {
		n, meanings := set.Match(Words(tt.text))
		if n != tt.n || strings.Join(meanings, "|") != tt.want {
			t.Errorf("%q: %d words mean %q, want %d %q", tt.text, n, meanings, tt.n, tt.want)
		}
	}
}

// Each built-in group is one that a file could have, and holds without one.
func TestBuiltin(t *testing.T) {
	set := Builtin()
	for _, g := range builtin() {
		for _, text := range g.texts {
			r := reader{}
			doc := "x: y\n"
			if !r.form(text, valueIn(t, doc)) || len(g.texts) < 2 {
				t.Errorf("%q: %v", text, r.problems)
			}
			if n, _ := set.Match(Words(text)); n != len(Words(text)) {
				t.Errorf("%q is not found", text)
			}
		}
	}
}

func TestParseProblems(t *testing.T) {
	tests := []struct {
		in, at, rule string
		holds        string // a form that holds all the same
	}{
		{"a1: b1\n: : :\n\t", "2:1", RuleForm, "db"},
		{"a1: b1\na1: c1\n", "2:1", RuleForm, "a1"},
		{"a1: {b1: c1}\nd1: e1\n", "1:5", RuleForm, "d1"},
		{"a1:\nd1: e1\n", "1:1", RuleForm, "d1"},
		{"a1: [b1, \"!?\"]\nd1: e1\n", "1:10", RuleWord, "d1"},
		{"the: b1\n", "1:1", RuleWord, "db"},
		{"b1: one two three four five six seven\n", "1:5", RuleWord, "db"},
		{"timeouts: timeout\n", "1:1", RuleWord, "db"},
		{"a1: [" + strings.Repeat("x, ", 20) + "y]\n", "1:1", RuleForm, "db"},
		{"- a\n- b\n", "1:1", RuleForm, "db"},
	}
	for _, tt := range tests {
		set, problems := Parse([]byte(tt.in))
		if len(problems) == 0 {
			t.Errorf("%q has no problem", tt.in)
			continue
		}
		p := problems[0]
		if got := strings.SplitN(p.String(), " ", 2)[0]; got != Path+":"+tt.at+":" || p.Rule != tt.rule {
			t.Errorf("%q: %v, want %s [%s]", tt.in, p, tt.at, tt.rule)
		}
		if n, _ := set.Match([]string{tt.holds}); n != 1 {
			t.Errorf("%q: %s does not hold", tt.in, tt.holds)
		}
	}
}

// The examples of a rule's page break that rule, or none.
func TestRulesHoldWhatTheirExamplesShow(t *testing.T) {
	for _, r := range Rules() {
		if _, problems := Parse([]byte(r.Good)); len(problems) > 0 {
			t.Errorf("%s: the good example has %v", r.ID, problems)
		}
		if r.Bad == "" {
			continue
		}
		_, problems := Parse([]byte(r.Bad))
		wrong := func(p postmortems.Problem) bool { return p.Rule != r.ID || p.Weight != r.Weight }
		if len(problems) == 0 || slices.ContainsFunc(problems, wrong) {
			t.Errorf("%s: the bad example has %v", r.ID, problems)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("db: database\noom: [out of memory, 内存溢出]\n"))
	f.Add([]byte("a: [b, {c: d}, [e]]\nthe: x\n\xff: y"))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, problems := Parse(data)
		for _, p := range problems {
			if p.Rule == "" || p.Message == "" || strings.ContainsAny(p.Message, "\n\x00") {
				t.Fatalf("problem %+v", p)
			}
		}
		for first, entries := range set.byFirst {
			for _, e := range entries {
				if len(e.meanings) == 0 || len(e.meanings) > maxMeanings || e.words[0] != first {
					t.Fatalf("entry %+v below %q", e, first)
				}
			}
		}
	})
}

// valueIn is a place to report at.
func valueIn(t *testing.T, text string) yamldoc.Value {
	t.Helper()
	doc, issues := yamldoc.Parse([]byte(text), yamldoc.Limits{})
	if doc == nil {
		t.Fatal(issues)
	}
	return doc.Root().Key("x")
}
