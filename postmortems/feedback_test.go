package postmortems

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// testURL is the public address of the portal in these tests.
const testURL = "https://postern.example/kb/"

func minutes(n int) *time.Duration {
	d := time.Duration(n) * time.Minute
	return &d
}

func goldenReceipts() map[string]Receipt {
	pool := DocumentChange{Status: Added, Kind: Postmortem, Title: "Checkout latency", Path: "postmortems/2026/pool.md",
		Address: "/postmortems/2026/pool", Timed: true,
		Durations: Durations{Detect: minutes(4), Diagnose: minutes(20), Recover: minutes(31)}}
	unknown := DocumentChange{Status: Modified, Kind: Postmortem, Title: "连接池耗尽", Path: "postmortems/池.md",
		Address: "/postmortems/%E6%B1%A0", Timed: true, Durations: Durations{Detect: minutes(190)}}
	many := Receipt{Branch: "main"}
	for i := range 21 {
		d := DocumentChange{Status: Added, Kind: Guide, Title: fmt.Sprint("Guide ", i)}
		if i%5 == 0 {
			d.Kind, d.Status = Postmortem, Modified
		}
		if i == 7 {
			d.Status = Deleted
		}
		many.Documents = append(many.Documents, d)
	}
	warning := Problem{Path: "postmortems/2026/pool.md", Line: 9, Col: 3, Weight: Warning, Rule: ruleKeyUnknown,
		Message: `unknown key "sevrity": did you mean "incident.severity"?`, Excerpt: "  sevrity: SEV2"}
	flood := Receipt{Branch: "main", Documents: []DocumentChange{pool}}
	for i := range 412 {
		p := Problem{Path: fmt.Sprintf("guides/%03d.md", i), Line: 2, Col: 1, Weight: Warning, Rule: ruleKeyUnknown,
			Message: `unknown key "weight"`, Excerpt: "weight: 3"}
		if i%100 == 7 {
			p.Rule, p.Message, p.Excerpt, p.Line, p.Col = ruleOwnerMissing, "nobody owns this", "", 0, 0
		}
		flood.Problems = append(flood.Problems, p)
	}
	return map[string]Receipt{
		"flood": flood,
		"new":   {Branch: "main", Documents: []DocumentChange{pool, unknown}, Files: 2},
		"renamed-and-removed": {Branch: "main", Documents: []DocumentChange{
			{Status: Renamed, Kind: Guide, Title: "Deploy", Address: "/guides/deploy", From: "/guides/old-deploy"},
			{Status: Deleted, Kind: Postmortem, Title: "Gone", Address: "/postmortems/gone", Timed: true},
		}},
		"warnings-and-broken-links": {Branch: "main", Documents: []DocumentChange{pool}, Files: 1, Problems: []Problem{warning},
			Broken: []BrokenLink{
				{Path: "runbooks/db.md", Line: 12, Col: 3, Raw: "../gone.md"}, {Path: "runbooks/db.md", Line: 12, Col: 3, Raw: "../gone.md"},
				{Path: "runbooks/db.md", Line: 14, Raw: "img/a b.png", Kind: LinkImage},
				{Path: "guides/a.md", Line: 1, Col: 1, Raw: "Failover", Kind: LinkWiki},
			}},
		"many": many,
		"draft": {Branch: "ada/pool", Draft: true, Documents: []DocumentChange{{Status: Added, Kind: Runbook, Title: "Pool",
			Address: "/drafts/ada/pool/runbooks/pool"}}},
		"check":   {Branch: "main", CheckOnly: true, Documents: []DocumentChange{pool}},
		"already": {Branch: "main", Already: true, Documents: []DocumentChange{pool}},
		"nothing": {Branch: "main"},
		"hostile-title": {Branch: "main", Documents: []DocumentChange{{Status: Added, Kind: Page,
			Title: "\x1b[2J\u202Eevil\r\nremote: published", Address: "/pages/x"}}},
	}
}

func TestFormatReceipt(t *testing.T) {
	for name, r := range goldenReceipts() {
		golden(t, "receipt-"+name, strings.Join(FormatReceipt(r, testURL), "\n")+"\n")
	}
}

