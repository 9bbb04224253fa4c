package promsli

import (
	"iter"
	"time"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/slo"
)

// rangeResult is the result of one range.
type rangeResult struct {
	job           job
	got           measured
	partialBucket []partialBucket // to be queried again
	facts         []feed.Fact
}

// asked yields the starts of the buckets that were queried.
func (o rangeResult) asked() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		if len(o.job.retried) == 0 {
			for at := o.job.from; at.Before(o.job.to); at = at.Add(o.job.bucket) {
				if !yield(at.Unix()) {
					return
				}
			}
		}
		for _, t := range o.job.retried {
			if !yield(t.last.Start.Unix()) {
				return
			}
		}
	}
}

// rangeResult returns what to record of an answer, and which buckets to
// query again. uncertain: the process before may have recorded another
// answer.
func (s *source) rangeResult(j job, got measured, uncertain bool) rangeResult {
	o := rangeResult{job: j, got: got}
	now := s.poller.opt.Now()
	seen := map[int64]slo.Bucket{}
	for _, b := range got.buckets {
		seen[b.Start.Unix()] = b
	}
	before := map[int64]partialBucket{}
	for _, t := range j.retried {
		before[t.last.Start.Unix()] = t
	}
	var record []slo.Bucket
	for at := range o.asked() {
		b, there := seen[at]
		t, retried := before[at]
		if !retried {
			t = partialBucket{series: j.slo.SeriesName(), hash: j.slo.Hash, last: slo.Bucket{Start: time.Unix(at, 0).UTC(), Len: j.bucket}}
		}
		t, there = t.answered(b, there, uncertain)
		if there {
			record = append(record, t.last)
		}
		if t.last.Coverage >= 1 {
			continue
		}
		if t, more := t.skipPast(now); more {
			o.partialBucket = append(o.partialBucket, t)
		}
	}
	o.facts = s.facts(j, record)
	return o
}
