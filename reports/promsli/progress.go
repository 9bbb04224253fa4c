package promsli

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/kv"
)

// progressKey returns the key of a series of the source.
func (s *source) progressKey(series string) []byte {
	return append(append([]byte(s.Name), 0), series...)
}

// progress returns the end of the last measured bucket; the zero time if
// there is none.
func (s *source) progress(ctx context.Context, series string) (t time.Time, err error) {
	err = s.poller.opt.DB.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(bProgress, s.progressKey(series))
		if err == nil && len(b) == 8 {
			t = time.Unix(int64(binary.BigEndian.Uint64(b)), 0).UTC()
		}
		return err
	})
	return t, err
}

// remember stores the progress of ranges whose buckets are durable: how far
// their series were measured, which buckets are estimates, and which to
// query again.
func (s *source) remember(ctx context.Context, done []rangeResult) error {
	return s.poller.opt.DB.Update(ctx, func(w kv.Writer) error {
		for _, o := range done {
			if len(o.job.retried) == 0 {
				end := binary.BigEndian.AppendUint64(nil, uint64(o.job.to.Unix()))
				if err := w.Put(bProgress, s.progressKey(o.job.slo.SeriesName()), end); err != nil {
					return err
				}
			}
			if err := s.putEstimates(w, o); err != nil {
				return err
			}
			if err := s.putPartial(w, o); err != nil {
				return err
			}
		}
		return w.Delete(bIntent, []byte(s.Name))
	})
}

// noteIntent stores an intent before facts are recorded that a later answer
// may contradict.
func (s *source) noteIntent(ctx context.Context, done []rangeResult) error {
	if !slices.ContainsFunc(done, func(o rangeResult) bool { return len(o.partialBucket)+len(o.job.retried) > 0 }) {
		return nil
	}
	return s.poller.opt.DB.Update(ctx, func(w kv.Writer) error { return w.Put(bIntent, []byte(s.Name), nil) })
}

// findIntent checks, once per process, whether the process before died with
// an intent.
func (s *source) findIntent(ctx context.Context) error {
	if s.looked {
		return nil
	}
	err := s.poller.opt.DB.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(bIntent, []byte(s.Name))
		s.uncertain = b != nil
		return err
	})
	s.looked = err == nil
	return err
}
