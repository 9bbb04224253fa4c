package postmortems

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const fullFront = `---
id: PM-2026-014
kind: postmortem
title: Checkout latency after the pool change
summary: |
  Checkout was slow.
  For an hour.
status: review
authors: [Ada, Ben]
owner: payments
reviewers: Cy
review_by: 2026-12-24
date: 2026-10-04
tags: [database, pool]
redirects: [/postmortems/old%20name]
incident:
  ref: INC-2291
  aliases: [the slow hour]
  severity: p2
  services: [checkout, payment-gw]
  product: shop
  environment: production
  detected_by: alert
  duplicate_of: INC-1
  related: [PM-2025-003]
times:
  started: 2026-10-03T16:00:00+08:00
  detected: 2026-10-03T08:04:00Z
  acknowledged: 2026-10-03 08:05:00Z
  diagnosed: 2026-10-03 08:20 UTC
  mitigated: null
  recovered: 2026-10-03T08:31:00Z
  resolved: 2026-10-03T09:00:00Z
impact:
  summary: One in three orders failed.
  users: 1,200
  requests_pct: 33.5%
  slo:
    - {ref: checkout-availability, budget_burned_pct: 120}
trigger: deploy
root_causes: [pool too small]
contributing_factors:
  - config-change
  - {tag: alerting, text: No alert on waits}
  - Nobody had tried it under load
change_ref: CHG-7
alerts: [CheckoutSlow]
actions:
  - {id: A-1, text: Alert on waits, type: detect, owner: sre, due: 2026-11-01, priority: P1, status: done, done_at: 2026-10-20, ticket: PAY-12}
source: {url: "https://example.com/a", archive_url: "https://example.org/a", published_at: 2026-10-10, fetched_at: 2026-10-11T00:00:00Z, format: icco}
x_custom: [1, 2]
---
# Heading

Text.
`

func TestFrontMatterIsReadCompletely(t *testing.T) {
	doc, problems, err := compileText(fullFront)
	if err != nil {
		t.Fatal(err)
	}
	if len(problems) != 1 || problems[0].Rule != ruleKeyUnknown || problems[0].Line != 51 {
		t.Errorf("problems: %v", problems)
	}
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }
	exact := func(h, m int) Instant {
		return Instant{time.Date(2026, 10, 3, h, m, 0, 0, time.UTC), Exact}
	}
	pct := 33.5
	want := FrontMatter{
		ID: "PM-2026-014", Kind: Postmortem, Title: "Checkout latency after the pool change", Summary: "Checkout was slow.\nFor an hour.",
		Status: StatusReview, Authors: []string{"Ada", "Ben"}, Owner: "payments", Reviewers: []string{"Cy"}, ReviewBy: day(12, 24),
		Date: day(10, 4),
		Tags: []string{"database", "pool"}, Redirects: []string{"/postmortems/old%20name"},
		Incident: Incident{Ref: "INC-2291", Aliases: []string{"the slow hour"}, Severity: "SEV2", RawSeverity: "p2",
			Services: []string{"checkout", "payment-gw"},
			Product:  "shop", Environment: "production", DetectedBy: "alert", DuplicateOf: "INC-1", Related: []string{"PM-2025-003"}},
		Times: Times{Started: exact(8, 0), Detected: exact(8, 4), Acknowledged: exact(8, 5), Diagnosed: exact(8, 20), Recovered: exact(8, 31),
			Resolved: exact(9, 0)},
		Impact: Impact{Summary: "One in three orders failed.", Users: "1,200", RequestsPct: &pct,
			SLO: []BudgetSpent{{"checkout-availability", 120}}},
		Trigger: "deploy", RootCauses: []string{"pool too small"},
		Factors:   []Factor{{Tag: "config-change"}, {Tag: "alerting", Text: "No alert on waits"}, {Text: "Nobody had tried it under load"}},
		ChangeRef: "CHG-7", Alerts: []string{"CheckoutSlow"},
		Actions: []Action{{ID: "A-1", Text: "Alert on waits", Type: "detect", Owner: "sre", Due: day(11, 1), Priority: "P1", Status: "done",
			DoneAt: day(10, 20), Ticket: "PAY-12", Line: 49}},
		Source: Origin{URL: "https://example.com/a", ArchiveURL: "https://example.org/a", Format: "icco", PublishedAt: day(10, 10),
			FetchedAt: day(10, 11)},
		Extra: map[string]string{"x_custom": "[1, 2]"},
	}
	if !reflect.DeepEqual(doc.Front, want) {
		t.Errorf("got\n%+v, want\n%+v", doc.Front, want)
	}
	if got, want := doc.Durations.String(), "detected 4 min, diagnosed 20 min, recovered 31 min"; got != want {
		t.Errorf("durations %q, want %q", got, want)
	}
	if doc.Title != want.Title || doc.Status != StatusReview || doc.Kind != Postmortem || !doc.Date.Equal(day(10, 3)) {
		t.Errorf("%q %s %s %s", doc.Title, doc.Status, doc.Kind, doc.Date)
	}
}

