package promsli

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/slo"
)

const (
	// maxRetries is the number of buckets of a source that are queried again
	// in one turn.
	maxRetries = 2000
	// retryGap is the gap between buckets that starts another request.
	retryGap = time.Hour
)

// retryJobs returns the ranges to query again now. gone are the keys of
// buckets of SLOs that were removed or redefined.
func (s *source) retryJobs(ctx context.Context, slos []slo.SLO) (jobs []job, gone [][]byte, err error) {
	now := s.poller.opt.Now()
	known := map[string]slo.SLO{}
	for _, x := range slos {
		known[x.SeriesName()] = x
	}
	var rows []partialBucket
	err = s.poller.opt.DB.View(ctx, func(r kv.Reader) error {
		for item, err := range r.Scan(bPartial, append([]byte(s.Name), 0), s.partialKey(now.Add(time.Second), time.Unix(0, 0), "")) {
			if err != nil {
				return err
			}
			t, ok := s.readPartial(item.Key, item.Value)
			x, there := known[t.series]
			switch {
			case !ok || !there || x.Hash != t.hash || s.poller.bucket(x) != t.last.Len || now.Sub(t.last.Start) > retryUntil:
				gone = append(gone, slices.Clone(item.Key))
			case !s.recentlyRefused(x, now):
				rows = append(rows, t)
			}
			if len(rows) == maxRetries {
				break
			}
		}
		return nil
	})
	return jobsOf(rows, known), gone, err
}

// jobsOf returns ranges that cover the buckets. Buckets of a series share a
// range if they are close to each other and the range does not exceed
// maxRange.
func jobsOf(rows []partialBucket, known map[string]slo.SLO) (jobs []job) {
	slices.SortFunc(rows, func(a, b partialBucket) int {
		return cmp.Or(cmp.Compare(a.series, b.series), a.last.Start.Compare(b.last.Start))
	})
	for _, t := range rows {
		end := t.last.Start.Add(t.last.Len)
		if n := len(jobs) - 1; n >= 0 && jobs[n].slo.SeriesName() == t.series && t.last.Start.Sub(jobs[n].to) < retryGap &&
			end.Sub(jobs[n].from) <= maxRange {
			jobs[n].to, jobs[n].retried = end, append(jobs[n].retried, t)
			continue
		}
		jobs = append(jobs, job{slo: known[t.series], bucket: t.last.Len, from: t.last.Start, to: end, retried: []partialBucket{t}})
	}
	return jobs
}

// retryDue queries again what is due. What fails stays due.
func (s *source) retryDue(ctx context.Context, slos []slo.SLO) error {
	jobs, gone, err := s.retryJobs(ctx, slos)
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		err := s.poller.opt.DB.Update(ctx, func(w kv.Writer) error {
			for _, key := range gone {
				if err := w.Delete(bPartial, key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	_, err = s.round(ctx, jobs)
	return err
}
