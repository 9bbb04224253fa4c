package postmortems

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Ids of the rules of this package. Documentation pages and lint output contain them, so
// they never change.
const (
	ruleNotText       = "not-text"
	ruleFrontUnclosed = "front-matter-unclosed"
	ruleFrontTemplate = "front-matter-template"
	ruleFrontLimit    = "front-matter-limit"
	ruleFrontTOML     = "front-matter-toml"
	ruleYAMLSyntax    = "yaml-syntax"
	ruleYAMLFeature   = "yaml-feature"
	ruleYAMLDuplicate = "yaml-duplicate-key"
	ruleKeyUnknown    = "key-unknown"
	ruleValueForm     = "value-form"
	ruleIDInvalid     = "id-invalid"
	ruleKindFolder    = "kind-folder"
	ruleStatusUnknown = "status-unknown"
	ruleRedirect      = "redirect-invalid"
	rulePercent       = "percent-range"
	ruleTitleMissing  = "title-missing"
	ruleOwnerMissing  = "owner-missing"
	ruleSeverity      = "severity-unknown"
	ruleTimeInvalid   = "time-invalid"
	ruleTimeZone      = "time-zone-missing"
	ruleTimeOrder     = "time-order"
	ruleTimeUnusual   = "time-order-unusual"
	ruleTimeFuture    = "time-future"
	ruleTimeDay       = "time-day-only"
	ruleStartMissing  = "started-missing"
	ruleMilestone     = "milestone-unstated"
	ruleTimelineNoDay = "timeline-without-date"
	ruleTimelineZone  = "timeline-zone"
	ruleTimelineDate  = "timeline-day"
	ruleActionDate    = "action-date"

	ruleTimelineOutside = "timeline-outside"
	ruleKeptBack        = "draft-unknown"

	ruleActionText = "action-text"
	ruleActionWord = "action-word"
	ruleBudgetRef  = "slo-ref-missing"
)

// Rules returns all rules of this package, in the order of the documentation. Rules of
// the Markdown itself are in the renderer's package. The slice is new at each call.
func Rules() []Rule {
	return slices.Concat(fileRules(), keyRules(), statusRules(), timeRules(), timelineRules(), recordRules(), repositoryRules())
}

// ruleWeights holds the weights of Rules by id. It is read only.
var ruleWeights = func() map[string]Weight {
	weights := map[string]Weight{}
	for _, r := range Rules() {
		weights[r.ID] = r.Weight
	}
	return weights
}()

// RuleDoc returns the documentation page of a rule, in Markdown. Rules without a Bad
// example have only a correct one.
func RuleDoc(r Rule) []byte {
	var out bytes.Buffer
	verdict := "A push that breaks this rule is accepted with a warning."
	if r.Weight == Error {
		verdict = "A push that breaks this rule is refused."
	}
	fmt.Fprintf(&out, "# %s\n\n%s. Rule `%s`, %s: %s\n\n## Why\n\n%s\n\n## How to fix\n\n%s\n", r.ID, r.Title, r.ID, r.Weight,
		verdict, r.Why, r.Fix)
	example(&out, "Incorrect", r.Bad)
	example(&out, "Correct", r.Good)
	return out.Bytes()
}

// example adds a file in a fence that is longer than any fence inside it. Invalid
// bytes, which the example of one rule needs, are replaced on the page.
func example(out *bytes.Buffer, heading, file string) {
	if file == "" {
		return
	}
	file = strings.ToValidUTF8(file, "\uFFFD")
	fence := "```"
	for strings.Contains(file, fence) {
		fence += "`"
	}
	fmt.Fprintf(out, "\n## %s\n\n%smarkdown\n%s\n%s\n", heading, fence, strings.TrimRight(file, "\n"), fence)
}

// sample returns a whole post-mortem that breaks no rule, with further lines of front
// matter. The examples of the rules are variations of it. Lines that begin with
// "times:" replace the default start.
func sample(lines ...string) string {
	return sampleBody("Requests waited for connections.\n", lines...)
}

// sampleBody is sample with another body.
func sampleBody(body string, lines ...string) string {
	front := []string{"---", "title: Checkout was slow", "owner: payments"}
	if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "times:") }) {
		front = append(front, "times:", "  started: 2026-10-03T08:00:00Z")
	}
	return strings.Join(slices.Concat(front, lines, []string{"---", ""}), "\n") + "\n" + body
}