// Every problem has the place of the mistake.
func TestFrontMatterProblemsHaveTheirPlace(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string // from line 6 on, below title, owner and times
		want  []string // line:col rule
	}{
		"severity":          {[]string{"incident:", "  severity: huge"}, []string{"7:13 severity-unknown"}},
		"two mistakes":      {[]string{"id: 'a b'", "status: finished"}, []string{"6:5 id-invalid", "7:9 status-unknown"}},
		"nested key":        {[]string{"incident:", "  service: x"}, []string{"7:3 key-unknown"}},
		"key of a level up": {[]string{"severity: SEV1"}, []string{"6:1 key-unknown"}},
		"form":              {[]string{"trigger: {a: 1}", "impact: none"}, []string{"6:10 value-form", "7:9 value-form"}},
		"action": {[]string{"actions:", "  - {owner: x}", "  - {text: y, due: soon}"},
			[]string{"7:5 action-text", "8:20 time-invalid"}},
		"not a percentage": {[]string{"impact:", "  requests_pct: many"}, []string{"7:17 value-form"}},
		"negative":         {[]string{"impact:", "  requests_pct: -1"}, []string{"7:17 percent-range"}},
		"wide characters":  {[]string{"authors: [张三, 李四, [x]]"}, []string{"6:19 value-form"}},
		"duplicate":        {[]string{"tags: a", "tags: b"}, []string{"7:1 yaml-duplicate-key"}},
		"future date":      {[]string{"date: 2062-01-01"}, []string{"6:7 time-future"}},
		"another host":     {[]string{"redirects: [//evil.example/x, /ok]"}, []string{"6:13 redirect-invalid"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems, err := compileText(sample(c.lines...))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Col, p.Rule))
				if p.Excerpt != c.lines[p.Line-6] {
					t.Errorf("excerpt %q of line %d, want %q", p.Excerpt, p.Line, c.lines[p.Line-6])
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q: %v", got, c.want, problems)
			}
		})
	}
}

