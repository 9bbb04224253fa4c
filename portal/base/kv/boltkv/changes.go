package boltkv

import (
	"bytes"
	"context"
	"sync"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// trimBatch is how many entries one transaction of Trim removes, so that a long log
// does not delay a push: some 10 ms of work.
const trimBatch = 10_000

// Changes implements kv.DB. A limit below 1 is fault.Invalid. An entry that cannot be
// read is fault.Gone, as a trimmed one is, and is counted in Damage. No entries after
// the number are an empty slice.
func (db *DB) Changes(ctx context.Context, after kv.Seq, limit int) (changes []kv.Change, err error) {
	const op = "boltkv.Changes"
	if limit < 1 {
		return nil, fault.Newf(fault.Invalid, op, "a limit of %d changes; it must be 1 or more", limit)
	}
	err = db.readLog(ctx, op, func(b *bolt.Bucket) error {
		changes = nil
		// A number beyond the end comes from a follower of a database that was restored
		// since.
		if after > kv.Seq(b.Sequence()) || after < trimmed(b) {
			return lost(op)
		}
		c := b.Cursor()
		for k, v := c.Seek((after + 1).Bytes()); k != nil && len(changes) < limit; k, v = c.Next() {
			change, ok := db.decodeChange(k, v)
			if !ok { // followers hold derived data and read everything again
				db.bad.add(kv.Row{Bucket: kv.ChangesBucket, Key: k}, errSeal)
				return lost(op)
			}
			changes = append(changes, change)
		}
		return nil
	})
	return changes, err
}

// Wait implements kv.DB. It does not poll: every commit that logs a change rings the
// bell. It holds no transaction while it waits, since an open one keeps bbolt from
// reusing pages.
func (db *DB) Wait(ctx context.Context, after kv.Seq) error {
	const op = "boltkv.Wait"
	for {
		rung := db.bell.next() // before reading the log, so that no change is missed
		var last kv.Seq
		err := db.readLog(ctx, op, func(b *bolt.Bucket) error {
			last = kv.Seq(b.Sequence())
			return nil
		})
		switch {
		case err != nil:
			return err
		case last > after:
			return nil
		case last < after:
			return lost(op)
		}
		select {
		case <-rung:
		case <-ctx.Done():
			return ended(op, ctx)
		case <-db.closing:
			return closed(op)
		}
	}
}

// Trim implements kv.DB. It removes entries in several transactions, so that writers
// can run in between; after an error a part of them is removed.
func (db *DB) Trim(ctx context.Context, upTo kv.Seq) error {
	for more := true; more; {
		err := db.Update(ctx, func(w kv.Writer) (err error) {
			more, err = w.(*tx).trim(upTo)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// trim removes one batch and reports whether there may be more. Keys are collected
// first, because bbolt's cursor skips an entry after a delete. The keys are in the
// memory map; nothing is written to it before the commit.
func (t *tx) trim(upTo kv.Seq) (more bool, err error) {
	err = t.anyBucket("boltkv.Trim", kv.ChangesBucket, func(b *bolt.Bucket) error {
		var keys [][]byte
		c := b.Cursor()
		for k, _ := c.First(); k != nil && bytes.Compare(k, upTo.Bytes()) <= 0 && len(keys) < trimBatch; k, _ = c.Next() {
			keys = append(keys, k)
		}
		for _, k := range keys {
			if err := b.Delete(k); err != nil {
				return err
			}
		}
		more = len(keys) == trimBatch
		return nil
	})
	return more, err
}

// readLog calls f with the change log of one state. It is for reading only; f runs
// guarded and must not retain keys or values.
func (db *DB) readLog(ctx context.Context, op string, f func(*bolt.Bucket) error) error {
	t, err := db.begin(ctx, op, false)
	if err != nil {
		return err
	}
	defer t.end()
	return t.anyBucket(op, kv.ChangesBucket, f)
}

// trimmed returns the number of the last entry that was removed, 0 when none was. When
// all were removed it is the bucket's sequence, which bbolt stores apart from the rows.
func trimmed(b *bolt.Bucket) kv.Seq {
	k, _ := b.Cursor().First()
	if first, ok := kv.SeqOf(k); ok {
		return first - 1
	}
	return kv.Seq(b.Sequence())
}

// lost is the error of a follower whose number the log does not contain. Both cases are
// one error, because the follower does the same.
func lost(op string) error {
	return fault.New(fault.Gone, op, "the change log does not contain this number any more, or not yet: read everything again")
}

// decodeChange returns a stored entry; false when its checksum or form is wrong. An
// entry is the topic, 0x00 and the key; a topic contains no 0x00 (kv.CheckTopic), a key
// may.
func (db *DB) decodeChange(k, sealed []byte) (kv.Change, bool) {
	seq, ok := kv.SeqOf(k)
	v, whole := db.sums.open(kv.ChangesBucket, k, sealed)
	topic, key, found := bytes.Cut(v, []byte{0})
	return kv.Change{Seq: seq, Topic: string(topic), Key: bytes.Clone(key)}, ok && whole && found
}

// bell wakes every waiter without polling: ring closes the channel that next returned.
// A sync.Cond could not be waited for together with a context. The zero value is ready.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

// next returns the channel that the next ring closes.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

// ring wakes all who wait; without any it does nothing.
func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
