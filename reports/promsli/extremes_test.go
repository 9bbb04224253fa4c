package promsli_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/promsli"
	"github.com/postern/postern/reports/slo"
)

// TestExtremesOfAServer: a server that answers with what no service counts harms the
// SLO alone that asked: it is invalid or not measured, its numbers are finite, and the
// one beside it is judged as it is.
func TestExtremesOfAServer(t *testing.T) {
	for _, v := range []float64{1e308, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(), -1, -1e308, 1e16, 1 << 63} {
		srv := &server{value: func(q string, _ time.Time) (float64, bool) {
			switch {
			case strings.HasPrefix(q, "honest_bad"):
				return 1, true
			case strings.HasPrefix(q, "honest"):
				return 1000, true
			}
			return v, true
		}}
		w := newWorld(t, promsli.Source{Name: "main", Query: srv})
		honest, both := events("honest"), events("both")
		honest.Target, both.Target = 0.99, 0.99
		honest.Indicator.Bad, honest.Indicator.Total = "honest_bad[{{.window}}]", "honest_all[{{.window}}]"
		ratio := slo.SLO{
			Name:      "raw",
			Target:    0.99,
			MinEvents: -1,
			Method:    slo.Occurrences,
			Indicator: slo.Indicator{Type: "prometheus", Raw: "ratio[{{.window}}]"},
		}
		w.slos = []slo.SLO{honest, both, ratio}
		w.tick()
		for _, s := range w.slos {
			var buckets []slo.Bucket
			for _, b := range w.got[s.Name] {
				buckets = append(buckets, b)
				if why := feed.CheckNumbers(&feed.Fact{Kind: feed.SLI, Bucket: &b}); why != "" {
					t.Errorf("%v: the ledger refuses what was measured: %s", v, why)
				}
			}
			slices.SortFunc(buckets, func(a, b slo.Bucket) int { return a.Start.Compare(b.Start) })
			r := slo.Evaluate(s, buckets, slo.Span{From: start, To: start.Add(24 * time.Hour)})
			for _, x := range []*float64{&r.Good, &r.Total, r.SLI, r.Spent, r.Left, r.Allowed} {
				if x != nil && (math.IsNaN(*x) || math.IsInf(*x, 0)) {
					t.Errorf("%v: %s has %v in %+v", v, s.Name, *x, r)
				}
			}
			if s.Name == "honest" {
				if r.State != slo.OK || r.Met == nil || !*r.Met || r.Total != 288_000 {
					t.Errorf("%v: the honest SLO is %s, %+v", v, r.State, r)
				}
				continue
			}
			if r.Met != nil || r.State != slo.Invalid && r.State != slo.NoData {
				t.Errorf("%v: %s is %s: %+v", v, s.Name, r.State, r)
			}
		}
	}
}
