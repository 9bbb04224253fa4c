package openslo

import (
	"strings"

	"github.com/postern/postern/postmortems"
)

// Ids of the rules of this package; pages and lint output name them.
const (
	ruleYAML       = "slo-yaml"
	ruleKind       = "slo-kind"
	ruleForm       = "slo-form"
	ruleKey        = "slo-key-unknown"
	ruleName       = "slo-name"
	ruleTarget     = "slo-target"
	ruleWindow     = "slo-window"
	ruleSlices     = "slo-slices"
	ruleIndicator  = "slo-indicator"
	ruleSecret     = "slo-secret"
	ruleDuplicate  = "slo-duplicate"
	ruleMissing    = "slo-indicator-missing"
	ruleReference  = "slo-reference"
	ruleSource     = "slo-source"
	ruleSlip       = "slo-specification-slip"
	ruleCounter    = "slo-counter"
	ruleAnnotation = "slo-annotation"
	ruleDependency = "service-dependency"
)

// weights are those of Rules by id.
func weights() map[string]postmortems.Weight {
	out := map[string]postmortems.Weight{
		ruleReference: postmortems.Warning, ruleSource: postmortems.Warning, ruleSlip: postmortems.Warning,
		ruleCounter: postmortems.Warning, ruleAnnotation: postmortems.Warning, ruleDependency: postmortems.Warning,
	}
	for _, id := range []string{
		ruleYAML, ruleKind, ruleForm, ruleKey, ruleName, ruleTarget, ruleWindow, ruleSlices, ruleIndicator,
		ruleSecret, ruleDuplicate, ruleMissing,
	} {
		out[id] = postmortems.Error
	}
	return out
}

// Rules are what the files of slos/ and services/ are judged by.
func Rules() []postmortems.Rule {
	rules := append(formRules(), meaningRules()...)
	w := weights()
	for i := range rules {
		rules[i].Weight = w[rules[i].ID]
	}
	return rules
}

// sample is a service and an objective that break no rule. Pairs of old and new
// text make the variants.
func sample(pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(`apiVersion: openslo/v1
kind: Service
metadata:
  name: checkout
  annotations:
    postern/team: payments
spec: {}
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout-availability
spec:
  service: checkout
  indicator:
    metadata: {name: checkout-requests}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'http_requests_total{job="checkout",code!~"5.."}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: 'http_requests_total{job="checkout"}'}}}
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
`)
}

// formRules are about one file by itself.
func formRules() []postmortems.Rule {
	return []postmortems.Rule{
		{ID: ruleYAML, Title: "A definition is plain YAML that can be read",
			Why:  "Reading on after a mistake would guess what belongs to which key. Anchors, aliases and tags make a value something else than what stands there.",
			Mend: "The message names the place. A query with `{`, `:` or `#` in it needs quotes, or a block of its own below `|`.",
			Bad:  sample("name: checkout-availability", "name: [checkout-availability"), Good: sample()},
		{ID: ruleKind, Title: "A definition says `apiVersion: openslo/v1` and a kind of OpenSLO",
			Why:  "Other versions give the same keys other meanings. Only v1 is read.",
			Mend: "Write `apiVersion: openslo/v1` and one of SLO, SLI, Service, DataSource, AlertPolicy, AlertCondition, AlertNotificationTarget. `postern import sloth` and `postern import pyrra` convert other forms.",
			Bad:  sample("kind: Service", "kind: Team"), Good: sample()},
		{ID: ruleForm, Title: "Every key has a value of its form, and what is needed is there",
			Why:  "An objective that is half understood would be reported as if it were whole.",
			Mend: "The message says what is expected in this place.",
			Bad:  sample("budgetingMethod: Occurrences", "budgetingMethod: Ocurrences"), Good: sample()},
		{ID: ruleKey, Title: "Every key is one of OpenSLO's",
			Why:  "A misspelt key is passed over by most tools, and the objective is then another one than its author believes.",
			Mend: "Correct the key; the message names the nearest one that is known. What OpenSLO has no place for goes into `metadata.annotations`.",
			Bad:  sample("    - target: 0.999", "    - target: 0.999\n      burget: 5"), Good: sample()},
		{ID: ruleName, Title: "A name is at most 63 lower-case letters, digits and hyphens",
			Why:  "Names stand in addresses, in the feeds' data and in the names of files (RFC 1123 labels).",
			Mend: "Choose such a name; a title in your own words goes into `displayName`.",
			Bad:  sample("name: checkout-availability", "name: Checkout_availability"), Good: sample()},
		{ID: ruleTarget, Title: "An objective has one target, below 100 %",
			Why:  "A target of 100 % leaves no budget, so that nothing about it can be reported.",
			Mend: "Write `target: 0.999` or `targetPercent: 99.9`, not both.",
			Bad:  sample("target: 0.999", "target: 99.9"), Good: sample()},
		{ID: ruleWindow, Title: "There is one time window: rolling, or in a calendar with a zone",
			Why:  "Without a zone nobody can tell when a month begins, and a window that both rolls and follows the calendar is two windows.",
			Mend: "Write `- duration: 28d` with `isRolling: true`; or `- duration: 1M` with `isRolling: false` and `calendar: {startTime: 2022-01-01 00:00:00, timeZone: Asia/Shanghai}`.",
			Bad:  sample("isRolling: true", "isRolling: false"), Good: sample()},
		{ID: ruleSlices, Title: "Methods that count slices say how long a slice is, and when it is good",
			Why:  "The same data gives another number with another slice.",
			Mend: "Give each objective `timeSliceWindow: 5m`, and for Timeslices `timeSliceTarget: 0.95`.",
			Bad:  sample("budgetingMethod: Occurrences", "budgetingMethod: RatioTimeslices"),
			Good: sample("budgetingMethod: Occurrences", "budgetingMethod: RatioTimeslices", "target: 0.999", "target: 0.999\n      timeSliceWindow: 5m")},
		{ID: ruleIndicator, Title: "An indicator counts one thing in one way",
			Why:  "Good over total, bad over total, a raw ratio and a threshold are four arithmetics; two of them at once are none.",
			Mend: "Give a `ratioMetric` `total` and one of `good` and `bad`, or `raw` with `rawType`; or give a `thresholdMetric`, with `op` and `value` in each objective.",
			Bad:  sample("        total:", "        bad:"), Good: sample()},
		{ID: ruleSecret, Title: "No definition holds a credential",
			Why:  "Git keeps it for ever, and everybody who may clone can read it.",
			Mend: "Revoke the credential. Where a source is and how to log in belongs into the portal's own configuration, under the source's name.",
			Bad: sample() + `---
apiVersion: openslo/v1
kind: DataSource
metadata:
  name: metrics
spec:
  type: Prometheus
  connectionDetails:
    - url: http://prometheus.example
      password: swordfish
`, Good: sample()},
	}
}

