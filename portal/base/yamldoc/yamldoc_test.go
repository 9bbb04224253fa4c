package yamldoc

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The place is what an author is sent to: every mistake must be told where the
// author made it, not where the parser noticed.
func TestParseTellsMistakesInPlainWords(t *testing.T) {
	for name, c := range map[string]struct {
		in        string
		line, col int
		code      Code
		msg       string
	}{
		"second colon":      {"---\ntitle: Outage: the sequel\n", 2, 14, Syntax, "whole value into quotes"},
		"first line":        {"title: Outage: the sequel\n", 1, 14, Syntax, "whole value into quotes"},
		"wide characters":   {"title: 数据库: 故障\n", 1, 11, Syntax, "whole value into quotes"},
		"unclosed quote":    {"a: 1\ntitle: \"never closed\nb: 2\n", 2, 8, Syntax, "never closed"},
		"no colon":          {"a: b\nd e\nf: g\n", 2, 1, Syntax, "no \"key: value\""},
		"tab":               {"a:\n\tb: 1\n", 2, 1, Syntax, "tab"},
		"bad list":          {"tags:\n  - a\n - b\n", 3, 2, Syntax, "indentation"},
		"open bracket":      {"tags: [a, b\ntitle: x\n", 1, 7, Syntax, "not closed"},
		"quote then text":   {"a: 1\ntitle: \"x\" y\nb: 2\n", 2, 12, Syntax, "quotes"},
		"escape":            {"a: 1\npath: \"C:\\data\"\n", 2, 10, Syntax, "backslash"},
		"at sign":           {"a: 1\nowner: @sre\n", 2, 8, Syntax, "into quotes"},
		"alias":             {"title: *important*\n", 1, 8, Feature, "quotes"},
		"undefined alias":   {"title: *important\n", 1, 8, Feature, "aliases are not read"},
		"anchor":            {"a: &x 1\n", 1, 4, Feature, "anchors are not read"},
		"tag":               {"a: !!binary aGk=\n", 1, 4, Feature, "tags are not read"},
		"merge":             {"a: 1\n<<: {b: 2}\n", 2, 1, Feature, "merge key"},
		"second document":   {"a: 1\n---\nb: 2\n", 2, 1, Feature, "second YAML document"},
		"duplicate":         {"a: 1\nb: 2\na: 3\n", 3, 1, Duplicate, "line 1 already"},
		"list on top":       {"- a\n- b\n", 1, 1, Syntax, "key: value"},
		"not UTF-8":         {"a: 1\nb: caf\xe9\n", 2, 7, Syntax, "UTF-8"},
		"control character": {"a: 1\nb: x\x1b[31m\n", 2, 5, Syntax, "U+001B"},
		"line separator":    {"a: x\u2028y\n", 1, 5, Syntax, "U+2028"},
		"mapping as key":    {"{a: 1}: 2\n", 1, 1, Syntax, "must be quoted"},
	} {
		t.Run(name, func(t *testing.T) {
			_, issues := Parse([]byte(c.in), Limits{})
			if len(issues) == 0 {
				t.Fatal("no issue")
			}
			got := issues[0]
			if got.Line != c.line || got.Col != c.col || got.Code != c.code || !strings.Contains(got.Msg, c.msg) {
				t.Errorf("got %d:%d code %d %q\nwant %d:%d code %d with %q", got.Line, got.Col, got.Code, got.Msg, c.line, c.col, c.code, c.msg)
			}
			if strings.ContainsAny(got.Msg, "\n\x1b") {
				t.Errorf("control characters in %q", got.Msg)
			}
		})
	}
}

