package promsli

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/postern/postern/portal/base/kv"
)

// increase() extrapolates to the ends of its window, so that its result is
// an estimate for buckets with resets or with series that appear. Such
// buckets are marked, and reports say that they are estimates.

const (
	secondsOfDay = 86400
	// estimateDays is how long estimates are remembered.
	estimateDays = 400
)

// estimates marks the buckets of one series and UTC day whose counts are
// results of increase() instead of samples.
type estimates struct {
	seconds int    // length of a bucket
	bits    []byte // one per bucket of the day
}

// newEstimates returns a day without estimates.
func newEstimates(bucket time.Duration) estimates {
	seconds := int(max(bucket, time.Second) / time.Second)
	return estimates{seconds, make([]byte, bitBytes(seconds))}
}

// bitBytes returns the number of bytes that have a bit for every bucket
// that starts in a day.
func bitBytes(seconds int) int { return ((secondsOfDay+seconds-1)/seconds + 7) / 8 }

// readEstimates is the inverse of bytes; ok is false if b is not a stored
// day.
func readEstimates(b []byte) (e estimates, ok bool) {
	seconds, n := binary.Uvarint(b)
	if n <= 0 || seconds == 0 || seconds > secondsOfDay || len(b)-n != bitBytes(int(seconds)) {
		return e, false
	}
	return estimates{int(seconds), append([]byte(nil), b[n:]...)}, true
}

// bytes returns the stored form.
func (e estimates) bytes() []byte {
	return append(binary.AppendUvarint(nil, uint64(e.seconds)), e.bits...)
}

// set marks the bucket that starts at an instant.
func (e estimates) set(at int64, on bool) {
	i := at % secondsOfDay / int64(e.seconds)
	if e.bits[i/8] &^= 1 << (i % 8); on {
		e.bits[i/8] |= 1 << (i % 8)
	}
}

// empty reports whether no bucket is marked.
func (e estimates) empty() bool {
	for _, b := range e.bits {
		if b != 0 {
			return false
		}
	}
	return true
}

// estimateKey returns the key of a series and a day.
func (s *source) estimateKey(series string, day int64) []byte {
	return binary.BigEndian.AppendUint32(append(s.progressKey(series), 0), uint32(day))
}

// putEstimates stores which of the queried buckets are estimates.
func (s *source) putEstimates(w kv.Writer, o rangeResult) error {
	series := o.job.slo.SeriesName()
	days := map[int64]estimates{}
	for at := range o.asked() {
		day := at / secondsOfDay
		e, open := days[day]
		if !open {
			row, err := w.Get(bEstimate, s.estimateKey(series, day))
			if err != nil {
				return err
			}
			var ok bool
			if e, ok = readEstimates(row); !ok || time.Duration(e.seconds)*time.Second != o.job.bucket {
				e = newEstimates(o.job.bucket)
			}
			days[day] = e
		}
		e.set(at, o.got.estimated[at])
	}
	for day, e := range days {
		if err := put(w, s.estimateKey(series, day), e); err != nil {
			return err
		}
	}
	return s.dropEstimates(w, series, o.job.to.Unix()/secondsOfDay-estimateDays)
}

// put stores a day, or deletes it if it is empty.
func put(w kv.Writer, key []byte, e estimates) error {
	if e.empty() {
		return w.Delete(bEstimate, key)
	}
	return w.Put(bEstimate, key, e.bytes())
}

// dropEstimates deletes the days before one.
func (s *source) dropEstimates(w kv.Writer, series string, before int64) error {
	for item, err := range w.Scan(bEstimate, s.estimateKey(series, 0), s.estimateKey(series, max(before, 0))) {
		if err != nil {
			return err
		}
		if err := w.Delete(bEstimate, item.Key); err != nil {
			return err
		}
	}
	return nil
}

// Estimated returns the starts of the buckets of a series in [from, to)
// whose counts are results of increase(), because there were too many
// samples to read.
func (p *Poller) Estimated(ctx context.Context, series string, from, to time.Time) (out []time.Time, err error) {
	err = p.opt.DB.View(ctx, func(r kv.Reader) error {
		for _, s := range p.sources {
			first, past := s.estimateKey(series, from.Unix()/secondsOfDay), s.estimateKey(series, to.Unix()/secondsOfDay+1)
			for item, err := range r.Scan(bEstimate, first, past) {
				if err != nil {
					return err
				}
				e, ok := readEstimates(item.Value)
				if !ok {
					continue
				}
				midnight := int64(binary.BigEndian.Uint32(item.Key[len(item.Key)-4:])) * secondsOfDay
				for i := range len(e.bits) * 8 {
					at := time.Unix(midnight+int64(i*e.seconds), 0).UTC()
					if e.bits[i/8]&(1<<(i%8)) != 0 && !at.Before(from) && at.Before(to) {
						out = append(out, at)
					}
				}
			}
		}
		return nil
	})
	return out, err
}
