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

// forward returns the walker of an ascending scan.
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

// backward returns the walker of a descending scan. bbolt's Seek goes to the first key
// that is not less; the one before it is the last below the bound. Past the last key
// Seek returns nil, and Last is what is wanted.
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

// walker is one direction of a scan. A nil key ends it.
type walker struct {
	first  func(*bolt.Cursor) (k, v []byte)
	next   func(*bolt.Cursor) (k, v []byte)
	after  func(c *bolt.Cursor, key []byte) (k, v []byte) // next, when the cursor is stale
	inside func(k []byte) bool
}

// step is bucket for a cursor that has its bucket already: finding it again would cost
// more than the step. It also stops a loop that continues after its transaction, whose
// cursor would read pages that were reused.
func (t *tx) step(op string, f func() error) error {
	if t.over {
		return fault.New(fault.Internal, op, "the transaction is over")
	}
	return t.guarded(op, f)
}

// walk yields outside of guard, so that a panic in the loop body is not caught. A write
// in the loop body invalidates bbolt's cursor, which is then positioned again.
func (t *tx) walk(bucket string, w walker, strict bool) iter.Seq2[kv.Item, error] {
	const op = "boltkv.Scan"
	return func(yield func(kv.Item, error) bool) {
		s := scan{tx: t, walker: w, name: bucket, strict: strict}
		var it kv.Item
		err := t.bucket(op, bucket, func(b *bolt.Bucket) (err error) {
			s.cursor = b.Cursor()
			it, err = s.readable(w.first(s.cursor))
			return err
		})
		for err == nil && it.Key != nil {
			writes := t.writes
			if !yield(it, nil) {
				return
			}
			err = t.step(op, func() (err error) {
				if writes == t.writes {
					it, err = s.readable(w.next(s.cursor))
				} else {
					it, err = s.readable(w.after(s.cursor, it.Key))
				}
				return err
			})
		}
		if err != nil {
			yield(kv.Item{}, err)
		}
	}
}

// scan is a walk over one bucket.
type scan struct {
	*tx
	walker
	name   string // of the bucket
	cursor *bolt.Cursor
	strict bool
}

// readable returns the item at the cursor, whose key and stored value are given, or the
// next one that can be read and is inside the range; its key is nil after the last.
// Rows that cannot be read are left out and recorded; a strict scan fails at the first.
// It runs inside guard, as it moves the cursor.
func (s scan) readable(k, sealed []byte) (kv.Item, error) {
	for k != nil && s.inside(k) {
		value, ok := s.db.sums.open(s.name, k, sealed)
		if ok {
			return kv.Item{Key: k, Value: value}, nil
		}
		if err := s.badRow("boltkv.Scan", s.name, k); s.strict {
			return kv.Item{}, err
		}
		k, sealed = s.next(s.cursor)
	}
	return kv.Item{}, nil
}
