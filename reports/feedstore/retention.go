package feedstore

import (
	"bytes"
	"context"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// Data is deleted in small commits, so that feeds never wait long. What is
// ordered by time is found at once; buckets are ordered by SLO and are
// therefore searched by a read transaction (rollup.go).

// Retention is how long data is retained; 0 is without end.
type Retention struct {
	Raw     time.Duration // raw bodies, and dead letters that were not dismissed
	Facts   time.Duration // incidents, alerts, changes, drills, statements, from the end of their span
	Fine    time.Duration // buckets at their full resolution; older ones are rolled up to an hour
	Buckets time.Duration // rolled-up buckets
}

// longest returns how long any data about a day is retained; 0 is without
// end.
func (k Retention) longest() time.Duration {
	if k.Facts <= 0 || k.Buckets <= 0 {
		return 0
	}
	return max(k.Facts, k.Buckets)
}

const (
	// retentionStep bounds the rows of one commit.
	retentionStep = 500
	// retentionEvery is the pause between two runs: retention is measured in
	// days.
	retentionEvery = time.Hour
	// rolledUp is the length of a rolled-up bucket.
	rolledUp = time.Hour
)

// ApplyRetention deletes and rolls up old data in short commits. Calls
// within an hour of the last run return at once.
func (l *Store) ApplyRetention(ctx context.Context) error {
	now, keep := l.opt.Now(), l.opt.Retention
	l.retentionMu.Lock()
	defer l.retentionMu.Unlock()
	if now.Sub(l.lastRetention) < retentionEvery && !now.Before(l.lastRetention) {
		return nil
	}
	if err := l.forget(ctx, now, keep); err != nil {
		return err
	}
	if keep.Buckets > 0 {
		if err := l.oldDays(ctx, now.Add(-keep.Buckets), deleting()); err != nil {
			return err
		}
	}
	if keep.Fine > 0 {
		if err := l.oldDays(ctx, now.Add(-keep.Fine), rollingUp()); err != nil {
			return err
		}
	}
	l.lastRetention = now
	return nil
}

// forget deletes the data that is stored in order of time, so that the old
// data is found at once.
func (l *Store) forget(ctx context.Context, now time.Time, keep Retention) error {
	steps := []struct {
		keep time.Duration
		do   func(w kv.Writer, before time.Time) (more bool, err error)
	}{
		{
			keep.Raw,
			forgetRaw,
		},
		{keep.Raw, forgetDeadLetters},
		{keep.Facts, forgetFacts},
		{keep.Facts, forgetDaily},
		{keep.longest(), forgetTouched},
		{keepBudgets, forgetBudgets},
	}
	for _, s := range steps {
		if s.keep <= 0 {
			continue
		}
		for more := true; more; {
			err := l.opt.DB.Update(ctx, func(w kv.Writer) (err error) {
				more, err = s.do(w, now.Add(-s.keep))
				return err
			})
			if err != nil {
				return fault.Wrap(fault.KindOf(err), "feedstore.ApplyRetention", "", err)
			}
		}
	}
	return nil
}

// forgetRange deletes up to retentionStep rows of a bucket that are before
// past, and calls also with each key. more reports whether there are more.
func forgetRange(w kv.Writer, bucket string, past []byte, also func(key []byte) error) (more bool, err error) {
	n := 0
	for item, err := range w.Scan(bucket, nil, past) {
		if err != nil {
			return false, err
		}
		if n++; n > retentionStep {
			return true, nil
		}
		key := bytes.Clone(item.Key)
		if err := w.Delete(bucket, key); err != nil {
			return false, err
		}
		if also == nil {
			continue
		}
		if err := also(key); err != nil {
			return false, err
		}
	}
	return false, nil
}

// forgetRaw deletes raw bodies that were received before an instant.
func forgetRaw(w kv.Writer, before time.Time) (bool, error) {
	return forgetRange(w, bRaw, kv.TimeKey(before), nil)
}

// forgetDeadLetters deletes dead letters and their bodies. A body goes with its last
// dead letter, so that others of the same body can still be retried.
func forgetDeadLetters(w kv.Writer, before time.Time) (bool, error) {
	return forgetRange(w, bLetter, kv.TimeKey(before), func(key []byte) error { return forgetBody(w, key) })
}

// forgetDaily deletes daily counters of sources.
func forgetDaily(w kv.Writer, before time.Time) (bool, error) {
	return forgetRange(w, bDaily, appendDay(nil, before), nil)
}

// forgetTouched deletes the change numbers of days without retained data.
// The rows are few and are ordered by kind.
func forgetTouched(w kv.Writer, before time.Time) (more bool, err error) {
	n := 0
	for item, err := range w.Scan(bTouched, nil, nil) {
		if err != nil {
			return false, err
		}
		at, ok := dayInKey(item.Key)
		if !ok || !at.Add(day).Before(before) {
			continue
		}
		if n++; n > retentionStep {
			return true, nil
		}
		if err := w.Delete(bTouched, bytes.Clone(item.Key)); err != nil {
			return false, err
		}
	}
	return false, nil
}

// forgetFacts deletes entities whose span has ended, and open ones without
// a recent fact.
func forgetFacts(w kv.Writer, before time.Time) (bool, error) {
	for _, kind := range []feed.Kind{feed.Incident, feed.Alert, feed.Change, feed.Drill, feed.SQL, feed.Ticket} {
		more, err := forgetKind(w, kind, before)
		if err != nil || more {
			return more, err
		}
	}
	return false, nil
}

// forgetKind deletes old entities of one kind: those whose end is before the instant,
// and of the open ones, which sort last, those without a fact since.
func forgetKind(w kv.Writer, kind feed.Kind, before time.Time) (more bool, err error) {
	prefix := append([]byte(kind), sep)
	from, past := kv.Prefix(prefix)
	ended := append(bytes.Clone(prefix), kv.TimeKey(before)...)
	stillOpen := append(bytes.Clone(prefix), kv.TimeKey(open())...)
	for _, r := range [][2][]byte{{from, ended}, {stillOpen, past}} {
		if more, err := forgetEnds(w, kind, r, before); err != nil || more {
			return more, err
		}
	}
	return false, nil
}

// forgetEnds deletes the old entities of a range of ledger.ends.
func forgetEnds(w kv.Writer, kind feed.Kind, ends [2][]byte, before time.Time) (more bool, err error) {
	n := 0
	for item, err := range w.Scan(bEnds, ends[0], ends[1]) {
		if err != nil {
			return false, err
		}
		key := bytes.Clone(item.Key)
		gone, err := forgetEntity(w, entityOf(kind, key), key, before)
		if err != nil {
			return false, err
		}
		if gone {
			n++
		}
		if n == retentionStep {
			return true, nil
		}
	}
	return false, nil
}

// forgetEntity deletes an entity if its newest fact is older than before.
func forgetEntity(w kv.Writer, entity, end []byte, before time.Time) (gone bool, err error) {
	row, err := w.Get(bEntity, entity)
	if err != nil {
		if kv.Unreadable(err) {
			err = nil // it stays, and `postern check` names it
		}
		return false, err
	}
	s, err := readSpan(row)
	if err != nil || !s.last.Before(before) {
		return false, err
	}
	from, to := kv.Prefix(append(bytes.Clone(entity), sep))
	for item, err := range w.Scan(bFact, from, to) {
		if err != nil {
			return false, err
		}
		if err := w.Delete(bFact, bytes.Clone(item.Key)); err != nil {
			return false, err
		}
	}
	if err := w.Delete(bEntity, entity); err != nil {
		return false, err
	}
	if isOpen(feed.Kind(entity[:bytes.IndexByte(entity, sep)]), end) {
		if err := recount(w, entity); err != nil {
			return false, err
		}
	}
	return true, w.Delete(bEnds, end)
}
