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

// weights returns the weights of all rules by id. An Error refuses the push: the
// definition could not be evaluated as it is meant. A Warning accepts it: the SLO can
// be read, but may have no numbers, no owner, or others than expected.
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

// Rules returns the rules of the files of slos/ and services/. Each has an example that
// breaks it and one that does not; a test runs both through Parse and Link.
func Rules() []postmortems.Rule {
	rules := append(formRules(), meaningRules()...)
	w := weights()
	for i := range rules {
		rules[i].Weight = w[rules[i].ID]
	}
	return rules
}

// sample returns a service and an SLO that break no rule, with pairs of old and new
// text replaced. With no pairs it is the Good example of most rules. A pair whose old
// text is not in the sample would change nothing, and the test of the rules would fail.
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

// passwordSample is a data source with a password in it.
const passwordSample = `---
apiVersion: openslo/v1
kind: DataSource
metadata:
  name: metrics
spec:
  type: Prometheus
  connectionDetails:
    - url: http://prometheus.example
      password: swordfish
`

// formRules returns the rules of a single file. Parse finds them.
func formRules() []postmortems.Rule {
	return []postmortems.Rule{
		{ID: ruleYAML, Title: "A definition is plain YAML that can be read",
			Why: "After a mistake a reader could only guess which value belongs to which key. With anchors, aliases and tags a value differs " +
				"from its text.",
			Fix: "The message has the place. A query with `{`, `:` or `#` in it needs quotes, or a block of its own below `|`.",
			Bad: sample("name: checkout-availability", "name: [checkout-availability"), Good: sample()},
		{ID: ruleKind, Title: "A definition has `apiVersion: openslo/v1` and a kind of OpenSLO",
			Why: "In other versions the same keys have other meanings. Only v1 is read.",
			Fix: "Write `apiVersion: openslo/v1` and one of SLO, SLI, Service, DataSource, AlertPolicy, AlertCondition, " +
				"AlertNotificationTarget. `postern import sloth` and `postern import pyrra` convert other forms.",
			Bad: sample("kind: Service", "kind: Team"), Good: sample()},
		{ID: ruleForm, Title: "Every key has a valid value, and no required key is missing",
			Why: "An SLO that is read in part would be reported as if it were complete.",
			Fix: "The message says what is expected at this place.",
			Bad: sample("budgetingMethod: Occurrences", "budgetingMethod: Ocurrences"), Good: sample()},
		{ID: ruleKey, Title: "Every key is one of OpenSLO's",
			Why: "Most tools ignore a misspelled key, and the SLO then differs from what its author meant.",
			Fix: "Correct the key; the message names the most similar known one. Properties that OpenSLO does not have belong in " +
				"`metadata.annotations`.",
			Bad: sample("    - target: 0.999", "    - target: 0.999\n      burget: 5"), Good: sample()},
		{ID: ruleName, Title: "A name is at most 63 lower-case letters, digits and hyphens",
			Why: "Names are part of addresses, of data from feeds and of file names (RFC 1123 labels).",
			Fix: "Choose such a name; a title in your own words belongs in `displayName`.",
			Bad: sample("name: checkout-availability", "name: Checkout_availability"), Good: sample()},
		{ID: ruleTarget, Title: "An objective has one target, below 100 %",
			Why: "A target of 100 % has no error budget, so nothing about it can be reported.",
			Fix: "Write `target: 0.999` or `targetPercent: 99.9`, not both.",
			Bad: sample("target: 0.999", "target: 99.9"), Good: sample()},
		{ID: ruleWindow, Title: "There is one time window: rolling, or in a calendar with a zone",
			Why: "Without a zone the beginning of a month is unknown, and a window that is both rolling and of a calendar is two windows.",
			Fix: "Write `- duration: 28d` with `isRolling: true`; or `- duration: 1M` with `isRolling: false` and `calendar: {startTime: " +
				"2022-01-01 00:00:00, timeZone: Asia/Shanghai}`.",
			Bad: sample("isRolling: true", "isRolling: false"), Good: sample()},
		{ID: ruleSlices, Title: "Methods that count slices have the length of a slice and its target",
			Why: "The same data has another result with slices of another length.",
			Fix: "Give each objective `timeSliceWindow: 5m`, and for Timeslices `timeSliceTarget: 0.95`.",
			Bad: sample("budgetingMethod: Occurrences", "budgetingMethod: RatioTimeslices"),
			Good: sample("budgetingMethod: Occurrences", "budgetingMethod: RatioTimeslices", "target: 0.999",
				"target: 0.999\n      timeSliceWindow: 5m")},
		{ID: ruleIndicator, Title: "An SLI is calculated in one way",
			Why: "Good over total, bad over total, a raw ratio and a threshold are four calculations that exclude each other.",
			Fix: "Give a `ratioMetric` `total` and one of `good` and `bad`, or `raw` with `rawType`; or give a `thresholdMetric`, with `op` " +
				"and `value` in each objective.",
			Bad: sample("        total:", "        bad:"), Good: sample()},
		{ID: ruleSecret, Title: "No definition contains a credential",
			Why: "Git retains it permanently, and everyone who can clone can read it.",
			Fix: "Revoke the credential. The address of a source and its login belong in the configuration of the portal, under the name " +
				"of the source.",
			Bad: sample() + passwordSample, Good: sample()},
	}
}

