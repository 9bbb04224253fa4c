package promsli

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/kv"
)

func (s *source) markKey(series string) []byte {
	return append(append([]byte(s.Name), 0), series...)
}

// mark is the end of the last bucket that was measured; the zero Time when none was.
func (s *source) mark(ctx context.Context, series string) (t time.Time, err error) {
	err = s.poller.opt.DB.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(bMark, s.markKey(series))
		if err == nil && len(b) == 8 {
			t = time.Unix(int64(binary.BigEndian.Uint64(b)), 0).UTC()
		}
		return err
	})
	return t, err
}

// remember notes what became of ranges whose buckets are durable: how far their
// series came, which buckets are estimates, and which are to be asked for again.
func (s *source) remember(ctx context.Context, done []outcome) error {
	return s.poller.opt.DB.Update(ctx, func(w kv.Writer) error {
		for _, o := range done {
			if len(o.job.again) == 0 {
				end := binary.BigEndian.AppendUint64(nil, uint64(o.job.to.Unix()))
				if err := w.Put(bMark, s.markKey(o.job.slo.SeriesName()), end); err != nil {
					return err
				}
			}
			if err := s.putEstimates(w, o); err != nil {
				return err
			}
			if err := s.putThin(w, o); err != nil {
				return err
			}
		}
		return w.Delete(bIntent, []byte(s.Name))
	})
}

// intend notes that something is about to be recorded that may be answered
// otherwise when it is asked for again.
func (s *source) intend(ctx context.Context, done []outcome) error {
	if !slices.ContainsFunc(done, func(o outcome) bool { return len(o.thin)+len(o.job.again) > 0 }) {
		return nil
	}
	return s.poller.opt.DB.Update(ctx, func(w kv.Writer) error { return w.Put(bIntent, []byte(s.Name), nil) })
}

// lookBack finds out, once a process, whether the one before died with an intent.
func (s *source) lookBack(ctx context.Context) error {
	if s.looked {
		return nil
	}
	err := s.poller.opt.DB.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(bIntent, []byte(s.Name))
		s.unsure = b != nil
		return err
	})
	s.looked = err == nil
	return err
}
