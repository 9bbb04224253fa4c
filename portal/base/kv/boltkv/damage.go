package boltkv

import (
	"bytes"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// maxBadRows bounds the unreadable rows that are recorded. Further rows are not
// counted: a file with so many is restored, not repaired.
const maxBadRows = 10_000

// badRows records which rows could not be read, from every transaction at once. A row
// is recorded until it is replaced or the database is closed.
type badRows struct {
	// n is len(known), for has; log receives each row once.
	n   atomic.Int64
	log *slog.Logger

	// mu guards the fields below. The keys of known are bucket, 0x00 and key: a
	// bucket's name has no 0x00.
	mu    sync.Mutex
	known map[string]bool
	first []kv.Row // in the order in which they were found
	more  bool     // a row was not added because of maxBadRows
}

// add records a row, and logs it the first time. The key may be in the memory map; it
// is copied. After maxBadRows a further row is neither logged nor counted.
func (b *badRows) add(row kv.Row, cause error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := row.Bucket + "\x00" + string(row.Key)
	if b.known[id] {
		return
	}
	if len(b.known) >= maxBadRows {
		b.more = true
		return
	}
	if b.known == nil {
		b.known = map[string]bool{}
	}
	b.known[id] = true
	b.n.Store(int64(len(b.known)))
	row.Key = bytes.Clone(row.Key)
	b.first = append(b.first, row)
	b.log.Error("a stored row cannot be read and is left out; restore a backup to recover it", "row", row.String(), "error", cause)
}

// forget removes a row that was replaced. It does nothing for a row that is not
// recorded, and leaves more as it is.
func (b *badRows) forget(bucket string, key []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.known, bucket+"\x00"+string(key))
	b.n.Store(int64(len(b.known)))
	for i, row := range b.first {
		if row.Bucket == bucket && bytes.Equal(row.Key, key) {
			b.first = append(b.first[:i], b.first[i+1:]...)
			return
		}
	}
}

// has reports whether a row is recorded. It takes no lock while there is none: every
// write calls it.
func (b *badRows) has(bucket string, key []byte) bool {
	if b.n.Load() == 0 {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.known[bucket+"\x00"+string(key)]
}

// Damage implements kv.DB. It reads no file and works after Close. First has at most
// maxNamed rows, in a slice of its own.
func (db *DB) Damage() kv.Damage {
	db.bad.mu.Lock()
	defer db.bad.mu.Unlock()
	return kv.Damage{
		Structure: db.structure.Load(), Rows: len(db.bad.known), More: db.bad.more,
		First: append([]kv.Row{}, db.bad.first[:min(len(db.bad.first), maxNamed)]...),
	}
}

// Skip implements kv.Reader.
func (t *tx) Skip(row kv.Row, cause error) { t.db.bad.add(row, cause) }

// Strict implements kv.Reader.
func (t *tx) Strict() kv.Reader { return strict{t} }

// strict is a transaction whose scans fail at a row that cannot be read. Get fails for
// such a row in any transaction.
type strict struct{ *tx }

// Scan implements kv.Reader.
func (s strict) Scan(bucket string, from, to []byte) iter.Seq2[kv.Item, error] {
	return s.walk(bucket, forward(from, to), true)
}

// ScanBack implements kv.Reader.
func (s strict) ScanBack(bucket string, from, to []byte) iter.Seq2[kv.Item, error] {
	return s.walk(bucket, backward(from, to), true)
}

// badRow records a row whose checksum is wrong and returns its error.
func (t *tx) badRow(op, bucket string, key []byte) error {
	row := kv.Row{Bucket: bucket, Key: bytes.Clone(key)}
	t.db.bad.add(row, errSeal)
	return fault.Wrap(fault.Internal, op, kv.RowMessage(bucket),
		&kv.RowError{Row: row, Err: errSeal})
}

// errSeal is the cause of a row whose checksum is wrong.
const errSeal = sealError("its checksum does not fit")

// sealError is the type of errSeal.
type sealError string

// Error implements error.
func (e sealError) Error() string { return string(e) }

// keepBad copies a row that is recorded as unreadable to kv.kept before it is replaced
// or deleted: a person may still recover something from its bytes. Without this a write
// over a damaged row would destroy what is left of it without a trace. It is recorded
// once per transaction, and forgotten when that commits: after a rollback the damaged
// row is still there.
//
// The key in kv.kept is 8 hexadecimal digits of a number, a space, the bucket, 0x00 and
// the key; the value is the stored one with its wrong checksum, sealed like any other.
func (t *tx) keepBad(bucket string, b *bolt.Bucket, key []byte) error {
	row := kv.Row{Bucket: bucket, Key: bytes.Clone(key)}
	again := func(k keptRow) bool { return k.row.Bucket == bucket && bytes.Equal(k.row.Key, key) }
	if !t.db.bad.has(bucket, key) || slices.ContainsFunc(t.kept, again) {
		return nil
	}
	raw := b.Get(key)
	if raw == nil {
		return nil
	}
	kept := t.bolt.Bucket([]byte(kv.KeptBucket))
	if kept == nil {
		return fmt.Errorf("the bucket %s is missing", kv.KeptBucket)
	}
	// The key of the row is cut to its last bytes, so that bucket and number fit.
	name := fmt.Sprintf("%08x %s\x00", kept.Sequence()+1, bucket)
	id := append([]byte(name), key[max(0, len(name)+len(key)-kv.MaxKeyBytes):]...)
	if _, err := kept.NextSequence(); err != nil {
		return err
	}
	if err := kept.Put(id, t.db.sums.seal(kv.KeptBucket, id, raw)); err != nil {
		return err
	}
	t.kept = append(t.kept, keptRow{row, string(id)})
	return nil
}

// keptRow is an unreadable row and the key of kv.kept under which its bytes are stored.
type keptRow struct {
	row kv.Row
	id  string
}

// forgetKept removes the rows that a committed transaction replaced from those that
// cannot be read.
func (db *DB) forgetKept(kept []keptRow) {
	for _, k := range kept {
		db.bad.forget(k.row.Bucket, k.row.Key)
		db.log.Warn("a row that could not be read was replaced; its bytes are stored", "row", k.row.String(), "kept", k.id)
	}
}
