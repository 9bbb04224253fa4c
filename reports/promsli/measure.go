package promsli

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/promql"
)

// Each kind of SLI becomes a few range queries whose steps are the buckets:
// a ratio of two counters, a ratio that the query computes, or a gauge with
// a threshold. Coverage is the share of a bucket's steps with samples.

// measured is the result of one range.
type measured struct {
	buckets   []slo.Bucket   // in order, without those that have no data
	warnings  []string       // of the server: data is missing
	estimated map[int64]bool // starts of buckets whose counts are results of increase() instead of samples
}

// measureRange queries one range of an SLO.
func (s *source) measureRange(ctx context.Context, j job) (measured, error) {
	q := rangeQuery{ctx: ctx, source: s, job: j, estimated: map[int64]bool{}}
	in := j.slo.Indicator
	var counts []slo.Bucket
	switch {
	case in.Metric != "":
		counts = q.threshold(in)
	case in.Raw != "":
		counts = q.raw(in)
	default:
		counts = q.ratio(in)
	}
	if q.err != nil {
		return measured{}, q.err
	}
	if len(q.warnings) > 0 {
		for i := range counts {
			counts[i].Coverage = min(counts[i].Coverage, warnedCoverage)
		}
	}
	return measured{counts, q.warnings, q.estimated}, nil
}

// warnedCoverage is the coverage of a bucket whose answer has the warning
// that data is missing: too little for a verdict without bounds.
const warnedCoverage = 0.9

// rangeQuery runs the queries of one range. The first error stops it.
type rangeQuery struct {
	ctx       context.Context
	source    *source
	job       job
	warnings  []string
	estimated map[int64]bool
	err       error
}

// query evaluates a query at the end of each step. It returns nil after an
// error.
func (q *rangeQuery) query(text string, step time.Duration) (series []Series) {
	if q.err == nil && text != "" {
		series, q.err = q.values(text, step)
	}
	return series
}

// values is query for a query whose failure does not stop the others.
func (q *rangeQuery) values(text string, step time.Duration) ([]Series, error) {
	a, err := q.source.Query.QueryRange(q.ctx, text, q.job.from.Add(step), q.job.to, step)
	q.warnings = append(q.warnings, a.Warnings...)
	return a.Series, err
}

// permanent reports whether a query failed for a reason that a retry does
// not change.
func permanent(err error) bool {
	k := fault.KindOf(err)
	return err != nil && (k == fault.Invalid || k == fault.TooLarge)
}

// ratio counts good, or bad, over total. An absent part beside a present
// total is 0: nothing failed, or nothing succeeded.
func (q *rangeQuery) ratio(in slo.Indicator) []slo.Bucket {
	total := q.counts(in.Total, in.Counter)
	part := q.counts(in.Good+in.Bad, in.Counter) // one of the two is empty
	seen := q.coverage(in)
	return q.buckets(func(at int64) (b slo.Bucket, ok bool) {
		b.Total, ok = total[at]
		b.Coverage = seen(at)
		b.Good = part[at]
		if in.Bad != "" {
			b.Good = b.Total - part[at]
		}
		return b, ok
	})
}

// coverage returns the share of a bucket's steps that have a sample of the
// total. If the query does not allow to measure that, every bucket with a
// value is covered.
func (q *rangeQuery) coverage(in slo.Indicator) func(at int64) float64 {
	step := q.step()
	// Half a step of tolerance: scrapes are never exactly as far apart as
	// configured.
	text := promql.Present(in.Total, step+step/2)
	if !in.Counter || text == "" {
		return func(int64) float64 { return 1 }
	}
	seen := map[int64]float64{}
	for _, s := range q.query(text, step) {
		for _, p := range s.Points {
			seen[align(p.At.Add(-step), q.job.bucket).Unix()]++
		}
	}
	steps := float64(q.job.bucket / step)
	return func(at int64) float64 { return min(seen[at]/steps, 1) }
}

// step returns the step of the source, or the length of the bucket if it is
// not a multiple.
func (q *rangeQuery) step() time.Duration {
	step := q.source.Step
	if step <= 0 || step > q.job.bucket || q.job.bucket%step != 0 {
		return q.job.bucket
	}
	return step
}

// raw reads a ratio that the query itself computes: each bucket counts as
// one event, of which that part is good.
func (q *rangeQuery) raw(in slo.Indicator) []slo.Bucket {
	values := map[int64][]float64{}
	for _, s := range q.query(promql.Window(in.Raw, q.job.bucket), q.job.bucket) {
		for _, p := range s.Points {
			if !math.IsNaN(p.Value) {
				at := p.At.Add(-q.job.bucket).Unix()
				values[at] = append(values[at], p.Value)
			}
		}
	}
	return q.buckets(func(at int64) (b slo.Bucket, ok bool) {
		for _, v := range values[at] {
			if in.RawFailure {
				v = 1 - v
			}
			b.Good += v
			b.Total++
		}
		b.Coverage = 1
		return b, b.Total > 0
	})
}

// threshold reads a gauge at every step: each value is an event, and it is
// good if the condition holds.
func (q *rangeQuery) threshold(in slo.Indicator) []slo.Bucket {
	step := q.step()
	type tally struct{ good, total float64 }
	samplesSeen := map[int64]tally{}
	steps := map[int64]map[int64]bool{}
	for _, s := range q.query(promql.Window(in.Metric, q.job.bucket), step) {
		for _, p := range s.Points {
			if math.IsNaN(p.Value) {
				continue
			}
			at := align(p.At.Add(-step), q.job.bucket).Unix()
			t := samplesSeen[at]
			t.total++
			if holds(in.Op, p.Value, in.Value) {
				t.good++
			}
			samplesSeen[at] = t
			if steps[at] == nil {
				steps[at] = map[int64]bool{}
			}
			steps[at][p.At.Unix()] = true
		}
	}
	whole := float64(q.job.bucket / step)
	return q.buckets(func(at int64) (b slo.Bucket, ok bool) {
		t, ok := samplesSeen[at]
		b.Good, b.Total, b.Coverage = t.good, t.total, min(float64(len(steps[at]))/whole, 1)
		return b, ok
	})
}

// holds reports whether value op limit is true.
func holds(op string, value, limit float64) bool {
	switch op {
	case "lt":
		return value < limit
	case "lte":
		return value <= limit
	case "gt":
		return value > limit
	}
	return value >= limit
}

// buckets returns the buckets of the range that have data.
func (q *rangeQuery) buckets(make func(at int64) (slo.Bucket, bool)) (out []slo.Bucket) {
	for at := q.job.from; at.Before(q.job.to); at = at.Add(q.job.bucket) {
		b, ok := make(at.Unix())
		if !ok || b.Coverage <= 0 {
			continue
		}
		b.Start, b.Len, b.Rev = at, q.job.bucket, 1
		out = append(out, b)
	}
	return out
}

// facts returns buckets as facts of the source.
func (s *source) facts(j job, buckets []slo.Bucket) []feed.Fact {
	facts := make([]feed.Fact, 0, len(buckets))
	for _, b := range buckets {
		facts = append(facts, feed.Fact{
			Kind: feed.SLI, Source: "prometheus/" + s.Name, Entity: j.slo.SeriesName(),
			Key: fmt.Sprint(b.Start.Unix()), Rev: b.Rev, At: b.Start, Bucket: &b,
		})
	}
	return facts
}
