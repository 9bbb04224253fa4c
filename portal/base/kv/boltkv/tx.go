package boltkv

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// tx is one transaction, as kv.Reader and, when it is bbolt's writable one, as
// kv.Writer.
type tx struct {
	db     *DB
	bolt   *bolt.Tx
	writes int       // puts and deletes so far; a scan compares it to detect a stale cursor
	logged bool      // a change entry was appended
	over   bool      // committed or rolled back
	kept   []keptRow // unreadable rows that were replaced
}

var _ kv.Writer = (*tx)(nil)

// end rolls back a transaction that was not committed; calling it again does nothing. A
// rollback that fails leaves bbolt's locks held, so no further write can begin.
func (t *tx) end() {
	if t.over {
		return
	}
	t.over = true
	if err := guard("boltkv.rollback", t.bolt.Rollback); err != nil {
		t.db.broken.Store(true)
		t.db.stuck.Store(true)
		t.db.log.Error("the database failed to undo a transaction", "path", t.db.path, "err", err)
	}
}

// commit makes the writes durable. When bbolt returns an error it has rolled back;
// after a panic end does.
func (t *tx) commit() error {
	err := guard("boltkv.commit", func() error {
		err := t.bolt.Commit()
		t.over = true
		return err
	})
	return err
}

// bucket finds a bucket of an owner and calls f with it, guarded. A bucket that no
// schema names is fault.Internal, also those of kv: owners cannot reach kv.meta or the
// change log.
func (t *tx) bucket(op, name string, f func(*bolt.Bucket) error) error {
	if !t.db.buckets[name] {
		return fault.Newf(fault.Internal, op, "no schema names the bucket %q", name)
	}
	return t.anyBucket(op, name, f)
}

// anyBucket is bucket for the buckets of kv, too. The bucket is searched for in each
// call; only a write transaction of bbolt caches it.
func (t *tx) anyBucket(op, name string, f func(*bolt.Bucket) error) error {
	if t.over {
		return fault.New(fault.Internal, op, "the transaction is over")
	}
	return t.guarded(op, func() error {
		b := t.bolt.Bucket([]byte(name))
		if b == nil {
			return fault.Newf(fault.Internal, op, "the bucket %q is missing from the database file", name)
		}
		return f(b)
	})
}

// guarded is guard that records a damaged page.
func (t *tx) guarded(op string, f func() error) error {
	err := guard(op, f)
	if isDamage(err) {
		t.db.structure.Store(true)
	}
	return err
}

// Get implements kv.Reader. The value is a slice of the memory map: writing to it
// faults, and after the transaction it may be other data.
func (t *tx) Get(bucket string, key []byte) (value []byte, err error) {
	const op = "boltkv.Get"
	err = t.bucket(op, bucket, func(b *bolt.Bucket) error {
		sealed := b.Get(key)
		if sealed == nil {
			return nil
		}
		v, ok := t.db.sums.open(bucket, key, sealed)
		if !ok {
			return t.badRow(op, bucket, key)
		}
		value = v
		return nil
	})
	return value, err
}

// Seq implements kv.Reader. The number is the bucket's sequence, which a Trim does not
// change.
func (t *tx) Seq() (s kv.Seq, err error) {
	err = t.anyBucket("boltkv.Seq", kv.ChangesBucket, func(b *bolt.Bucket) error {
		s = kv.Seq(b.Sequence())
		return nil
	})
	return s, err
}

// Put implements kv.Writer. bbolt keeps the value's memory until the commit;
// sealing copies it.
func (t *tx) Put(bucket string, key, value []byte) error {
	if err := kv.CheckPut(bucket, key, value); err != nil {
		return err
	}
	return t.bucket("boltkv.Put", bucket, func(b *bolt.Bucket) error {
		t.writes++
		if err := t.keepBad(bucket, b, key); err != nil {
			return err
		}
		return b.Put(key, t.db.sums.seal(bucket, key, value))
	})
}

// Delete implements kv.Writer. An unreadable row is copied to kv.kept first. Deleting
// an absent key counts as a write, after which a scan only seeks its position again.
func (t *tx) Delete(bucket string, key []byte) error {
	return t.bucket("boltkv.Delete", bucket, func(b *bolt.Bucket) error {
		t.writes++
		if err := t.keepBad(bucket, b, key); err != nil {
			return err
		}
		return b.Delete(key)
	})
}

// Swap implements kv.Writer. A current value that cannot be read is an error, not a
// difference. CheckPut refuses an empty key and a value that is too large even if the
// values differ, so that a caller's mistake does not depend on the data.
func (t *tx) Swap(bucket string, key, old, new []byte) (bool, error) {
	if err := kv.CheckPut(bucket, key, new); err != nil {
		return false, err
	}
	present, err := t.Get(bucket, key)
	if err != nil || (present == nil) != (old == nil) || !bytes.Equal(present, old) {
		return false, err
	}
	if new == nil {
		return true, t.Delete(bucket, key)
	}
	return true, t.Put(bucket, key, new)
}

// Log implements kv.Writer. The entry has a checksum like any row.
func (t *tx) Log(topic string, key []byte) (s kv.Seq, err error) {
	if err := kv.CheckTopic(topic); err != nil {
		return 0, err
	}
	err = t.anyBucket("boltkv.Log", kv.ChangesBucket, func(b *bolt.Bucket) error {
		n, err := b.NextSequence()
		if err != nil {
			return err
		}
		s = kv.Seq(n)
		entry := append(append([]byte(topic), 0), key...)
		return b.Put(s.Bytes(), t.db.sums.seal(kv.ChangesBucket, s.Bytes(), entry))
	})
	t.logged = t.logged || err == nil
	return s, err
}
