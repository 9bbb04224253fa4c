package openslo

import (
	"github.com/postern/postern/reports/slo/promql"
)

// counters adds a finding for each query that does not fit the way it is counted. The
// type of the source must be known. Link calls it, and not Parse, because the type may
// be that of a DataSource in another file. Only PromQL is understood; queries of other
// types are not examined.
func (r *reader) counters(in *indicator) {
	if in.Type != typePrometheus {
		return
	}
	for _, q := range in.counts {
		if text := misfitText(promql.Check(q.text, in.Counter)); text != "" {
			r.findAt(ruleCounter, q.at, "%s", text)
		}
	}
}

// misfitText returns the message of a misfit, "" where there is none. Each message has
// the consequence for the numbers and the two ways to correct it: whether the query or
// the key is the mistake, only the author knows.
func misfitText(m promql.Misfit) string {
	switch m {
	case promql.OverTime:
		return "the query takes an increase, a rate or a window itself, so counter: true has no effect, and the extrapolation of the " +
			"server is counted: write the counter alone, as in http_requests_total{…}, or remove counter: true"
	case promql.ManySeries:
		return "with counter: true the query is one selector, or a sum of one; any other query is counted by increase() as a whole, so " +
			"that a reset of one series looks like a fall of the result: write one selector with a matcher for the difference"
	case promql.NoCounter:
		return "counter: true, but the metric does not end in _total, _count, _sum or _bucket as counters do: a gauge that falls is " +
			"counted as a counter that was reset"
	case promql.BareCounter:
		return "this is a counter, and without counter: true its running value is used as the count of each bucket: " +
			"add counter: true to the ratioMetric"
	case promql.Fits:
	}
	return ""
}
