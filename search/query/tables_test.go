package query

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// String and Parse are inverse for every valid qualifier, and values have one
// canonical form.
func TestQualifiers(t *testing.T) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	for in, want := range map[string]Filter{
		"kind:page":                {Field: Kind, Value: "page"},
		"kind:REPORTS":             {Field: Kind, Value: "report"},
		"status:Archived":          {Field: Status, Value: "archived"},
		"has:actions":              {Field: Has, Value: "actions"},
		"has:action":               {}, // the plural of a value is accepted, its singular is not
		"severity:1":               {Field: Severity, Value: "SEV1"},
		"severity:SEV5":            {Field: Severity, Value: "SEV5"},
		"severity:0":               {},
		"severity:6":               {},
		"severity:12":              {},
		"severity:SEV":             {},
		"open-actions:TRUE":        {Field: OpenActions, Value: "yes", Yes: true},
		"open-actions:false":       {Field: OpenActions, Value: "no"},
		"open-actions:maybe":       {},
		"after:2026-02-28":         {Field: After, Value: "2026-02-28", Time: day(2026, 2, 28)},
		"after:2026-02-29":         {},
		"after:2026-2":             {},
		"after:26":                 {},
		"before:2026-12":           {Field: Before, Value: "2026-12", Time: day(2026, 12, 1)},
		"year:2026":                {Field: Year, Value: "2026", Time: day(2026, 1, 1)},
		"year:26":                  {},
		"year:2026-01":             {},
		"service:Payments":         {Field: Service, Value: "Payments"},
		`service:"two words"`:      {Field: Service, Value: "two words"},
		`service:“two  words”`:     {Field: Service, Value: "two words"},
		`service:"open`:            {},
		"path:a/b":                 {Field: Path, Value: "a/b"},
		"DETECTED-BY:customer":     {Field: DetectedBy, Value: "customer"},
		"detect:5m":                {Field: Detect, Value: "=5m", Op: Equal, Seconds: 300},
		"detect:=5m":               {Field: Detect, Value: "=5m", Op: Equal, Seconds: 300},
		"detect:<5m":               {Field: Detect, Value: "<5m", Op: Less, Seconds: 300},
		"detect:>=2d1h":            {Field: Detect, Value: ">=2d1h", Op: GreaterOrEqual, Seconds: 2*86400 + 3600},
		"diagnose:1w":              {Field: Diagnose, Value: "=7d", Op: Equal, Seconds: 7 * 86400},
		"recover:90M":              {Field: Recover, Value: "=1h30m", Op: Equal, Seconds: 5400},
		"recover:0":                {Field: Recover, Value: "=0s", Op: Equal},
		"recover:-1":               {},
		"recover:+1":               {},
		"recover:1x":               {},
		"recover:1h30":             {},
		"recover:h":                {},
		"recover:":                 {},
		"recover:3660d":            {Field: Recover, Value: "=3660d", Op: Equal, Seconds: maxSeconds},
		"recover:3660d1s":          {},
		"recover:316224000":        {Field: Recover, Value: "=3660d", Op: Equal, Seconds: maxSeconds},
		"recover:316224001":        {},
		"recover:99999999999w":     {},
		"unknown:x":                {},
		"title:failover":           {Field: Title, Value: "failover"},
		"owner:" + fill("x", 256):  {Field: Owner, Value: fill("x", 256)},
		"owner:" + fill("x", 257):  {},
		"author:" + fill("连", 85):  {Field: Author, Value: fill("连", 85)},
		"author:" + fill("连", 86):  {}, // 258 bytes
		"tag:dns":                  {Field: Tag, Value: "dns"},
		"factor:config-change":     {Field: Factor, Value: "config-change"},
		"kind:runbook:x":           {},
		"diagnose:>=90":            {Field: Diagnose, Value: ">=1m30s", Op: GreaterOrEqual, Seconds: 90},
		"diagnose:<=59s":           {Field: Diagnose, Value: "<=59s", Op: LessOrEqual, Seconds: 59},
		"detect:>1d1d":             {Field: Detect, Value: ">2d", Op: Greater, Seconds: 2 * 86400},
		"before:2026-01-01T00:00Z": {},
	} {
		t.Run(fmt.Sprintf("%.30s", in), func(t *testing.T) {
			q := Parse(in)
			got, _ := q.Root.(Filter)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if again, _ := Parse(q.String()).Root.(Filter); !cmp.Equal(again, got) {
				t.Errorf("%q reads back as %+v", q.String(), again)
			}
		})
	}
}