// meaningRules are about what definitions mean together.
func meaningRules() []postmortems.Rule {
	service := "kind: Service\nmetadata:\n  name: checkout\n"
	return []postmortems.Rule{
		{ID: ruleDuplicate, Title: "A name is given to one thing of its kind",
			Why:  "Of two definitions one would be lost, and which one would depend on the order of files.",
			Mend: "Keep one of the two, or rename one.",
			Bad:  sample() + "---\napiVersion: openslo/v1\n" + service + "spec: {}\n", Good: sample()},
		{ID: ruleMissing, Title: "The indicator that an objective names is defined",
			Why:  "Without it there is nothing to measure.",
			Mend: "Define the SLI in a file of `slos/`, or write the indicator out in the objective.",
			Bad:  named("checkout-requests-total"), Good: named("checkout-requests")},
		{ID: ruleReference, Title: "Services and policies that a definition names are defined",
			Why:  "An objective of an unknown service has no owner: nobody is asked when it is missed.",
			Mend: "Define the service in a file of `services/`, or correct the name.",
			Bad:  sample("service: checkout", "service: chekout"), Good: sample()},
		{ID: ruleSource, Title: "The portal can count what the indicator asks for",
			Why:  "The portal reads Prometheus (and what speaks its API) and its own ndjson feed. Of anything else it can show the definition only. A raw ratio has no counts, so that a quiet night weighs as much as a busy noon.",
			Mend: "Post the counts to the `ndjson` feed under the objective's name, or query Prometheus for good and total.",
			Bad:  sample("type: Prometheus", "type: Datadog"), Good: sample()},
		{ID: ruleCounter, Title: "A query and `counter` say the same of what is counted",
			Why:  "A counter is counted as what each of its series grew by, resets included, to the last event. That can be done for a selector of a counter, or a `sum` of one; `increase()` extrapolates, a difference of sums hides the reset of a series, a gauge that falls looks like a counter that was reset, and a bare counter without `counter: true` counts everything since its process began, in every bucket anew.",
			Mend: "With `counter: true` write the counter itself, such as `http_requests_total{job=\"checkout\"}`, without `rate()` or `increase()`; without it, a query whose value is the count of the bucket, with `{{.window}}` for its length.",
			Bad:  sample("http_requests_total{job=\"checkout\"}", "sum(increase(http_requests_total{job=\"checkout\"}[5m]))"), Good: sample()},
		{ID: ruleSlip, Title: "The specification's own slips are written as they are meant",
			Why:  "OpenSLO's examples write `1m` for a month, `op` where it has no meaning, a slice without a unit and a condition the wrong way round. They are read as they are meant, and another tool may read them otherwise.",
			Mend: "Write what the message says.",
			Bad:  sample("target: 0.999", "target: 0.999\n      op: gt"), Good: sample()},
		{ID: ruleAnnotation, Title: "An annotation that begins with `postern/` is one that is read",
			Why:  "A misspelt one has no effect, and nobody would notice.",
			Mend: "Services have `postern/owner`, `team`, `tier`, `on-call-zone`, `depends-on` and `databases`; objectives `postern/effective-from`, `min-events` and `empty-slice`.",
			Bad:  sample("postern/team", "postern/taem"), Good: sample()},
		{ID: ruleDependency, Title: "Services depend on services that are defined, and not on themselves",
			Why:  "The dependencies say which service spent whose budget. Through a ring everybody spends everybody's.",
			Mend: "Define the service, correct the name, or take out the dependency that closes the ring. `postern/depends-on` holds what a service cannot work without.",
			Bad:  sample("postern/team: payments", "postern/team: payments\n    postern/depends-on: ledger"), Good: sample()},
	}
}

// named is the sample with its indicator in a definition of its own.
func named(ref string) string {
	const indicator = `  indicator:
    metadata: {name: checkout-requests}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'http_requests_total{job="checkout",code!~"5.."}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: 'http_requests_total{job="checkout"}'}}}
`
	return sample(indicator, "  indicatorRef: "+ref+"\n") + `---
apiVersion: openslo/v1
kind: SLI
metadata:
  name: checkout-requests
spec:
  ratioMetric:
    counter: true
    good: {metricSource: {type: Prometheus, spec: {query: 'http_requests_total{job="checkout",code!~"5.."}'}}}
    total: {metricSource: {type: Prometheus, spec: {query: 'http_requests_total{job="checkout"}'}}}
`
}