func TestMilestoneOrder(t *testing.T) {
	for name, c := range map[string]struct {
		times string
		want  []string
	}{
		"usual":            {"started: 2026-10-03T08:00:00Z, detected: 2026-10-03T08:04:00Z, resolved: 2026-10-03T09:00:00Z", nil},
		"before the start": {"started: 2026-10-03T08:00:00Z, detected: 2026-10-03T07:59:59Z", []string{ruleTimeOrder}},
		"after the end": {"started: 2026-10-03T08:00:00Z, recovered: 2026-10-03T09:00:01Z, resolved: 2026-10-03T09:00:00Z",
			[]string{ruleTimeOrder}},
		"after the end, no start": {"recovered: 2026-10-03T09:00:01Z, resolved: 2026-10-03T09:00:00Z",
			[]string{ruleTimeOrder, ruleStartMissing}},
		"end before start":  {"started: 2026-10-03T08:00:00Z, resolved: 2026-10-03T07:00:00Z", []string{ruleTimeOrder}},
		"rolled back first": {"started: 2026-10-03T08:00:00Z, mitigated: 2026-10-03T08:10:00Z, diagnosed: 2026-10-03T08:20:00Z", nil},
		"diagnosed before detected": {"started: 2026-10-03T08:00:00Z, diagnosed: 2026-10-03T08:10:00Z, detected: 2026-10-03T08:20:00Z",
			[]string{ruleTimeUnusual}},
		"same day":             {"started: 2026-10-03, detected: 2026-10-03T08:00:00Z", []string{ruleTimeDay}},
		"day before":           {"started: 2026-10-03T00:00:00Z, detected: 2026-10-02", []string{ruleTimeDay, ruleTimeOrder}},
		"end known to the day": {"started: 2026-10-03T08:00:00Z, resolved: 2026-10-04", nil},
		"unknown":              {"started: null, detected: ~", nil},
	} {
		_, problems, err := compileText("---\ntitle: x\nowner: o\ntimes: {" + c.times + "}\n---\n")
		var got []string
		for _, p := range problems {
			got = append(got, p.Rule)
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q (%v)", name, got, c.want, err)
		}
	}
}

func TestFrontLimits(t *testing.T) {
	long := "---\ntitle: " + strings.Repeat("x", 32<<10) + "\n---\n"
	var many strings.Builder
	for i := range 600 {
		fmt.Fprintf(&many, "k%d: v\n", i)
	}
	for name, src := range map[string]string{"bytes": long, "keys": "---\n" + many.String() + "---\n"} {
		_, problems, err := compileText(src)
		if err != nil || len(problems) != 1 || problems[0].Rule != ruleFrontLimit {
			t.Errorf("%s: %v %v", name, problems, err)
		}
	}
}

func TestSeverity(t *testing.T) {
	own := Policy{SeverityAliases: map[string]string{"Code Red": "SEV1"}}
	for word, want := range map[string]string{"SEV1": "SEV1", "sev-3": "SEV3", "Sev 5": "SEV5", "P1": "SEV1", "critical": "SEV1",
		"2": "SEV2", "严重": "SEV2", "SEV6": "", "": "", "huge": ""} {
		if got, ok := (Policy{}).Severity(word); got != want || ok != (want != "") {
			t.Errorf("Severity(%q) = %q %v, want %q", word, got, ok, want)
		}
	}
	if got, _ := own.Severity("code-red"); got != "SEV1" {
		t.Errorf("own word: %q", got)
	}
	if _, ok := own.Severity("P1"); ok {
		t.Error("a configured table must replace the default")
	}
}

func FuzzFrontMatter(f *testing.F) {
	f.Add([]byte(fullFront))
	for _, r := range Rules() {
		f.Add([]byte(r.Bad))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		doc, problems, err := Compile(context.Background(), "postmortems/a.md", src, testPolicy(), lineRenderer{})
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(src)), "\n") + 1
		for _, p := range problems {
			if _, known := ruleWeights[p.Rule]; !known || p.Line > lines+1 || p.Message != Printable(p.Message) || p.Path == "" {
				t.Fatalf("%+v in %d lines", p, lines)
			}
		}
		if doc.Title == "" || oneLine(doc.Title) != doc.Title || len([]rune(doc.Summary)) > summaryRunes {
			t.Fatalf("title %q summary %q", doc.Title, doc.Summary)
		}
		for _, d := range []*time.Duration{doc.Durations.Detect, doc.Durations.Diagnose, doc.Durations.Recover} {
			if d != nil && *d < 0 {
				t.Fatal("a negative duration")
			}
		}
		if doc.Front.ID != "" && !validID(doc.Front.ID) {
			t.Fatalf("id %q", doc.Front.ID)
		}
	})
}
