package promsli

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/promql"
)

// Samples are read only for buckets in which a series of a counter did not
// simply grow, and within limits: a bucket with more samples than fit one
// request, or a range with more than fit one turn, uses the result of
// increase().
const (
	maxRequestSamples = 200_000   // of one request, without those before its first bucket
	maxRangeSamples   = 2_000_000 // of one query over one range
)

// counts returns the result of a counting query, by the start of the
// bucket.
func (q *rangeQuery) counts(text string, counter bool) map[int64]float64 {
	query, _ := promql.Count(text, counter, q.job.bucket)
	out := q.sums(q.query(query, q.job.bucket))
	if selector, ok := promql.Selector(text, counter); ok && q.err == nil {
		q.recount(selector, out)
	}
	return out
}

// sums adds up the series of a query by bucket. A NaN of one series is
// ignored; a bucket of only NaN is absent.
func (q *rangeQuery) sums(series []Series) map[int64]float64 {
	out := map[int64]float64{}
	for _, s := range series {
		for _, p := range s.Points {
			if !math.IsNaN(p.Value) {
				out[p.At.Add(-q.job.bucket).Unix()] += p.Value
			}
		}
	}
	return out
}

// irregularBucket is a bucket in which a series of a counter was reset,
// appeared or ended.
type irregularBucket struct {
	start   time.Time
	samples float64
}

// recount replaces the difference between a bucket's ends by the count of
// its samples wherever the difference may be wrong.
func (q *rangeQuery) recount(selector string, out map[int64]float64) {
	series, err := q.values(promql.Odd(selector, q.job.bucket), q.job.bucket)
	if permanent(err) { // over a limit of the server: any bucket may be irregular
		for at := range out {
			q.estimated[at] = true
		}
		return
	}
	q.err = err
	var odd []irregularBucket
	for at, n := range q.sums(series) {
		if start := time.Unix(at, 0).UTC(); q.job.has(start) { // a broken server may return any time
			odd = append(odd, irregularBucket{start, n})
		}
	}
	slices.SortFunc(odd, func(a, b irregularBucket) int { return cmp.Compare(a.start.Unix(), b.start.Unix()) })
	left := float64(maxRangeSamples)
	for len(odd) > 0 && q.err == nil {
		run, samples := q.run(odd)
		odd = odd[len(run):]
		if left -= samples; left < 0 || samples > maxRequestSamples || !q.readSamples(selector, run, out) {
			for _, b := range run {
				q.estimated[b.start.Unix()] = true
			}
		}
	}
}

// run returns as many adjacent buckets, at least one, as fit one request,
// and the number of their samples.
func (q *rangeQuery) run(odd []irregularBucket) (run []irregularBucket, samples float64) {
	for n, b := range odd {
		if n > 0 && (samples+b.samples > maxRequestSamples || !b.start.Equal(odd[n-1].start.Add(q.job.bucket))) {
			return odd[:n], samples
		}
		samples += b.samples
	}
	return odd, samples
}

// readSamples counts a run of buckets from its samples. It returns false if
// the source does not return them, or too many.
func (q *rangeQuery) readSamples(selector string, run []irregularBucket, out map[int64]float64) bool {
	grid := slo.Grid{From: run[0].start, Length: q.job.bucket, N: len(run)}
	length := time.Duration(grid.N) * grid.Length
	a, err := q.source.Query.Query(q.ctx, promql.Samples(selector, length+promql.Reach), grid.From.Add(length))
	if permanent(err) {
		return false
	}
	q.err = err
	q.warnings = append(q.warnings, a.Warnings...)
	grown := make([]slo.Growth, grid.N)
	for _, s := range a.Series {
		for i, g := range slo.Grow(samplesOf(s), grid, promql.Reach) {
			grown[i].Count, grown[i].Samples = grown[i].Count+g.Count, grown[i].Samples+g.Samples
		}
	}
	for i, g := range grown {
		switch at := run[i].start.Unix(); {
		case g.Samples == 0: // the samples are on its border, or have been deleted
		case math.IsNaN(g.Count):
			delete(out, at)
		default:
			out[at] = g.Count
		}
	}
	return len(a.Series) > 0 || q.err != nil
}

// samplesOf converts the points of a series.
func samplesOf(s Series) []slo.Sample {
	out := make([]slo.Sample, len(s.Points))
	for i, p := range s.Points {
		out[i] = slo.Sample(p)
	}
	return out
}
