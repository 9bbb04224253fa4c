package promsli

import (
	"iter"
	"time"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/slo"
)

// outcome is what became of one range.
type outcome struct {
	job   job
	got   measured
	thin  []thin // to be asked for again
	facts []feed.Fact
}

// asked are the starts of the buckets that a range was asked for.
func (o outcome) asked() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		if len(o.job.again) == 0 {
			for at := o.job.from; at.Before(o.job.to); at = at.Add(o.job.bucket) {
				if !yield(at.Unix()) {
					return
				}
			}
		}
		for _, t := range o.job.again {
			if !yield(t.last.Start.Unix()) {
				return
			}
		}
	}
}

// outcome makes of an answer what is to be recorded, and what is to be asked for
// again. unsure: the process before may have recorded another answer.
func (s *source) outcome(j job, got measured, unsure bool) outcome {
	o := outcome{job: j, got: got}
	now := s.poller.opt.Now()
	seen := map[int64]slo.Bucket{}
	for _, b := range got.buckets {
		seen[b.Start.Unix()] = b
	}
	before := map[int64]thin{}
	for _, t := range j.again {
		before[t.last.Start.Unix()] = t
	}
	var record []slo.Bucket
	for at := range o.asked() {
		b, there := seen[at]
		t, again := before[at]
		if !again {
			t = thin{series: j.slo.SeriesName(), hash: j.slo.Hash, last: slo.Bucket{Start: time.Unix(at, 0).UTC(), Len: j.bucket}}
		}
		t, there = t.heard(b, there, unsure)
		if there {
			record = append(record, t.last)
		}
		if t.last.Coverage >= 1 {
			continue
		}
		if t, more := t.ahead(now); more {
			o.thin = append(o.thin, t)
		}
	}
	o.facts = s.facts(j, record)
	return o
}
