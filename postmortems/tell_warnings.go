package postmortems

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
)

const (
	warningsListed  = 10 // warnings that are all told; more are summed up by rule
	warningsPerRule = 3  // of these, so many examples of each rule are told
)

// formatWarnings tells the warnings of a push that is not refused. Many are
// summed up by rule, most frequent first, with the first few of each: a first
// push of a thousand files has one cause for hundreds of them.
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
	var told []Problem
	for _, rule := range rules {
		counts = append(counts, fmt.Sprintf("%s %d", rule, len(byRule[rule])))
		told = append(told, byRule[rule][:min(len(byRule[rule]), warningsPerRule)]...)
	}
	head := humanize.Plural(len(problems), "warning") + ": " + strings.Join(counts, ", ")
	if len(told) < len(problems) {
		head += "; the first of each:"
	}
	lines, _ := FormatProblems(told, baseURL, len(told))
	return append(printableLines([]string{head}), lines...)
}
