package library

import (
	"bytes"
	"maps"
	"slices"

	"github.com/postern/postern/portal/base/kv"
)

// ordered collects the new rows of a push and puts them in the order of their keys. A
// B+ tree takes ten thousand sorted rows by appending to its last page; in any other
// order each row moves all rows after it. Rows of buckets that are read or deleted from
// during the push are written at once.
type ordered struct {
	kv.Writer
	rows map[string][]kv.Item // by bucket
}

// The listed buckets are written only after flush: a Get or Scan of them through the
// result does not see rows put before.
func newOrdered(w kv.Writer) *ordered {
	o := &ordered{Writer: w, rows: map[string][]kv.Item{}}
	for _, bucket := range []string{bRecord, bPath, bTitle, bLink, bBy, bRevision, bContent, bText} {
		o.rows[bucket] = nil
	}
	return o
}

// Put implements kv.Writer. Key and value must not change before flush.
func (o *ordered) Put(bucket string, key, value []byte) error {
	if _, held := o.rows[bucket]; !held {
		return o.Writer.Put(bucket, key, value)
	}
	o.rows[bucket] = append(o.rows[bucket], kv.Item{Key: key, Value: value})
	return nil
}

// flush puts the rows; of those with the same key the last counts. Buckets are written
// one after another in the order of their names. After it the writer can be used again.
func (o *ordered) flush() error {
	for _, bucket := range slices.Sorted(maps.Keys(o.rows)) {
		rows := o.rows[bucket]
		slices.SortStableFunc(rows, func(a, b kv.Item) int { return bytes.Compare(a.Key, b.Key) })
		for _, row := range rows {
			if err := o.Writer.Put(bucket, row.Key, row.Value); err != nil {
				return err
			}
		}
		o.rows[bucket] = nil
	}
	return nil
}
