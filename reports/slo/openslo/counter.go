package openslo

import (
	"github.com/postern/postern/reports/slo/promql"
)

// counters tells of queries that do not fit the way they are counted. It is asked
// when the type of the source is known.
func (r *reader) counters(in *indicator) {
	if in.Type != typePrometheus {
		return
	}
	for _, q := range in.counts {
		switch promql.Check(q.text, in.Counter) {
		case promql.OverTime:
			r.findAt(ruleCounter, q.at, "the query takes an increase, a rate or a window itself, so counter: true has no effect, and the server's extrapolation is what is counted: write the counter alone, as in http_requests_total{…}, or take counter: true out")
		case promql.ManySeries:
			r.findAt(ruleCounter, q.at, "with counter: true the query is one selector, or a sum of one; of anything else increase() is taken as a whole, so that a reset of one series looks like a fall of the result: write one selector with a matcher for the difference")
		case promql.NoCounter:
			r.findAt(ruleCounter, q.at, "counter: true, but the metric does not end in _total, _count, _sum or _bucket as counters do: a gauge that falls is counted as a counter that was reset")
		case promql.BareCounter:
			r.findAt(ruleCounter, q.at, "this is a counter, and without counter: true its running value is taken for what happened in each bucket: add counter: true to the ratioMetric")
		case promql.Fits:
		}
	}
}
