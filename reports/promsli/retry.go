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
	// againAtOnce is how many buckets of a source are asked for again in one turn.
	againAtOnce = 2000
	// againGap parts one request from the next.
	againGap = time.Hour
)

// againJobs are the ranges to ask for again by now. What is due of objectives that
// are no more, or are defined otherwise, is given back as gone.
func (s *source) againJobs(ctx context.Context, slos []slo.SLO) (jobs []job, gone [][]byte, err error) {
	now := s.poller.opt.Now()
	known := map[string]slo.SLO{}
	for _, x := range slos {
		known[x.SeriesName()] = x
	}
	var rows []thin
	err = s.poller.opt.DB.View(ctx, func(r kv.Reader) error {
		for item, err := range r.Scan(bThin, append([]byte(s.Name), 0), s.thinKey(now.Add(time.Second), time.Unix(0, 0), "")) {
			if err != nil {
				return err
			}
			t, ok := s.readThin(item.Key, item.Value)
			x, there := known[t.series]
			switch {
			case !ok || !there || x.Hash != t.hash || s.poller.bucket(x) != t.last.Len || now.Sub(t.last.Start) > againEnds:
				gone = append(gone, slices.Clone(item.Key))
			case !s.skipped(x, now):
				rows = append(rows, t)
			}
			if len(rows) == againAtOnce {
				break
			}
		}
		return nil
	})
	slices.SortFunc(rows, func(a, b thin) int {
		return cmp.Or(cmp.Compare(a.series, b.series), a.last.Start.Compare(b.last.Start))
	})
	for _, t := range rows {
		end := t.last.Start.Add(t.last.Len)
		if n := len(jobs) - 1; n >= 0 && jobs[n].slo.SeriesName() == t.series && t.last.Start.Sub(jobs[n].to) < againGap && end.Sub(jobs[n].from) <= reach {
			jobs[n].to, jobs[n].again = end, append(jobs[n].again, t)
			continue
		}
		jobs = append(jobs, job{slo: known[t.series], bucket: t.last.Len, from: t.last.Start, to: end, again: []thin{t}})
	}
	return jobs, gone, err
}

// askAgain asks for what is due again. What fails stays due.
func (s *source) askAgain(ctx context.Context, slos []slo.SLO) error {
	jobs, gone, err := s.againJobs(ctx, slos)
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		err := s.poller.opt.DB.Update(ctx, func(w kv.Writer) error {
			for _, key := range gone {
				if err := w.Delete(bThin, key); err != nil {
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
