package definition_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/definition"
	"github.com/postern/postern/reports/period"
)

// Each rule's bad file breaks that rule and no other, and its good file none.
func TestRulesAndTheirExamples(t *testing.T) {
	for _, r := range definition.Rules() {
		if _, problems := definition.Parse("reports/x.yaml", []byte(r.Good)); len(problems) > 0 {
			t.Errorf("%s: the good file has %v", r.ID, problems)
		}
		if r.Bad == "" {
			continue
		}
		_, problems := definition.Parse("reports/x.yaml", []byte(r.Bad))
		if len(problems) == 0 {
			t.Errorf("%s: the bad file is accepted", r.ID)
		}
		for _, p := range problems {
			if p.Rule != r.ID || p.Line < 1 {
				t.Errorf("%s: the bad file has %v", r.ID, p)
			}
		}
	}
}

func TestParse(t *testing.T) {
	d, problems := definition.Parse("reports/payments-weekly.yaml", []byte(`
title: Payments, week by week
kind: weekly
zone: Asia/Shanghai
publish: "08:30"
scope: {teams: [payments], services: checkout, labels: {tier: ["1", "2"]}}
sections: [incidents, budget]
recipients: ["Ana <ana@example.org>", ops]
quiet: {from: "22:00", to: "08:00"}
`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if d.Name != "payments-weekly" || d.Kind != period.Weekly || *d.Publish != 8*time.Hour+30*time.Minute || d.Hash == "" {
		t.Errorf("%+v", d)
	}
	if d.Scope.String() != "team payments; service checkout; tier 1, 2" || !slices.Equal(d.Sections, []string{"incidents", "budget"}) {
		t.Errorf("scope %q, sections %v", d.Scope, d.Sections)
	}
	if want := []reports.Recipient{{Kind: "mail", Address: "ana@example.org"}, {Kind: "ops"}}; !slices.Equal(d.Recipients, want) {
		t.Errorf("recipients %v", d.Recipients)
	}
	if want := (reports.QuietHours{From: 22 * time.Hour, To: 8 * time.Hour}); d.Quiet == nil || *d.Quiet != want {
		t.Errorf("quiet hours %v", d.Quiet)
	}
}

// A zone that is not stated is asked for; one that is wrong is shown.
func TestZone(t *testing.T) {
	for zone, want := range map[string]string{"": "states no zone", "zone: UTC+8\n": `not "UTC+8"`, "zone: Local\n": `not "Local"`,
		"zone: UTC\n": ""} {
		_, problems := definition.Parse("reports/x.yaml", []byte("kind: weekly\n"+zone))
		said := ""
		for _, p := range problems {
			said += p.Message
		}
		if (said == "") != (want == "") || !strings.Contains(said, want) {
			t.Errorf("%q: %q", zone, said)
		}
	}
}

func TestWords(t *testing.T) {
	kinds := map[string]period.Kind{"weekly": period.Weekly, "daily": period.Daily}
	for path, ok := range map[string]bool{
		"reports/words/weekly/2026-W47.md": true, "reports/words/daily/2026-11-21.md": true, "reports/words/weekly/2026-11-21.md": false,
		"reports/words/weekly/2026-W47.txt": false, "reports/words/nobody/2026-W47.md": false, "reports/words/weekly/a/2026-W47.md": false,
		"reports/words/2026-W47.md": false,
	} {
		if got := definition.CheckWords(path, 100, kinds); (len(got) == 0) != ok {
			t.Errorf("%s: %v", path, got)
		}
	}
	if len(definition.CheckWords("reports/words/weekly/2026-W47.md", 1<<20, kinds)) == 0 {
		t.Error("a megabyte of words is accepted")
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range definition.Rules() {
		f.Add(r.Good)
		f.Add(r.Bad)
	}
	f.Fuzz(func(t *testing.T, data string) {
		d, problems := definition.Parse("reports/fuzz.yaml", []byte(data))
		for _, p := range problems {
			if strings.ContainsAny(p.Message, "\n\x00\x1b") && p.Rule != "report-form" {
				t.Fatalf("message %q", p.Message)
			}
		}
		if !postmortems.HasError(problems) && (!d.Kind.Valid() || d.Name == "" || d.Zone == "") {
			t.Fatalf("accepted %+v", d)
		}
	})
}
