package query

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func w(s string) Node          { return Word{Text: s} }
func and(n ...Node) Node       { return And{Nodes: n} }
func or(n ...Node) Node        { return Or{Nodes: n} }
func not(n Node) Node          { return Not{Node: n} }
func f(x Field, v string) Node { return Filter{Field: x, Value: v} }

func TestParse(t *testing.T) {
	jan := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		in   string
		want Node
	}{
		{"", nil},
		{"  \t\n ", nil},
		{"pool", w("pool")},
		{"connection pool", and(w("connection"), w("pool"))},
		{`"connection  pool" full`, and(Phrase{"connection pool"}, w("full"))},
		{"“连接 池”", Phrase{"连接 池"}},
		{"pool -redis", and(w("pool"), not(w("redis")))},
		{"-连", not(w("连"))},
		{"git log -p --config", and(w("git"), w("log"), w("-p"), w("--config"))},
		{`-"at all"`, not(Phrase{"at all"})},
		{"a OR b c", and(or(w("a"), w("b")), w("c"))},
		{"a OR (b c) OR d", or(w("a"), and(w("b"), w("c")), w("d"))},
		{"(a b) c", and(w("a"), w("b"), w("c"))},
		{"-(aa OR bb)", not(or(w("aa"), w("bb")))},
		{"conn*", Word{Text: "conn", Prefix: true}},
		{"kind:runbook", f(Kind, "runbook")},
		{"Kind:Postmortems", f(Kind, "postmortem")},
		{"-kind:runbook", not(f(Kind, "runbook"))},
		{"severity:2", f(Severity, "SEV2")},
		{"severity:sev2", f(Severity, "SEV2")},
		{`author:"Ada Lovelace"`, f(Author, "Ada Lovelace")},
		{"open-actions:yes", Filter{Field: OpenActions, Value: "yes", Yes: true}},
		{"after:2026", Filter{Field: After, Value: "2026", Time: jan}},
		{"before:2026-01", Filter{Field: Before, Value: "2026-01", Time: jan}},
		{"before:2026-01-01", Filter{Field: Before, Value: "2026-01-01", Time: jan}},
		{"detect:>5m", Filter{Field: Detect, Value: ">5m", Op: Greater, Seconds: 300}},
		{"recover:<=1h30m", Filter{Field: Recover, Value: "<=1h30m", Op: LessOrEqual, Seconds: 5400}},
		{"diagnose:90", Filter{Field: Diagnose, Value: "=1m30s", Op: Equal, Seconds: 90}},
		// Anything else with a colon is text.
		{"https://x", w("https://x")},
		{"payment-gw:8443", w("payment-gw:8443")},
		{"status: 500", and(w("status:"), w("500"))},
		{"ERROR 1171 (42000): All", and(w("ERROR"), w("1171"), w("42000"), w(":"), w("All"))},
	}
	for _, tt := range tests {
		q := Parse(tt.in)
		if !reflect.DeepEqual(q.Root, tt.want) {
			t.Errorf("Parse(%q) = %#v, want %#v", tt.in, q.Root, tt.want)
		}
		if len(q.Problems) > 0 {
			t.Errorf("Parse(%q) has problems %v", tt.in, q.Problems)
		}
	}
}

func TestParseProblems(t *testing.T) {
	tests := []struct {
		in     string
		offset int
		word   string // of the message
		out    string // the query that runs
	}{
		{`pool "half a phrase`, 5, "not closed", `pool "half a phrase"`},
		{"超时 kind:runbok", 8, "runbook", "超时 kind:runbok"},
		{"severity:SEV9", 9, "SEV1 to SEV5", "severity:SEV9"},
		{"after:yesterday", 6, "2026-01-31", "after:yesterday"},
		{"detect:soon", 7, ">5m", "detect:soon"},
		{"detect:>", 7, ">5m", "detect:>"},
		{"pool OR", 5, "between two", "pool"},
		{"OR pool", 0, "between two", "pool"},
		{"(a b", 0, "not closed", "a b"},
		{strings.Repeat("a ", 64) + "zz", 128, "64 parts", strings.TrimSpace(strings.Repeat("a ", 64))},
		{strings.Repeat("库", 700), 666, "2,000 bytes", strings.Repeat("库", 666)},
		{strings.Repeat("(", 17) + "a", 16, "too deeply", "a"},
	}
	for _, tt := range tests {
		q := Parse(tt.in)
		if len(q.Problems) == 0 {
			t.Errorf("Parse(%.40q) has no problem", tt.in)
			continue
		}
		if p := q.Problems[0]; p.Offset != tt.offset || !strings.Contains(p.Message, tt.word) {
			t.Errorf("Parse(%.40q) problem %+v, want offset %d with %q", tt.in, p, tt.offset, tt.word)
		}
		if got := q.String(); got != tt.out {
			t.Errorf("Parse(%.40q) runs %.80q, want %.80q", tt.in, got, tt.out)
		}
	}
}

// roundTrip fails unless the canonical text reads back to the same tree.
func roundTrip(t interface{ Fatalf(string, ...any) }, in string) {
	q := Parse(in)
	s := q.String()
	if len(s) > MaxBytes { // canonical values can be longer than what was typed
		return
	}
	if again := Parse(s); !reflect.DeepEqual(again.Root, q.Root) {
		t.Fatalf("Parse(%q) = %#v\nits text %q reads back as %#v", in, q.Root, s, again.Root)
	}
}

func TestRoundTrip(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"pool", "连接池", `"`, `"a b"`, "“", "-", "--", "OR", "(", ")", "*", "x", " ", "  ", "\t", "\x00", "\xff",
		"kind:", "kind:runbook", "status:", "title:", `title:"a (b)"`, "detect:>5m", "recover:1w2d", "after:2026-02",
		"open-actions:no", "severity:1", "path:a/b", ":", "https://x/y?z", "é", "\u3000", "\u00a0",
	})
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(piece, 0, 24).Draw(t, "parts")
		roundTrip(t, strings.Join(parts, rapid.SampledFrom([]string{"", " "}).Draw(t, "sep")))
	})
}

func TestWalk(t *testing.T) {
	var got []string
	Walk(Parse(`a -(bb OR -cc) kind:guide`).Root, func(n Node, negated bool) {
		if w, ok := n.(Word); ok {
			got = append(got, map[bool]string{true: "-", false: "+"}[negated]+w.Text)
		}
	})
	if want := []string{"+a", "-bb", "+cc"}; !reflect.DeepEqual(got, want) {
		t.Errorf("Walk saw %v, want %v", got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", `pool "exhausted at" -redis`, "a OR (b c) OR -dd", "kind:runbook service:pay after:2026-01",
		"detect:>=1h30m", "((((", "))))", "-(-(-(", `title:"`, "“连接池”超时", "a OR OR b", "\xff\xfe", "- -- ---x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q := Parse(s)
		runes := len([]rune(strings.ToValidUTF8(s, "\uFFFD")))
		for _, p := range q.Problems {
			if p.Offset < 0 || p.Offset > runes || p.Message == "" {
				t.Fatalf("Parse(%q): problem %+v is outside of the text", s, p)
			}
		}
		n := 0
		Walk(q.Root, func(node Node, _ bool) {
			switch node.(type) {
			case Word, Phrase, Filter:
				n++
			}
		})
		if n > MaxClauses {
			t.Fatalf("%d clauses", n)
		}
		roundTrip(t, s)
	})
}