func fill(s string, n int) string { return strings.Repeat(s, n) }

// A message about a value names the valid ones and the place of the value.
func TestProblemsOfValues(t *testing.T) {
	for in, want := range map[string]Problem{
		"x kind:runbok": {
			7,
			"kind: takes one of postmortem, runbook, guide, framework, standard, drill, training, page, report; searched for as text",
		},
		"status:x":              {7, "status: takes one of draft, review, published, archived; searched for as text"},
		"has:x":                 {4, "has: takes one of actions; searched for as text"},
		"severity:9":            {9, "severity: takes SEV1 to SEV5; searched for as text"},
		"open-actions:x":        {13, "open-actions: takes yes or no; searched for as text"},
		"before:x":              {7, "before: takes a date such as 2026-01-31, 2026-01 or 2026; searched for as text"},
		"year:x":                {5, "year: takes a year such as 2026; searched for as text"},
		"detect:x":              {7, "detect: takes a comparison such as >5m, <=1h30m or <2d; searched for as text"},
		"tag:" + fill("x", 300): {4, "tag: needs a value of at most 256 bytes; searched for as text"},
	} {
		t.Run(fmt.Sprintf("%.30s", in), func(t *testing.T) {
			if diff := cmp.Diff([]Problem{want}, Parse(in).Problems); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A duration of any number of seconds has one text, which reads back to it.
func TestSecondsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, maxSeconds).Draw(t, "seconds")
		if got, ok := parseSeconds(formatSeconds(n)); !ok || got != n {
			t.Fatalf("%d is written %q and read back as %d, %v", n, formatSeconds(n), got, ok)
		}
	})
}

