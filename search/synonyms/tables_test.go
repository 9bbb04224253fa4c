package synonyms

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/postern/postern/postmortems"
)

// synonymsOf returns what the whole text means in a set.
func synonymsOf(s Set, text string) []string {
	words := Words(text)
	n, meanings := s.Match(words)
	if n != len(words) {
		return nil
	}
	return meanings
}

func TestEntries(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want map[string][]string // of each text
	}{
		"one value":     {"a1: b1\n", map[string][]string{"a1": {"b1"}, "b1": {"a1"}}},
		"a list":        {"a1: [b1, c1]\n", map[string][]string{"a1": {"b1", "c1"}, "b1": {"a1", "c1"}, "c1": {"a1", "b1"}}},
		"two entries":   {"a1: b1\nb1: c1\n", map[string][]string{"a1": {"b1"}, "b1": {"a1", "c1"}, "c1": {"b1"}}}, // not transitive
		"a value twice": {"a1: [b1, b1]\n", map[string][]string{"a1": {"b1"}}},
		"two forms of words": {
			"outages: [downtime, down times]\n",
			map[string][]string{"outage": {"宕机", "故障", "incident", "downtime", "down times"}, "down time": {"outages", "downtime"}},
		},
		"removed":         {"db: []\n", map[string][]string{"db": nil, "database": {"db", "数据库"}}},
		"removed and set": {"db: []\ndb1: db\n", map[string][]string{"db": {"db1"}, "db1": {"db"}}},
		"removed by another form": {
			"databases: []\n", map[string][]string{"database": nil, "db": {"database", "数据库"}},
		},
		"a number":       {"a1: 42\n", map[string][]string{"a1": {"42"}}},
		"sixteen values": {"a1: [" + list(16) + "]\n", map[string][]string{"a1": strings.Split(list(16), ", ")}},
		"normalized":     {"cafe\u0301: b1\n", map[string][]string{"b1": {"café"}}},
		"nothing":        {"", map[string][]string{"db": {"database", "数据库"}}},
		"a comment":      {"# none\n", map[string][]string{"db": {"database", "数据库"}}},
	} {
		t.Run(name, func(t *testing.T) {
			set, problems := Parse([]byte(c.file))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			for text, want := range c.want {
				if diff := cmp.Diff(want, synonymsOf(set, text)); diff != "" {
					t.Errorf("%s: %s", text, diff)
				}
			}
		})
	}
}

// list returns n different words of a YAML list.
func list(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("x%d", i)
	}
	return strings.Join(words, ", ")
}

