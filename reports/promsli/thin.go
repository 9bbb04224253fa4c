package promsli

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/slo"
)

// againAfter is when a bucket that was not wholly seen is asked for again, after
// its end: remote writing that lags, a store that was down, rules that ran late.
func againAfter() []time.Duration {
	return []time.Duration{20 * time.Minute, 2 * time.Hour, 12 * time.Hour}
}

const (
	// againEvery lets neighbouring buckets be asked for in one go.
	againEvery = 15 * time.Minute
	// againEnds is when a bucket is given up whose source was never there to answer.
	againEnds = 3 * 24 * time.Hour
)

// thin is a bucket that was not wholly seen, and is to be asked for again.
type thin struct {
	series, hash string
	last         slo.Bucket // as it was recorded; its Rev is 0 when nothing of it was
	tries        int        // that are behind it, or were due before it was first asked for
	key          []byte     // under which it is stored
}

// due is when the next try is; false: there is none any more.
func (t thin) due() (time.Time, bool) {
	after := againAfter()
	if t.tries >= len(after) {
		return time.Time{}, false
	}
	return align(t.last.Start.Add(t.last.Len+after[t.tries]+againEvery-1), againEvery), true
}

// ahead passes over the tries whose time is past.
func (t thin) ahead(now time.Time) (thin, bool) {
	for {
		at, ok := t.due()
		if !ok || at.After(now) {
			return t, ok
		}
		t.tries++
	}
}

const thinHead = 1 + 4 + 8 + 3*8

// thinKey sorts by source and by when the bucket is due.
func (s *source) thinKey(due, start time.Time, series string) []byte {
	b := append([]byte(s.Name), 0)
	b = binary.BigEndian.AppendUint64(b, uint64(due.Unix()))
	b = binary.BigEndian.AppendUint64(b, uint64(start.Unix()))
	return append(b, series...)
}

func (t thin) bytes() []byte {
	b := binary.BigEndian.AppendUint32([]byte{byte(t.tries)}, uint32(t.last.Len/time.Second))
	b = binary.BigEndian.AppendUint64(b, uint64(t.last.Rev))
	for _, f := range []float64{t.last.Good, t.last.Total, t.last.Coverage} {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(f))
	}
	return append(b, t.hash...)
}

// readThin reads a stored bucket; ok is false for anything else.
func (s *source) readThin(key, b []byte) (t thin, ok bool) {
	prefix := len(s.Name) + 1
	if len(key) < prefix+16 || len(b) < thinHead {
		return t, false
	}
	float := func(at int) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b[at:])) }
	return thin{
		series: string(key[prefix+16:]), hash: string(b[thinHead:]), tries: int(b[0]), key: slices.Clone(key),
		last: slo.Bucket{
			Start: time.Unix(int64(binary.BigEndian.Uint64(key[prefix+8:])), 0).UTC(), Len: time.Duration(binary.BigEndian.Uint32(b[1:])) * time.Second,
			Rev: int64(binary.BigEndian.Uint64(b[5:])), Good: float(13), Total: float(21), Coverage: float(29),
		},
	}, true
}

// heard takes another answer about a bucket; changed tells whether it is to be
// recorded, with a higher revision. An answer that saw less is passed over.
// unsure: the next revision may have been taken by a process that died, for an
// answer that nobody remembers.
func (t thin) heard(b slo.Bucket, there, unsure bool) (next thin, changed bool) {
	if unsure {
		t.last.Rev++
	}
	same := b.Good == t.last.Good && b.Total == t.last.Total && b.Coverage == t.last.Coverage
	if !there || b.Coverage < t.last.Coverage || same && !unsure {
		return t, false
	}
	b.Rev = t.last.Rev + 1
	t.last = b
	return t, true
}

// putThin stores what is to be asked for again in place of what was.
func (s *source) putThin(w kv.Writer, o outcome) error {
	for _, t := range o.job.again {
		if err := w.Delete(bThin, t.key); err != nil {
			return err
		}
	}
	for _, t := range o.thin {
		due, _ := t.due() // it has one, or it would not be here
		if err := w.Put(bThin, s.thinKey(due, t.last.Start, t.series), t.bytes()); err != nil {
			return err
		}
	}
	return nil
}