func TestParseHoldsLimits(t *testing.T) {
	deep := strings.Repeat("[", 30) + strings.Repeat("]", 30)
	for name, c := range map[string]struct {
		in  string
		lim Limits
		ok  bool
	}{
		"bytes":                {strings.Repeat("a", 11), Limits{Bytes: 10}, false},
		"keys at the limit":    {manyKeys(8), Limits{Keys: 8}, true},
		"keys over":            {manyKeys(9), Limits{Keys: 8}, false},
		"keys far over":        {manyKeys(9000), Limits{Keys: 8}, false},
		"flow keys":            {"a: {" + strings.Repeat("b,", 900) + "}", Limits{Keys: 8}, false},
		"depth at the limit":   {"a: [[1]]", Limits{Depth: 3}, true},
		"depth over":           {"a: [[[1]]]", Limits{Depth: 3}, false},
		"brackets":             {"a: " + deep, Limits{}, false},
		"brackets, no closing": {"a: " + strings.Repeat("[", 200000), Limits{}, false},
		"dashes":               {strings.Repeat("- ", 100000), Limits{}, false},
		"indentation":          {staircase(300), Limits{}, false},
		"colons in prose":      {"text: |\n" + strings.Repeat("  09:12: it: was: slow\n", 20), Limits{Keys: 16}, true},
		"brackets in prose":    {"text: |\n" + strings.Repeat("  see [1 and {2\n", 20), Limits{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			doc, issues := Parse([]byte(c.in), c.lim)
			if (doc != nil) != c.ok || (len(issues) == 0) != c.ok {
				t.Fatalf("doc %v issues %v", doc != nil, issues)
			}
			if !c.ok && issues[0].Code != Limit {
				t.Errorf("code %d, want Limit: %v", issues[0].Code, issues[0])
			}
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: v\n", i)
	}
	return b.String()
}

func staircase(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestAccessorsReadWhatAuthorsWrite(t *testing.T) {
	doc, issues := Parse([]byte(strings.Join([]string{
		"title: 2026", "tags: [a, ' b ', '']", "owner: sre", "when: 2026-10-03", "at: 2026-10-03 08:04 UTC",
		"sharp: true", "count: 1_000", "pct: 3.5", "nothing: null", "empty:", "wait: 1m30s",
		"incident:", "  severity: SEV2", "actions:", "  - text: one", "  - text: two",
	}, "\n")), Limits{})
	if len(issues) > 0 {
		t.Fatal(issues)
	}
	m := doc.Root()
	at, day := m.Value("when").Time()
	exact, exactDay := m.Value("at").Time()
	checks := map[string]bool{
		"title":    m.Value("title").String() == "2026",
		"tags":     slices.Equal(m.Value("tags").Strings(), []string{"a", "b"}),
		"one":      slices.Equal(m.Value("owner").Strings(), []string{"sre"}),
		"day":      day && at.Equal(time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC)),
		"exact":    !exactDay && exact.Equal(time.Date(2026, 10, 3, 8, 4, 0, 0, time.UTC)),
		"bool":     m.Value("sharp").Bool(),
		"int":      m.Value("count").Int() == 1000,
		"float":    m.Value("pct").Float() == 3.5,
		"null":     m.Value("nothing").Null() && m.Value("empty").Null() && !m.Value("absent").Null(),
		"duration": m.Value("wait").Duration() == 90*time.Second,
		"nested":   m.Value("incident").Map().Value("severity").String() == "SEV2",
		"items":    len(m.Value("actions").Items()) == 2 && m.Value("actions").Items()[1].Map().Value("text").String() == "two",
		"line":     m.Value("incident").Map().Value("severity").Line() == 13 && m.Value("incident").Map().Value("severity").Col() == 13,
	}
	for name, ok := range checks {
		if !ok {
			t.Errorf("%s was not read", name)
		}
	}
	for range m.Unknown() {
		t.Error("everything was asked for")
	}
	if got := doc.Issues(); len(got) > 0 {
		t.Error(got)
	}
}

func TestAccessorsReportEveryWrongValue(t *testing.T) {
	doc, _ := Parse([]byte("title: [a]\nat: tomorrow\nn: x\nf: .nan\nb: maybe\nm: text\ns: {a: 1}\nd: 5\nonwer: sre\nzzz: {k: v}\n"), Limits{})
	m := doc.Root()
	_ = m.Value("title").String()
	m.Value("at").Time()
	m.Value("n").Int()
	m.Value("f").Float()
	m.Value("b").Bool()
	m.Value("m").Map()
	m.Value("s").Strings()
	m.Value("d").Duration()
	_ = m.Value("owner").String()
	var unknown []string
	for k, v := range m.Unknown() {
		unknown = append(unknown, k+"="+v.YAML())
	}
	if want := []string{"onwer=sre", "zzz={k: v}"}; !slices.Equal(unknown, want) {
		t.Errorf("unknown %q, want %q", unknown, want)
	}
	issues := doc.Issues()
	if len(issues) != 10 {
		t.Fatalf("%d issues, want 10: %v", len(issues), issues)
	}
	for i, issue := range issues {
		if issue.Line != i+1 || issue.Excerpt == "" {
			t.Errorf("issue %d is told at line %d with %q", i, issue.Line, issue.Excerpt)
		}
	}
	if !strings.Contains(issues[8].Msg, `did you mean "owner"?`) {
		t.Errorf("no suggestion in %q", issues[8].Msg)
	}
}

func TestParseTime(t *testing.T) {
	want := time.Date(2026, 10, 3, 8, 4, 0, 0, time.UTC)
	for _, in := range []string{
		"2026-10-03T08:04:00Z", "2026-10-03 08:04:00Z", "2026-10-03 08:04 UTC", "2026-10-03T10:04+02:00",
		"2026-10-03 16:04:00 +0800", "2026-10-03 16:04 +08:00", "2026-10-03T08:04:00.000Z", "2026-10-03 08:04", "2026-10-03t08:04:00z",
	} {
		if got, day, ok := ParseTime(in); !ok || day || !got.Equal(want) {
			t.Errorf("ParseTime(%q) = %v %v %v", in, got, day, ok)
		}
	}
	for _, in := range []string{"", "yesterday", "2026-13-01", "2026-10-03 08:04 CET", "0001-01-01", "2026-02-30", "1759478640"} {
		if got, _, ok := ParseTime(in); ok {
			t.Errorf("ParseTime(%q) = %v", in, got)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"title", "severity", "contributing_factors", "id"}
	for in, want := range map[string]string{
		"titel": "title", "Title": "title", "sevrity": "severity", "contributing-factors": "contributing_factors",
		"weight": "", "x": "", "uuid": "", "": "",
	} {
		if got := Nearest(in, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEncodeIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, tags := rapid.String().Draw(t, "text"), rapid.SliceOf(rapid.String()).Draw(t, "tags")
		key := rapid.StringMatching(`[a-z_]{1,12}`).Draw(t, "key")
		out, err := Encode(Pairs{{key, text}, {"x." + key, tags}, {"y." + key, Pairs{{"n", 1}, {"b", true}}}, {"z." + key, nil}})
		if err != nil {
			t.Fatal(err)
		}
		doc, issues := Parse(out, Limits{})
		if doc == nil || len(issues) > 0 {
			t.Fatalf("%q: %v", out, issues)
		}
		m := doc.Root()
		want := strings.TrimSpace(encodeText(text).Value)
		if got := m.Value(key).String(); got != want {
			t.Fatalf("%q: got %q want %q", out, got, want)
		}
		if !m.Value("z."+key).Null() || m.Value("y."+key).Map().Value("n").Int() != 1 {
			t.Fatalf("%q is not read back", out)
		}
	})
	if _, err := Encode(Pairs{{"a", struct{}{}}}); err == nil {
		t.Error("an unsupported type was written")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "---\na: 1\n", "a: [b, {c: d}]\n", "a: |\n  text\n", "a: \"x\\n\"\n", "? a\n: b\n", "- - - a", "a: &b *c",
		"%YAML 1.2\n---\na: 1", "a: {{ .Title }}", "a: '", "\uFEFFa: 1\r\nb: 2\r\n", "a: >-\n  b\n\n  c\n# d\n", "<<: *a", "a:\n\t- b",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, issues := Parse(data, Limits{Bytes: 8 << 10})
		if doc == nil && len(issues) == 0 {
			t.Fatal("nothing was read and nothing was said")
		}
		if doc != nil {
			readAll(doc.Root(), 0)
			issues = doc.Issues()
		}
		lines := splitLines(data)
		for _, i := range issues {
			if i.Line < 1 || i.Line > len(lines) || i.Col < 1 || i.Msg == "" || clean(i.Msg) != i.Msg {
				t.Fatalf("%+v is no place in %d lines", i, len(lines))
			}
		}
	})
}

func readAll(m *Map, depth int) {
	if depth > DefaultDepth+1 {
		panic("deeper than the limit")
	}
	for _, v := range m.All() {
		v.Time()
		v.Int()
		v.Strings()
		_ = v.YAML()
		if v.Mapping() {
			readAll(v.Map(), depth+1)
		}
	}
	m.Unknown()
}

// Blanks around lines come back as they were, in whatever style they are written.
func TestEncodeBlanks(t *testing.T) {
	for _, text := range []string{"\t\n", "\n\t", "\t", " \n ", "a\n\tb", "a\n\n\tb", "\ta\nb", "a\t\nb"} {
		out, err := Encode(Pairs{{"k", text}, {"l", []string{text}}})
		if err != nil {
			t.Fatal(err)
		}
		doc, issues := Parse(out, Limits{})
		if doc == nil || len(issues) > 0 {
			t.Errorf("%q is written as %q, which is not read: %v", text, out, issues)
		} else if got := doc.Root().Value("k").String(); got != strings.TrimSpace(text) {
			t.Errorf("%q is written as %q and read as %q", text, out, got)
		}
	}
}
