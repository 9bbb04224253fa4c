package promsli

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/slo"
)

// A partially seen bucket is recorded at once with its coverage and queried
// again at fixed delays. Each different answer gets a higher revision, so
// that reports see late data as a revision.

// retryDelays returns how long after its end a partially seen bucket is
// queried again: remote writing may lag, a store may be down, rules may run
// late.
func retryDelays() []time.Duration {
	return []time.Duration{20 * time.Minute, 2 * time.Hour, 12 * time.Hour}
}

const (
	// retryGrid aligns retries, so that one request covers adjacent buckets.
	retryGrid = 15 * time.Minute
	// retryUntil is when a bucket is given up because its source never
	// answered.
	retryUntil = 3 * 24 * time.Hour
)

// partialBucket is a bucket that was seen partially or not at all, and is
// to be queried again.
type partialBucket struct {
	series, hash string
	last         slo.Bucket // as it was recorded; its Rev is 0 if it was not
	tries        int        // completed retries, and those that were due before the first query
	key          []byte     // under which it is stored
}

// due returns when the next retry is; false if there is none.
func (t partialBucket) due() (time.Time, bool) {
	after := retryDelays()
	if t.tries >= len(after) {
		return time.Time{}, false
	}
	return align(t.last.Start.Add(t.last.Len+after[t.tries]+retryGrid-1), retryGrid), true
}

// skipPast skips the retries whose time is over.
func (t partialBucket) skipPast(now time.Time) (partialBucket, bool) {
	for {
		at, ok := t.due()
		if !ok || at.After(now) {
			return t, ok
		}
		t.tries++
	}
}

const partialHead = 1 + 4 + 8 + 3*8

// partialKey returns the key, which sorts by source and by when the bucket
// is due.
func (s *source) partialKey(due, start time.Time, series string) []byte {
	b := append([]byte(s.Name), 0)
	b = binary.BigEndian.AppendUint64(b, uint64(due.Unix()))
	b = binary.BigEndian.AppendUint64(b, uint64(start.Unix()))
	return append(b, series...)
}

// bytes returns the stored form.
func (t partialBucket) bytes() []byte {
	b := binary.BigEndian.AppendUint32([]byte{byte(t.tries)}, uint32(t.last.Len/time.Second))
	b = binary.BigEndian.AppendUint64(b, uint64(t.last.Rev))
	for _, f := range []float64{t.last.Good, t.last.Total, t.last.Coverage} {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(f))
	}
	return append(b, t.hash...)
}

// readPartial is the inverse of partialKey and bytes; ok is false for other
// data.
func (s *source) readPartial(key, b []byte) (t partialBucket, ok bool) {
	prefix := len(s.Name) + 1
	if len(key) < prefix+16 || len(b) < partialHead {
		return t, false
	}
	float := func(at int) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b[at:])) }
	return partialBucket{
		series: string(key[prefix+16:]), hash: string(b[partialHead:]), tries: int(b[0]), key: slices.Clone(key),
		last: slo.Bucket{
			Start: time.Unix(int64(binary.BigEndian.Uint64(key[prefix+8:])), 0).
				UTC(),
			Len:      time.Duration(binary.BigEndian.Uint32(b[1:])) * time.Second,
			Rev:      int64(binary.BigEndian.Uint64(b[5:])),
			Good:     float(13),
			Total:    float(21),
			Coverage: float(29),
		},
	}, true
}

// answered returns the bucket after another answer; changed reports whether
// to record it, with a higher revision. An answer that covers less is
// ignored. uncertain: the next revision may have been used by a process
// that died, for an answer that was not stored.
func (t partialBucket) answered(b slo.Bucket, there, uncertain bool) (next partialBucket, changed bool) {
	if uncertain {
		t.last.Rev++
	}
	same := b.Good == t.last.Good && b.Total == t.last.Total && b.Coverage == t.last.Coverage
	if !there || b.Coverage < t.last.Coverage || same && !uncertain {
		return t, false
	}
	b.Rev = t.last.Rev + 1
	t.last = b
	return t, true
}

// putPartial replaces the buckets of a range that are to be queried again.
func (s *source) putPartial(w kv.Writer, o rangeResult) error {
	for _, t := range o.job.retried {
		if err := w.Delete(bPartial, t.key); err != nil {
			return err
		}
	}
	for _, t := range o.partialBucket {
		due, _ := t.due() // it has one, or it would not be here
		if err := w.Put(bPartial, s.partialKey(due, t.last.Start, t.series), t.bytes()); err != nil {
			return err
		}
	}
	return nil
}
