package openslo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/postmortems"
)

// condition is an alert condition without findings.
const condition = `---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec:
  description: The budget is consumed too fast.
  severity: page
  condition: {kind: burnrate, op: gt, threshold: 14.4, lookbackWindow: 1h, alertAfter: 5m}
`

func TestAlertConditions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, rule, message string }{
		"valid":       {"", "", "", ""},
		"no severity": {"  severity: page\n", "", "slo-form", `"severity" is missing`},
		"no condition": {"  condition: {kind: burnrate, op: gt, threshold: 14.4, lookbackWindow: 1h, alertAfter: 5m}\n", "", "slo-form",
			"the condition is missing"},
		"another kind":        {"kind: burnrate", "kind: latency", "slo-form", "the kind of a condition is burnrate"},
		"no operator":         {"op: gt, ", "", "slo-form", "op must be one of"},
		"reversed":            {"op: gt", "op: lte", "slo-specification-slip", "op: lte alerts while the budget"},
		"threshold in words":  {"threshold: 14.4", "threshold: fast", "slo-form", ""},
		"no window":           {"lookbackWindow: 1h, ", "", "slo-form", `"lookbackWindow" is missing`},
		"window without unit": {"lookbackWindow: 1h", "lookbackWindow: 60", "slo-form", `"60" is not a duration`},
		"without a delay":     {", alertAfter: 5m", "", "", ""},
		"unknown key":         {"alertAfter: 5m", "alertBefore: 5m", "slo-key-unknown", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := condition
			if c.old != "" {
				text = strings.Replace(condition, c.old, c.new, 1)
			}
			_, problems := judge(complete + text)
			if c.rule == "" {
				if len(problems) > 0 {
					t.Error(problems)
				}
				return
			}
			rules := strings.Fields(ids(problems))
			if len(rules) != 1 || rules[0] != c.rule || !strings.HasPrefix(problems[0].Message, c.message) {
				t.Errorf("want %s: %q, got %v", c.rule, c.message, problems)
			}
		})
	}
}

// TestNamesOfObjectives holds the names that several objectives of one document get:
// they are stored, and addresses.
func TestNamesOfObjectives(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		objectives string
		want       []string
	}{
		"one":    {"{displayName: Gold, target: 0.9}", []string{"a"}},
		"titles": {"{target: 0.9}, {displayName: The SLA, target: 0.8}", []string{"a", "a-the-sla"}},
		"equal titles": {"{target: 0.9}, {displayName: x, target: 0.8}, {displayName: X, target: 0.7}, {displayName: x!, target: 0.6}",
			[]string{"a", "a-x", "a-x-2", "a-x-3"}},
		"title and hole": {"{target: 0.9}, {displayName: x 2, target: 0.8}, {displayName: x, target: 0.7}, {displayName: x, target: 0.6}",
			[]string{"a", "a-x", "a-x-2", "a-x-3"}},
		"no titles": {"{target: 0.9}, {target: 0.8}, {displayName: 张, target: 0.7}", []string{"a", "a-2", "a-3"}},
	} {
		t.Run(name, func(t *testing.T) {
			set, problems := judge(strings.Replace(complete, "    - {target: 0.999}\n", "    ["+c.objectives+"]\n", 1))
			if postmortems.HasError(problems) {
				t.Fatal(problems)
			}
			var names []string
			for _, s := range set.SLOs {
				names = append(names, s.Name)
			}
			if diff := cmp.Diff(c.want, names); diff != "" {
				t.Error(diff)
			}
		})
	}
}
