package postmortems

import (
	"regexp"
	"strings"
	"testing"
)

// The examples of a rule's documentation are compiled: Bad breaks exactly the rule, Good none.
func TestRulesMatchTheirExamples(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		t.Run(r.ID, func(t *testing.T) {
			if seen[r.ID] {
				t.Error("two rules have this id")
			}
			seen[r.ID] = true
			if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(r.ID) || r.Title == "" || r.Why == "" || r.Fix == "" || r.Good == "" {
				t.Errorf("incomplete: %+v", r)
			}
			if strings.HasSuffix(r.Title, ".") {
				t.Error("a title has no full stop")
			}
			_, good, err := compileText(r.Good)
			if err != nil || len(good) > 0 {
				t.Errorf("the good example has problems: %v %v", good, err)
			}
			if r.Bad == "" {
				return
			}
			_, bad, err := compileText(r.Bad)
			if err != nil || len(bad) == 0 {
				t.Fatalf("the bad example has no problem (%v)", err)
			}
			for _, p := range bad {
				if p.Rule != r.ID || p.Weight != r.Weight {
					t.Errorf("the bad example breaks another rule: %v", p)
				}
			}
		})
	}
}

func TestRuleDocContainsWholeExamples(t *testing.T) {
	for _, r := range Rules() {
		doc := string(RuleDoc(r))
		for _, want := range []string{"# " + r.ID, r.Why, r.Fix, "## Correct", strings.TrimSpace(r.Good)} {
			if !strings.Contains(doc, want) {
				t.Errorf("%s: the page lacks %q", r.ID, want)
			}
		}
	}
	fenced := string(RuleDoc(Rule{ID: "x", Bad: "```\ncode\n```\n"}))
	if !strings.Contains(fenced, "````markdown\n```\ncode\n```\n````\n") {
		t.Errorf("a fence inside the example ends it: %s", fenced)
	}
}
