package boltkv

import (
	"bytes"
	"iter"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// Scan implements kv.Reader.
func (t *tx) Scan(bucket string, from, to []byte) iter.Seq2[kv.Item, error] {
	return t.walk(bucket, walker{
		first: func(c *bolt.Cursor) ([]byte, []byte) {
			if from == nil {
				return c.First()
			}
			return c.Seek(from)
		},
		next: (*bolt.Cursor).Next,
		after: func(c *bolt.Cursor, key []byte) ([]byte, []byte) {
			k, v := c.Seek(key)
			if bytes.Equal(k, key) {
				return c.Next()
			}
			return k, v
		},
		inside: func(k []byte) bool { return to == nil || bytes.Compare(k, to) < 0 },
	})
}

// ScanBack implements kv.Reader.
func (t *tx) ScanBack(bucket string, from, to []byte) iter.Seq2[kv.Item, error] {
	before := func(c *bolt.Cursor, key []byte) ([]byte, []byte) {
		if k, _ := c.Seek(key); k == nil {
			return c.Last()
		}
		return c.Prev()
	}
	return t.walk(bucket, walker{
		first: func(c *bolt.Cursor) ([]byte, []byte) {
			if to == nil {
				return c.Last()
			}
			return before(c, to)
		},
		next:   (*bolt.Cursor).Prev,
		after:  before,
		inside: func(k []byte) bool { return bytes.Compare(k, from) >= 0 },
	})
}

// walker is one direction of a scan.
type walker struct {
	first  func(*bolt.Cursor) (k, v []byte)
	next   func(*bolt.Cursor) (k, v []byte)
	after  func(c *bolt.Cursor, key []byte) (k, v []byte) // next, by a stale cursor
	inside func(k []byte) bool
}

// step is bucket for a cursor that knows its bucket already: finding it again
// would cost more than the step.
func (t *tx) step(op string, f func() error) error {
	if t.over {
		return fault.New(fault.Internal, op, "the transaction is over")
	}
	return guard(op, f)
}

// walk yields outside of guard, so that a panic in the loop body stays one. A
// write in the loop body invalidates bbolt's cursor; it is placed anew then.
func (t *tx) walk(bucket string, w walker) iter.Seq2[kv.Item, error] {
	const op = "boltkv.Scan"
	return func(yield func(kv.Item, error) bool) {
		var c *bolt.Cursor
		var it kv.Item
		err := t.bucket(op, bucket, func(b *bolt.Bucket) error {
			c = b.Cursor()
			it.Key, it.Value = w.first(c)
			return nil
		})
		for err == nil && it.Key != nil && w.inside(it.Key) {
			writes := t.writes
			if !yield(it, nil) {
				return
			}
			err = t.step(op, func() error {
				if writes == t.writes {
					it.Key, it.Value = w.next(c)
				} else {
					it.Key, it.Value = w.after(c, it.Key)
				}
				return nil
			})
		}
		if err != nil {
			yield(kv.Item{}, err)
		}
	}
}