// A form with more than 16 synonyms in several entries has the first 16.
func TestSynonymsOfAFormAreBounded(t *testing.T) {
	set, problems := Parse([]byte("a1: [" + list(10) + "]\nb1: [a1, " + strings.ReplaceAll(list(10), "x", "y") + "]\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got := synonymsOf(set, "a1")
	if len(got) != maxMeanings || got[0] != "x0" || got[10] != "b1" {
		t.Errorf("%d synonyms %q", len(got), got)
	}
}

func TestProblems(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string // line:column rule message
	}{
		"no value": {
			"a1:\n",
			[]string{`1:1 synonyms-form "a1" has no synonym: write one after the colon, or [] to remove a built-in synonym`},
		},
		"17 values":  {"a1: [" + list(17) + "]\n", []string{`1:1 synonyms-form "a1" has 17 synonyms: at most 16 are allowed`}},
		"stop word":  {"the: b1\n", []string{`1:1 synonyms-word "the" is ignored in every search, so it cannot have a synonym`}},
		"stop words": {"a1: of the\n", []string{`1:5 synonyms-word "of the" is ignored in every search, so it cannot have a synonym`}},
		"no word":    {"a1: \"!\"\n", []string{`1:5 synonyms-word "!" has no word that can be searched for`}},
		"itself": {
			"timeouts: [b1, timeout]\n",
			[]string{`1:1 synonyms-word "timeouts" is found by its other word forms already: a synonym is a different word`},
		},
		"seven words":   {"a1: a b c d e f g1\n", []string{`1:5 synonyms-word "a b c d e f g1" is too long: a synonym has at most 6 words`}},
		"13 ideographs": {"a1: 一二三四五六七八九十一二三\n", []string{`1:5 synonyms-word "一二三四五六七八九十一二三" is too long: a synonym has at most 6 words`}},
		"two": {
			"the: b1\nof: c1\n",
			[]string{
				`1:1 synonyms-word "the" is ignored in every search, so it cannot have a synonym`,
				`2:1 synonyms-word "of" is ignored in every search, so it cannot have a synonym`,
			},
		},
		"empty of a stop": {"the: []\n", []string{`1:1 synonyms-word "the" is ignored in every search, so it cannot have a synonym`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := Parse([]byte(c.file))
			var got []string
			for _, p := range problems {
				if p.Path != Path || p.Weight != postmortems.Error || p.Excerpt == "" {
					t.Errorf("problem %+v", p)
				}
				got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Col, p.Rule, p.Message))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFormLimits(t *testing.T) {
	for file, want := range map[string]int{
		"a1: a b c d e f1\n":  0, // six words
		"a1: 一二三四五六七八九十一二\n":  0, // twelve ideographs
		"a1: 一二 b c d e f\n":  0, // two ideographs are one word
		"a1: 一二三 b c d e f\n": 1,
		"a1: the b1\n":        0, // one word that is searched for
		"一: 二\n":              0,
	} {
		if _, problems := Parse([]byte(file)); len(problems) != want {
			t.Errorf("%q: %v, want %d problems", file, problems, want)
		}
	}
}

// Limits of the file are reported, and the built-in synonyms remain.
func TestFileLimits(t *testing.T) {
	for name, file := range map[string]string{
		"bytes":   "a1: b1\n# " + strings.Repeat("x", MaxBytes),
		"entries": entries(maxEntries + 1),
		"depth":   "a1: [[b1]]\n",
	} {
		t.Run(name, func(t *testing.T) {
			set, problems := Parse([]byte(file))
			if len(problems) == 0 || problems[0].Rule != RuleForm {
				t.Errorf("problems %v", problems)
			}
			if n, _ := set.Match([]string{"db"}); n != 1 {
				t.Error("the built-in synonyms are lost")
			}
		})
	}
	if _, problems := Parse([]byte(entries(maxEntries))); len(problems) > 0 {
		t.Errorf("%d entries: %v", maxEntries, problems[0])
	}
}

// entries returns a file of n entries.
func entries(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d: b%d\n", i, i)
	}
	return b.String()
}

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"": {}, "Timeouts": {"timeout"}, "连接 池": {"连", "接", "池"}, "tcp_tw_reuse": {"tcp", "tw", "reus"}, "ＤＢ's": {"db"},
	} {
		if diff := cmp.Diff(want, Words(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestMatchIsTheLongest(t *testing.T) {
	set, _ := Parse([]byte("a1: x1\na1 b1: x2\na1 b1 c1: x3\na1 d1: x4\n"))
	for text, want := range map[string]string{
		"a1": "1 x1", "a1 b1": "2 x2", "a1 b1 c1": "3 x3", "a1 b1 c1 d1": "3 x3", "a1 b1 d1": "2 x2", "a1 d1": "2 x4", "a1 c1": "1 x1",
		"b1": "0 ", "z1 a1": "0 ",
	} {
		n, meanings := set.Match(Words(text))
		if got := fmt.Sprintf("%d %s", n, strings.Join(meanings, "|")); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	var zero Set
	if n, _ := zero.Match([]string{"db"}); n != 0 || zero.Len() != 0 {
		t.Error("the zero Set has forms")
	}
}

func TestLen(t *testing.T) {
	forms := map[string]bool{}
	for _, g := range builtin() {
		for _, text := range g.texts {
			forms[key(text)] = true
		}
	}
	if got := Builtin().Len(); got != len(forms) {
		t.Errorf("%d built-in forms, want %d", got, len(forms))
	}
}

// Meaning is symmetric: each synonym of a text has the text among its own.
func TestMeaningIsSymmetric(t *testing.T) {
	word := rapid.SampledFrom([]string{"a1", "b1", "c1", "d1", "e1 f1", "e1", "连接", "池"})
	rapid.Check(t, func(t *rapid.T) {
		groups := make([]group, rapid.IntRange(1, 6).Draw(t, "groups"))
		for i := range groups {
			texts := rapid.SliceOfNDistinct(word, 2, 4, rapid.ID[string]).Draw(t, "texts")
			groups[i] = group{name: texts[0], texts: texts}
		}
		set := newSet(groups)
		for _, g := range groups {
			for _, text := range g.texts {
				for _, other := range synonymsOf(set, text) {
					back := synonymsOf(set, other)
					found := false
					for _, b := range back {
						found = found || key(b) == key(text)
					}
					if !found {
						t.Fatalf("%q means %q, which means only %q", text, other, back)
					}
				}
			}
		}
	})
}
