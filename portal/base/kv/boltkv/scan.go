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
	return t.walk(bucket, forward(from, to), false)
}

// ScanBack implements kv.Reader.
func (t *tx) ScanBack(bucket string, from, to []byte) iter.Seq2[kv.Item, error] {
	return t.walk(bucket, backward(from, to), false)
}

func forward(from, to []byte) walker {
	return walker{
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
	}
}

func backward(from, to []byte) walker {
	before := func(c *bolt.Cursor, key []byte) ([]byte, []byte) {
		if k, _ := c.Seek(key); k == nil {
			return c.Last()
		}
		return c.Prev()
	}
	return walker{
		first: func(c *bolt.Cursor) ([]byte, []byte) {
			if to == nil {
				return c.Last()
			}
			return before(c, to)
		},
		next:   (*bolt.Cursor).Prev,
		after:  before,
		inside: func(k []byte) bool { return bytes.Compare(k, from) >= 0 },
	}
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
	return t.guarded(op, f)
}

// walk yields outside of guard, so that a panic in the loop body stays one. A
// write in the loop body invalidates bbolt's cursor; it is placed anew then.
func (t *tx) walk(bucket string, w walker, strict bool) iter.Seq2[kv.Item, error] {
	const op = "boltkv.Scan"
	return func(yield func(kv.Item, error) bool) {
		var c *bolt.Cursor
		var it kv.Item
		err := t.bucket(op, bucket, func(b *bolt.Bucket) (err error) {
			c = b.Cursor()
			k, sealed := w.first(c)
			it, err = t.readable(bucket, c, w, k, sealed, strict)
			return err
		})
		for err == nil && it.Key != nil {
			writes := t.writes
			if !yield(it, nil) {
				return
			}
			err = t.step(op, func() (err error) {
				var k, sealed []byte
				if writes == t.writes {
					k, sealed = w.next(c)
				} else {
					k, sealed = w.after(c, it.Key)
				}
				it, err = t.readable(bucket, c, w, k, sealed, strict)
				return err
			})
		}
		if err != nil {
			yield(kv.Item{}, err)
		}
	}
}

// readable returns the item at the cursor, or the next one that can be read and
// is inside of the range; its key is nil behind the last. Rows that cannot be
// read are left out and remembered; they are the end, and an error, of a strict
// scan.
func (t *tx) readable(bucket string, c *bolt.Cursor, w walker, k, sealed []byte, strict bool) (kv.Item, error) {
	for k != nil && w.inside(k) {
		value, ok := t.db.sums.open(bucket, k, sealed)
		if ok {
			return kv.Item{Key: k, Value: value}, nil
		}
		if err := t.badRow("boltkv.Scan", bucket, k); strict {
			return kv.Item{}, err
		}
		k, sealed = w.next(c)
	}
	return kv.Item{}, nil
}
