package postmortems

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
)

const (
	warningsListed  = 10 // up to so many warnings are all listed; more are grouped by rule
	warningsPerRule = 3  // examples of each rule when they are grouped
)

// formatWarnings returns the lines about the warnings of an accepted push. Many
// warnings are grouped by rule, the most frequent first, with a few examples of each:
// in the first push of a thousand files, hundreds of warnings have one cause. Rules
// with equally many warnings are in alphabetical order, so that the answer is
// reproducible.
func formatWarnings(problems []Problem, baseURL string) []string {
	if len(problems) <= warningsListed {
		lines, _ := FormatProblems(problems, baseURL, warningsListed)
		return lines
	}
	byRule := map[string][]Problem{}
	for _, p := range problems {
		byRule[p.Rule] = append(byRule[p.Rule], p)
	}
	rules := make([]string, 0, len(byRule))
	for rule := range byRule {
		rules = append(rules, rule)
	}
	slices.SortFunc(rules, func(a, b string) int {
		return cmp.Or(len(byRule[b])-len(byRule[a]), cmp.Compare(a, b))
	})
	var counts []string
	var listed []Problem
	for _, rule := range rules {
		counts = append(counts, fmt.Sprintf("%s %d", rule, len(byRule[rule])))
		listed = append(listed, byRule[rule][:min(len(byRule[rule]), warningsPerRule)]...)
	}
	head := humanize.Plural(len(problems), "warning") + ": " + strings.Join(counts, ", ")
	if len(listed) < len(problems) {
		head += "; the first of each:"
	}
	lines, _ := FormatProblems(listed, baseURL, len(listed))
	return append(printableLines([]string{head}), lines...)
}