func TestExclusions(t *testing.T) {
	for in, want := range map[string]Node{
		"-":         w("-"),
		"- x":       and(w("-"), w("x")),
		"-p":        w("-p"),
		"--":        w("--"),
		"--config":  w("--config"),
		"-连":        not(w("连")),
		"-é":        w("-é"),
		"-ab":       not(w("ab")),
		"-a b":      and(w("-a"), w("b")),
		"-(a)":      not(w("a")),
		"-()":       nil,
		`-""`:       nil,
		"-“a b”":    not(Phrase{"a b"}),
		"-(-ab)":    w("ab"),
		"-(-(-ab))": not(w("ab")),
		"a-b":       w("a-b"),
		"-(a b)":    not(and(w("a"), w("b"))),
		"-)":        w("-"),
	} {
		t.Run(in, func(t *testing.T) {
			q := Parse(in)
			if diff := cmp.Diff(want, q.Root); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWordsAndPhrases(t *testing.T) {
	for in, want := range map[string]Node{
		"*":                     w("*"),
		"**":                    w("**"),
		"a*":                    Word{Text: "a", Prefix: true},
		"a**":                   Word{Text: "a", Prefix: true},
		"*a":                    w("*a"),
		`""`:                    nil,
		`"" a`:                  w("a"),
		`a"b c"d`:               and(w("a"), Phrase{"b c"}, w("d")),
		"＂a  b＂":                Phrase{"a b"},
		"\"a\x00\tb\"":          Phrase{"a b"},
		"or":                    w("or"),
		"ORa":                   w("ORa"),
		"a OR b OR c":           or(w("a"), w("b"), w("c")),
		"a (b OR c) d":          and(w("a"), or(w("b"), w("c")), w("d")),
		"(a OR b) OR c":         or(w("a"), w("b"), w("c")),
		"((a b) c) d":           and(w("a"), w("b"), w("c"), w("d")),
		"()":                    nil,
		"a () b":                and(w("a"), w("b")),
		"a ) b":                 and(w("a"), w("b")),
		"a\u00a0b":              and(w("a"), w("b")),
		"a\x00b":                and(w("a"), w("b")),
		"kind:":                 w("kind:"),
		"kind: runbook":         and(w("kind:"), w("runbook")),
		"x:kind:page":           w("x:kind:page"),
		"a:b:c":                 w("a:b:c"),
		"kind:page OR a":        or(f(Kind, "page"), w("a")),
		`title:"a b" c`:         and(f(Title, "a b"), w("c")),
		"a OR -bb":              or(w("a"), not(w("bb"))),
		"\xff":                  w("\uFFFD"),
		"tag:(a)":               and(w("tag:"), w("a")),
		"(kind:page) service:x": and(f(Kind, "page"), f(Service, "x")),
	} {
		t.Run(in, func(t *testing.T) {
			if diff := cmp.Diff(want, Parse(in).Root); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestORWithoutNeighbours(t *testing.T) {
	for in, offsets := range map[string][]int{
		"a OR": {2}, "OR a": {0}, "OR": {0}, "a OR OR b": {5}, "a OR )": {2}, "(a OR) b": {3}, "a OR b": nil, "OR OR": {0, 3},
	} {
		var got []int
		for _, p := range Parse(in).Problems {
			if p.Message != "OR stands between two words" {
				t.Errorf("%q: %s", in, p.Message)
			}
			got = append(got, p.Offset)
		}
		if diff := cmp.Diff(offsets, got); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

// The limits hold exactly, and each is reported once.
func TestLimits(t *testing.T) {
	problems := func(text string) int { return len(Parse(text).Problems) }
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"2,000 bytes":           {fill("x", MaxBytes), 0},
		"2,001 bytes":           {fill("x", MaxBytes+1), 1},
		"64 words":              {fill("x ", MaxClauses), 0},
		"66 words":              {fill("x ", MaxClauses+2), 1},
		"64 words and nothing":  {fill("x ", MaxClauses) + `"" () )`, 0},
		"64 phrases":            {fill(`"x" `, MaxClauses), 0},
		"16 parentheses":        {fill("(", maxDepth) + "x" + fill(")", maxDepth), 0},
		"17 parentheses":        {fill("(", maxDepth+1) + "x" + fill(")", maxDepth+1), 1},
		"an open parenthesis":   {"(x", 1},
		"an open one, empty":    {"(", 0},
		"an open quotation":     {`"x`, 1},
		"one that is not ASCII": {fill("库", MaxBytes/3) + "xx", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := problems(c.text); got != c.want {
				t.Errorf("%d problems, want %d: %+v", got, c.want, Parse(c.text).Problems)
			}
		})
	}
	words := 0
	Walk(Parse(fill("x ", 2*MaxClauses)).Root, func(n Node, _ bool) {
		if _, ok := n.(Word); ok {
			words++
		}
	})
	if words != MaxClauses {
		t.Errorf("%d words remain", words)
	}
}

func TestString(t *testing.T) {
	for _, text := range []string{
		"", "a", "a b", "a OR b", "(a b) OR c", "-ab", "-(a)", "-(a OR b)", "-(a b)", `"a b" -"c d"`, "a*", "-ab*", `title:"a (b)" c`,
		"detect:>=1h30m",
		"-kind:page", "a -(b OR c) d",
	} {
		t.Run(text, func(t *testing.T) {
			if got := Parse(text).String(); got != text {
				t.Errorf("the canonical text is %q", got)
			}
		})
	}
}

func TestWalkOrder(t *testing.T) {
	var got []string
	Walk(Parse("a -(b -(cc OR d))").Root, func(n Node, negated bool) { got = append(got, fmt.Sprintf("%T %v", n, negated)) })
	want := []string{
		"query.And false", "query.Word false", "query.Not false", "query.And true", "query.Word true", "query.Not true", "query.Or false",
		"query.Word false", "query.Word false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	Walk(nil, func(Node, bool) { t.Error("an empty query has a node") })
}

func TestFields(t *testing.T) {
	names := Fields()
	if len(names) != int(Recover) {
		t.Errorf("%d fields", len(names))
	}
	for i, n := range names {
		if fieldOf(strings.ToUpper(n)) != Field(i+1) || Field(i+1).String() != n {
			t.Errorf("%s is field %d", n, fieldOf(n))
		}
	}
	names[0] = "changed"
	if Fields()[0] == "changed" {
		t.Error("callers share the names")
	}
	if fieldOf("") != NoField || fieldOf("nothing") != NoField {
		t.Error("any name is a field")
	}
}
