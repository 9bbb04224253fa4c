package openslo_test

import (
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
)

// TestNumbersOfObjectivesAreBounded: every number of an SLO at the extremes is refused
// with words, and the same file with a plain one is not refused for it.
func TestNumbersOfObjectivesAreBounded(t *testing.T) {
	file := func(target, slice, window, weight, events string) string {
		return "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: a, annotations: {postern/min-events: \"" + events +
			"\"}}\nspec:\n  service: s\n" +
			"  timeWindow: [{duration: " + window + ", isRolling: true}]\n  budgetingMethod: Timeslices\n  objectives:\n" +
			"    - {displayName: Read, target: " + target + ", timeSliceTarget: " + slice + ", timeSliceWindow: 5m, compositeWeight: " + weight +
			", indicatorRef: r}\n" +
			"    - {displayName: Write, target: 0.9, timeSliceTarget: 0.9, timeSliceWindow: 5m, indicatorRef: r}\n" +
			"---\napiVersion: openslo/v1\nkind: SLI\nmetadata: {name: r}\nspec: {ratioMetric: {good: {metricSource: {type: ndjson}}, total: " +
			"{metricSource: {type: ndjson}}}}\n"
	}
	errors := func(text string) (n int, all string) {
		_, problems := judge(text)
		for _, p := range problems {
			if p.Weight == postmortems.Error && !strings.Contains(p.Message, "service") {
				n++
				all += p.Message + "; "
			}
		}
		return n, all
	}
	plain := []string{"0.99", "0.95", "28d", "3", "10"}
	if n, all := errors(file(plain[0], plain[1], plain[2], plain[3], plain[4])); n > 0 {
		t.Fatalf("the plain file is refused: %s", all)
	}
	for field, beyond := range map[int][]string{
		0: {"1", "1e308", "-1", ".nan", ".inf", "NaN", "1e400"}, 1: {"2", "1e308", "-1", ".inf"},
		2: {"9223372036854775807d", "30500568904944w", "1000000Y", "0d", "-1d", "1e9d"},
		3: {"0", "-1", "1e308", "1e-300", ".inf", "NaN"}, 4: {"1e308", "-1", "NaN", "Infinity", "1e400"},
	} {
		for _, value := range beyond {
			fields := append([]string{}, plain...)
			fields[field] = value
			if n, _ := errors(file(fields[0], fields[1], fields[2], fields[3], fields[4])); n == 0 {
				t.Errorf("field %d takes %s", field, value)
			}
		}
	}
}
