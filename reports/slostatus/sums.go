package slostatus

import (
	"context"
	"sync"
	"time"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/tally"
)

// sumKey identifies the sums of one definition of an SLO over one series. The hash is in
// the key, because another definition counts the same buckets in another way.
type sumKey struct{ series, hash string }

// daySums has the sums of finished days.
type daySums struct {
	mu    sync.Mutex
	seq   uint64 // of the feed store, up to which writes are known
	byKey map[sumKey]map[int64]slo.Sum
}

// follow drops the days that have new data since the last call. The first call drops
// nothing, as nothing is in memory.
func (d *daySums) follow(ctx context.Context, l Ledger) error {
	seq, err := l.Seq(ctx)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if seq == d.seq {
		return nil
	}
	touched, err := l.TouchedDays(ctx, d.seq)
	if err != nil {
		return err
	}
	for _, t := range touched {
		n := dayNumber(t)
		for _, days := range d.byKey {
			delete(days, n)
		}
	}
	d.seq = seq
	return nil
}

// keep drops the sums of definitions that do not exist any more.
func (d *daySums) keep(known map[sumKey]bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k := range d.byKey {
		if !known[k] {
			delete(d.byKey, k)
		}
	}
}

// get returns the sum of a day if it is known.
func (d *daySums) get(k sumKey, n int64) (slo.Sum, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.byKey[k][n]
	return s, ok
}

// maxKeptDays bounds the days of one series in memory: readers may request any span.
// Beyond it, the days of the series are dropped all at once, which is simple and rare.
const maxKeptDays = 1000

// put adds the sum of a day, unless there is new data since it was read. Otherwise a sum
// from before a write would remain after follow has dropped its day.
func (d *daySums) put(k sumKey, n int64, s slo.Sum, seq uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if seq != d.seq {
		return
	}
	if d.byKey[k] == nil || len(d.byKey[k]) == maxKeptDays {
		d.byKey[k] = map[int64]slo.Sum{}
	}
	d.byKey[k][n] = s
}

// at returns the Seq up to which writes are known.
func (d *daySums) at() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seq
}

// dayNumber returns the number of UTC days since 1970. Times before 1970 are not
// expected.
func dayNumber(t time.Time) int64 { return t.Unix() / int64(day/time.Second) }

// midnight returns the beginning of a UTC day by its number.
func midnight(n int64) time.Time { return time.Unix(n*int64(day/time.Second), 0).UTC() }

// span is a range of time.
type span struct{ from, to time.Time }

// whole reports whether the span contains a whole day.
func (s span) whole(n int64) bool { return !midnight(n).Before(s.from) && !midnight(n+1).After(s.to) }

// sum returns the sum of the buckets of an SLO that begin in a span. Days in memory are
// added; adjoining days that are not are read in one request, the gap. Its ends may be
// parts of a day, which are never stored.
func (b *Board) sum(ctx context.Context, x slo.SLO, s span) (slo.Sum, error) {
	if !s.from.Before(s.to) {
		return slo.Sum{}, nil
	}
	// Slices that cross midnight cannot be added by day.
	if x.SliceLen > 0 && day%x.SliceLen != 0 {
		buckets, err := b.opt.Ledger.Buckets(ctx, x.SeriesName(), s.from, s.to)
		return slo.SumOf(x, buckets, s.from, s.to), err
	}
	var total slo.Sum
	key := sumKey{x.SeriesName(), x.Hash}
	gap := span{}
	flush := func() error {
		part, err := b.read(ctx, x, gap)
		total, gap = total.Add(part), span{}
		return err
	}
	for n := dayNumber(s.from); midnight(n).Before(s.to); n++ {
		if kept, ok := b.sums.get(key, n); ok && s.whole(n) {
			if err := flush(); err != nil {
				return total, err
			}
			total = total.Add(kept)
			continue
		}
		if gap.from.IsZero() {
			gap.from = tally.Later(midnight(n), s.from)
		}
		gap.to = tally.Earlier(midnight(n+1), s.to)
	}
	return total, flush()
}

// read returns the sum of a gap from the feed store, and keeps that of its whole days.
// seq is read before the buckets, so that put rejects a sum that a later write may have
// changed.
func (b *Board) read(ctx context.Context, x slo.SLO, gap span) (total slo.Sum, err error) {
	if gap.from.IsZero() {
		return total, nil
	}
	seq := b.sums.at()
	buckets, err := b.opt.Ledger.Buckets(ctx, x.SeriesName(), gap.from, gap.to)
	if err != nil {
		return total, err
	}
	for n := dayNumber(gap.from); midnight(n).Before(gap.to); n++ {
		part := slo.SumOf(x, buckets, tally.Later(midnight(n), gap.from), tally.Earlier(midnight(n+1), gap.to))
		if gap.whole(n) {
			b.sums.put(sumKey{x.SeriesName(), x.Hash}, n, part, seq)
		}
		total = total.Add(part)
	}
	return total, nil
}