// The answer to a refused push, from the bytes of the file.
func TestFormatProblems(t *testing.T) {
	for name, src := range map[string]string{
		"severity": sample("incident:", "  severity: huge", "  service: x"),
		"syntax":   "---\ntitle: Checkout: slow again\n---\n",
		"wide":     "---\ntitle: \"连接池（主库）耗尽\" 又一次\nowner: dba\n---\n",
		"tab":      "---\ntitle: x\nincident:\n\tseverity: SEV1\n---\n",
		"long-line": "---\nowner: o\ntimes: {started: null}\ntitle: " + strings.Repeat("很长的标题 and words ", 12) + ": too long" +
			strings.Repeat(" and on", 20) + "\n---\n",
		"template": "---\ntitle: {{ .Name }}\n---\n",
		"not-text": "# T\n\xff\n",
	} {
		_, problems, err := compileText(src)
		if err != nil {
			t.Fatal(err)
		}
		lines, reason := FormatProblems(problems, testURL, 50)
		golden(t, "problems-"+name, strings.Join(lines, "\n")+"\n-- reason --\n"+reason+"\n")
	}
}

func TestFormatProblemsIsBounded(t *testing.T) {
	var problems []Problem
	for i := range 120 {
		problems = append(problems, Problem{Path: fmt.Sprintf("guides/%d.md", i), Line: 1, Weight: Weight(i % 2), Rule: ruleNotText,
			Message: strings.Repeat("x", 300)})
	}
	lines, reason := FormatProblems(problems, testURL, 50)
	if len(lines) != 52 || lines[50] != "and 70 problems more" || !strings.HasPrefix(lines[0], "guides/1.md:1:1: error: ") {
		t.Errorf("%d lines, the first %q, the last %q", len(lines), lines[0], lines[len(lines)-2:])
	}
	if len([]rune(reason)) > reasonRunes+30 || !strings.HasSuffix(reason, "and 59 errors more") {
		t.Errorf("reason of %d runes: %q", len([]rune(reason)), reason)
	}
	if lines, reason := FormatProblems(nil, testURL, 50); lines != nil || reason != "" {
		t.Errorf("%q %q of nothing", lines, reason)
	}
}

// golden compares a text with a golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func FuzzPointAt(f *testing.F) {
	f.Add("title: 连接池: 耗尽", 8)
	f.Add("\ttab", 2)
	f.Add(strings.Repeat("宽e\u0301", 100), 150)
	f.Fuzz(func(t *testing.T, line string, col int) {
		source, caret := pointAt(line, col)
		if strings.TrimLeft(caret, " ") != "^" || len(caret) > excerptCells+10 || cells([]rune(source)) > excerptCells+10 ||
			Printable(source) != source {
			t.Fatalf("%q at %d: %q %q", line, col, source, caret)
		}
	})
}

// The excerpt of a long line shows the part around its column.
func TestPointAtCutsALongLine(t *testing.T) {
	for name, c := range map[string]struct {
		line         string
		col          int
		source, mark string // the source and what of it stands above the caret
	}{
		"short":         {"title: a: b", 9, "title: a: b", ":"},
		"its end":       {strings.Repeat("x", 1<<20) + "!", 1<<20 + 1, "... " + strings.Repeat("x", 40) + "!", "!"},
		"its beginning": {"!" + strings.Repeat("x", 1<<20), 1, "!" + strings.Repeat("x", 79) + " ...", "!"},
		"its middle": {strings.Repeat("x", 1000) + "!" + strings.Repeat("y", 1000), 1001, "... " + strings.Repeat("x", 40) + "!" +
			strings.Repeat("y", 39) + " ...", "!"},
		"wide": {strings.Repeat("宽", 1000) + "!" + strings.Repeat("宽", 1000), 1001, "... " + strings.Repeat("宽", 20) + "!" +
			strings.Repeat("宽", 19) + " ...", "!"},
		"beyond the end": {"ab", 9, "ab", ""},
	} {
		t.Run(name, func(t *testing.T) {
			source, caret := pointAt(c.line, c.col)
			if source != c.source {
				t.Errorf("source %q, want %q", source, c.source)
			}
			at, above := 0, ""
			for _, r := range source {
				if at == len(caret)-1 {
					above = string(r)
				}
				at += cellsOf(r)
			}
			if above != c.mark {
				t.Errorf("the caret %q is below %q of %q, want %q", caret, above, source, c.mark)
			}
		})
	}
}

// A message that quotes a whole file is truncated.
func TestFormatProblemsCutsMessages(t *testing.T) {
	lines, _ := FormatProblems([]Problem{{Path: "a.md", Weight: Error, Message: strings.Repeat("x", 1<<20)}}, testURL, 50)
	if len(lines[0]) > messageRunes+100 {
		t.Errorf("a line of %d bytes", len(lines[0]))
	}
}
