package promsli

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/promql"
)

// Samples are read one by one only where a counter's series did not simply grow,
// and not without end: increase() stands in where a bucket alone has more than
// fits one request, or a range more than fits a turn.
const (
	samplesAtOnce  = 200_000   // of one request, less those before its first bucket
	samplesOfRange = 2_000_000 // of one query over one range
)

// counts gives what a query counted, by the start of the bucket.
func (q *asking) counts(text string, counter bool) map[int64]float64 {
	query, _ := promql.Count(text, counter, q.job.bucket)
	out := q.sums(q.query(query, q.job.bucket))
	if selector, ok := promql.Selector(text, counter); ok && q.err == nil {
		q.recount(selector, out)
	}
	return out
}

// sums adds up the series of a query by bucket. A NaN of one series does not
// spoil the others; a bucket of nothing but NaN is absent.
func (q *asking) sums(series []Series) map[int64]float64 {
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

// oddBucket is one in which some series of a counter was reset, appeared or ended.
type oddBucket struct {
	start   time.Time
	samples float64
}

// recount puts what the samples themselves say in place of the difference of a
// bucket's two ends, wherever that may be wrong.
func (q *asking) recount(selector string, out map[int64]float64) {
	series, err := q.values(promql.Odd(selector, q.job.bucket), q.job.bucket)
	if refused(err) { // over a limit of the server: nobody knows which buckets are odd
		for at := range out {
			q.estimated[at] = true
		}
		return
	}
	q.err = err
	var odd []oddBucket
	for at, n := range q.sums(series) {
		if start := time.Unix(at, 0).UTC(); q.job.has(start) { // a broken server answers about any time
			odd = append(odd, oddBucket{start, n})
		}
	}
	slices.SortFunc(odd, func(a, b oddBucket) int { return cmp.Compare(a.start.Unix(), b.start.Unix()) })
	left := float64(samplesOfRange)
	for len(odd) > 0 && q.err == nil {
		run, samples := q.run(odd)
		odd = odd[len(run):]
		if left -= samples; left < 0 || samples > samplesAtOnce || !q.readSamples(selector, run, out) {
			for _, b := range run {
				q.estimated[b.start.Unix()] = true
			}
		}
	}
}

// run is as many neighbouring buckets, at least one, as fit one request.
func (q *asking) run(odd []oddBucket) (run []oddBucket, samples float64) {
	for n, b := range odd {
		if n > 0 && (samples+b.samples > samplesAtOnce || !b.start.Equal(odd[n-1].start.Add(q.job.bucket))) {
			return odd[:n], samples
		}
		samples += b.samples
	}
	return odd, samples
}

// readSamples counts a run of buckets from its samples; false: the source does not
// give them, or more than can be read.
func (q *asking) readSamples(selector string, run []oddBucket, out map[int64]float64) bool {
	grid := slo.Grid{From: run[0].start, Length: q.job.bucket, N: len(run)}
	length := time.Duration(grid.N) * grid.Length
	a, err := q.source.Query.Query(q.ctx, promql.Samples(selector, length+promql.Reach), grid.From.Add(length))
	if refused(err) {
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
		case g.Samples == 0: // those that made it odd lie on its border, or are gone
		case math.IsNaN(g.Count):
			delete(out, at)
		default:
			out[at] = g.Count
		}
	}
	return len(a.Series) > 0 || q.err != nil
}

func samplesOf(s Series) []slo.Sample {
	out := make([]slo.Sample, len(s.Points))
	for i, p := range s.Points {
		out[i] = slo.Sample(p)
	}
	return out
}
