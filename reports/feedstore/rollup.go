package feedstore

import (
	"bytes"
	"context"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// dayTask is what is done with old days of buckets.
type dayTask struct {
	due func(row []byte) bool // reports whether there is something to do
	do  func(w kv.Writer, key []byte) error
}

// oldDays runs a task for every day of buckets that ended before an
// instant. Days are ordered by SLO, so a read transaction finds the old
// ones, and short commits change them. Nothing is written if no task is
// due.
func (l *Store) oldDays(ctx context.Context, before time.Time, old dayTask) error {
	var keys [][]byte
	err := l.opt.DB.View(ctx, func(r kv.Reader) error {
		for item, err := range r.Scan(bBucket, nil, nil) {
			if err != nil {
				return err
			}
			if at, ok := dayInKey(item.Key); ok && at.Add(day).Before(before) && old.due(item.Value) {
				keys = append(keys, bytes.Clone(item.Key))
			}
		}
		return nil
	})
	for err == nil && len(keys) > 0 {
		n := min(len(keys), retentionStep)
		err = l.opt.DB.Update(ctx, func(w kv.Writer) error {
			for _, key := range keys[:n] {
				if err := old.do(w, key); err != nil {
					return err
				}
			}
			return nil
		})
		keys = keys[n:]
	}
	return fault.Wrap(fault.KindOf(err), "feedstore.ApplyRetention", "", err)
}

// dayInKey returns the day in a bucketKey of an unknown SLO. kv.Join leaves
// no 0x00 in a name, so the first one ends it.
func dayInKey(key []byte) (time.Time, bool) {
	i := bytes.IndexByte(key, sep)
	if i < 0 || len(key) < i+1+dayBytes {
		return time.Time{}, false
	}
	return dayOf(key[i+1 : i+1+dayBytes]), true
}

// deleting returns the task that deletes days.
func deleting() dayTask {
	return dayTask{
		due: func([]byte) bool { return true },
		do:  func(w kv.Writer, key []byte) error { return w.Delete(bBucket, key) },
	}
}

// rollingUp turns days into buckets of an hour: counts are added, the
// coverage is that of the whole hour, the revision is the highest.
func rollingUp() dayTask { return dayTask{due: isFine, do: rollUp} }

// isFine reports whether a packed day has buckets shorter than an hour, or
// cannot be read; rollUp then returns the error.
func isFine(row []byte) bool {
	h, _, ok := readHead(row)
	step := time.Duration(h.length) * time.Second
	return !ok || step < rolledUp && rolledUp%step == 0
}

// rollUp replaces a stored day by its hours. The row is read again, because the day may
// have changed since it was found.
func rollUp(w kv.Writer, key []byte) error {
	row, err := w.Get(bBucket, key)
	if err != nil || row == nil || !isFine(row) {
		return err
	}
	d, err := unpackDay(row)
	if err != nil {
		return err
	}
	return w.Put(bBucket, key, d.rollUp(int(rolledUp/(time.Duration(d.length)*time.Second))).bytes())
}

// rollUp merges every n buckets into one. Invalid counts stay invalid: a
// sum with NaN is NaN.
func (d *dayPoints) rollUp(n int) *dayPoints {
	out := newDay(time.Duration(d.length*n) * time.Second)
	for i, p := range d.points {
		if !p.there {
			continue
		}
		sum := &out.points[i/n]
		sum.good += p.good
		sum.total += p.total
		sum.coverage += p.coverage / float64(n)
		sum.rev = max(sum.rev, p.rev)
		sum.there = true
	}
	for i := range out.points {
		if c := out.points[i].coverage; c > 1-1e-9 && c < 1+1e-9 {
			out.points[i].coverage = 1 // twelve times 1/12 is not always 1
		}
	}
	return out
}