// meaningRules returns the rules of all definitions together. Link finds most of them.
// Annotations and mistakes of the specification's examples are found by Parse, and are
// here because they are warnings about meaning.
func meaningRules() []postmortems.Rule {
	service := "kind: Service\nmetadata:\n  name: checkout\n"
	return []postmortems.Rule{
		{ID: ruleDuplicate, Title: "A name is unique among the definitions of its kind",
			Why: "One of two definitions would be ignored, and which one would depend on the order of files.",
			Fix: "Keep one of the two, or rename one.",
			Bad: sample() + "---\napiVersion: openslo/v1\n" + service + "spec: {}\n", Good: sample()},
		{ID: ruleMissing, Title: "The SLI that an SLO names is defined",
			Why: "Without it nothing can be measured.",
			Fix: "Define the SLI in a file of `slos/`, or write it inline.",
			Bad: named("checkout-requests-total"), Good: named("checkout-requests")},
		{ID: ruleReference, Title: "Services and policies that a definition names are defined",
			Why: "An SLO of an unknown service has no owner who acts when it is missed.",
			Fix: "Define the service in a file of `services/`, or correct the name.",
			Bad: sample("service: checkout", "service: chekout"), Good: sample()},
		{ID: ruleSource, Title: "The portal can measure the SLI",
			Why: "The portal reads Prometheus, servers with its API, and its own ndjson feed. Of other sources it shows the definition only. " +
				"A raw ratio has no counts, so a quiet night counts as much as a busy day.",
			Fix: "Send the counts to the `ndjson` feed under the name of the SLO, or query Prometheus for good and total.",
			Bad: sample("type: Prometheus", "type: Datadog"), Good: sample()},
		{ID: ruleCounter, Title: "A query fits its `counter`",
			Why: "With `counter: true`, the growth of each series is counted exactly, resets included. That is possible for a selector of " +
				"a counter, " +
				"or a `sum` of one. `increase()` extrapolates, a difference of sums hides the reset of a series, and a gauge that falls looks " +
				"like a counter that was reset. Without `counter: true`, a bare counter counts everything since its process started, in every bucket.",
			Fix: "With `counter: true` write the counter alone, such as `http_requests_total{job=\"checkout\"}`, without `rate()` or " +
				"`increase()`. " +
				"Without it, write a query whose value is the count of the bucket, with `{{.window}}` for its length.",
			Bad: sample("http_requests_total{job=\"checkout\"}", "sum(increase(http_requests_total{job=\"checkout\"}[5m]))"), Good: sample()},
		{ID: ruleSlip, Title: "Mistakes of the examples in the specification are avoided",
			Why: "The examples of OpenSLO have `1m` for a month, `op` where it has no meaning, a slice without a unit and a reversed " +
				"condition. They are read as they are meant, but other tools may read them differently.",
			Fix: "Write what the message says.",
			Bad: sample("target: 0.999", "target: 0.999\n      op: gt"), Good: sample()},
		{ID: ruleAnnotation, Title: "An annotation with the prefix `postern/` is a known one",
			Why: "A misspelled annotation has no effect.",
			Fix: "Services have `postern/owner`, `team`, `tier`, `on-call-zone`, `depends-on` and `databases`; SLOs have " +
				"`postern/effective-from`, `min-events` and `empty-slice`.",
			Bad: sample("postern/team", "postern/taem"), Good: sample()},
		{ID: ruleDependency, Title: "Services depend on services that are defined, and not on themselves",
			Why: "Dependencies decide which service consumed the budget of another one. In a cycle each would consume that of all others.",
			Fix: "Define the service, correct the name, or remove the dependency that closes the cycle. `postern/depends-on` has the " +
				"services that a service cannot work without.",
			Bad: sample("postern/team: payments", "postern/team: payments\n    postern/depends-on: ledger"), Good: sample()},
	}
}

// named returns the sample with its SLI in a definition of its own. ref is the name
// that the SLO refers to.
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
