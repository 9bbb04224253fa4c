package openslo_test

import (
	"fmt"
	"strings"
	"testing"
)

// counts is an indicator of a bad and a total query.
func counts(kind, counter, bad, total string) string {
	return fmt.Sprintf(`  indicator:
    metadata: {name: i}
    spec:
      ratioMetric:
        counter: %s
        bad: {metricSource: {type: %s, spec: {query: '%s'}}}
        total:
          metricSource:
            type: %s
            spec:
              query: '%s'
`, counter, kind, bad, kind, total)
}

// A query that does not fit the way it is counted has a finding at its place, and
// refuses nothing.
func TestQueriesThatDoNotFitTheirCounter(t *testing.T) {
	const fine = `errors_total{code=~"5.."}`
	for name, c := range map[string]struct{ kind, counter, total, want string }{
		"a counter":                 {"Prometheus", "true", "sum(requests_total)", ""},
		"over time already":         {"Prometheus", "true", "sum(increase(requests_total[5m]))", "17:22 the query takes an increase"},
		"a sum of sums":             {"Prometheus", "true", "sum(a_total) + sum(b_total)", "17:22 with counter: true the query is one selector"},
		"a gauge":                   {"Prometheus", "true", "sum(open_connections)", "17:22 counter: true, but the metric does not end"},
		"bare counters":             {"Prometheus", "false", "sum(requests_total)", "12:62 this is a counter; 17:22 this is a counter"},
		"another source's language": {"Datadog", "true", "sum:requests{*}.as_count()", ""},
	} {
		_, problems := judge(head + counts(c.kind, c.counter, fine, c.total) + rolling + "  objectives: [{target: 0.9}]\n")
		var got []string
		for _, p := range problems {
			if p.Rule == "slo-counter" {
				got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Col, p.Message))
			}
		}
		parts := strings.Split(c.want, "; ")
		if c.want == "" {
			parts = nil
		}
		if len(got) != len(parts) {
			t.Errorf("%s: told %q", name, got)
			continue
		}
		for i, want := range parts {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("%s: told %q, want %q", name, got[i], want)
			}
		}
	}
}

// An SLI that several objectives name has one finding.
func TestASharedIndicatorHasOneFinding(t *testing.T) {
	_, problems := judge(head + rolling + "  indicatorRef: r\n  objectives: [{target: 0.9}, {displayName: more, target: 0.99}]\n" +
		"---\napiVersion: openslo/v1\nkind: SLI\nmetadata: {name: r}\nspec: {ratioMetric: {counter: true, bad: {metricSource: {type: " +
		"Prometheus, spec: {query: up}}}, total: {metricSource: {type: Prometheus, spec: {query: a_total}}}}}\n")
	n := 0
	for _, p := range problems {
		if p.Rule == "slo-counter" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("told %d times: %v", n, problems)
	}
}
