package slostatus

import (
	"testing"

	"github.com/postern/postern/reports/slo"
)

// Any reader may request any span, so the number of cached sums is bounded.
func TestKeptSumsAreBounded(t *testing.T) {
	d := daySums{byKey: map[sumKey]map[int64]slo.Sum{}}
	k := sumKey{"cart", "h"}
	for n := range int64(5000) {
		d.put(k, n, slo.Sum{}, 0)
		if _, kept := d.get(k, n); !kept || len(d.byKey[k]) > maxKeptDays {
			t.Fatalf("after day %d: %d are kept", n, len(d.byKey[k]))
		}
	}
}
