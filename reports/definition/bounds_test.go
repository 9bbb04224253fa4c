package definition_test

import (
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/definition"
)

// Each bound holds exactly: its value passes, one more is a problem of the rule.
func TestBounds(t *testing.T) {
	t.Parallel()
	const head = "kind: weekly\nzone: UTC\n"
	list := func(n int, item string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+", ", n), ", ") + "]"
	}
	for _, x := range []struct{ name, text, rule string }{
		{"a label without values", head + "scope: {teams: [a], labels: {tier: []}}\n", "report-scope"},
		{"a thousand teams", head + "scope: {teams: " + list(1000, "a") + "}\n", ""},
		{"a thousand and one teams", head + "scope: {teams: " + list(1001, "a") + "}\n", "report-scope"},
		{"a hundred recipients", head + "recipients: " + list(100, "a@example.org") + "\n", ""},
		{"a hundred and one recipients", head + "recipients: " + list(101, "a@example.org") + "\n", "report-recipient"},
		{"too many sections", head + "sections: " + list(2*len(compile.All())+1, "risk") + "\n", "report-section"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			_, problems := definition.Parse("reports/x.yaml", []byte(x.text))
			if x.rule == "" && len(problems) > 0 || x.rule != "" && (len(problems) == 0 || problems[0].Rule != x.rule) {
				t.Errorf("the problems are %v, want the rule %q", problems[:min(len(problems), 2)], x.rule)
			}
		})
	}
	want := postmortems.Problem{
		Path: "b.yaml", Line: 1, Col: 1, Weight: postmortems.Error, Rule: definition.RuleDuplicate,
		Message: "the report x is already defined in a.yaml",
	}
	if got := definition.Duplicate("b.yaml", "x", "a.yaml"); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
