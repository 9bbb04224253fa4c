package poll

import (
	"context"
	"encoding/binary"
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

func (s *source) setMarks(ctx context.Context, done []job) error {
	return s.poller.opt.DB.Update(ctx, func(w kv.Writer) error {
		for _, j := range done {
			end := binary.BigEndian.AppendUint64(nil, uint64(j.to.Unix()))
			if err := w.Put(bMark, s.markKey(j.slo.SeriesName()), end); err != nil {
				return err
			}
		}
		return nil
	})
}
