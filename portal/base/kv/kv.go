// Package kv owns the shape of Postern's one database: named buckets of ordered
// byte keys, transactions over all of them, and a gapless log of changes.
//
// Data layout. Each owner (library, feedstore, auth, jobs) exports one Schema that
// lists its buckets and migrations, and writes its key layout above it; no two
// owners share a bucket. Three buckets belong to kv itself:
//
//	kv.meta     schema name  -> version (decimal text)
//	            "format"     -> version of this layout
//	            "sum"        -> checksum of the other rows, plus 1
//	kv.changes  seq (8 bytes, big endian) -> topic 0x00 key
//	kv.kept     number, bucket 0x00 key -> what was stored there, when it could
//	            not be read and was replaced
//
// A change entry is appended inside the Update that makes the change, so a follower
// that reads the log in order (the search indexer) sees every committed change once
// and no uncommitted one. Keys and values passed to callbacks are valid only inside
// the transaction: copy what must outlive it.
//
// Damage. A row may be damaged by the disk, or its owner cannot decode it. Get fails
// for it with a RowError; Scan leaves it out. In both cases the database counts and
// names it (Damage), and the portal reports it: no list is shorter without notice.
// Owners call Skip for rows that they cannot decode.
//
// Engines are in the folders below (boltkv; a PostgreSQL engine can follow) and pass
// the suite in kvtest. An engine may run Update functions again, so they must not
// have effects outside the transaction.
package kv

import (
	"context"
	"encoding/binary"
	"io"
	"iter"
)

// Seq is the number of a change: 1 for the first change ever, without gaps, in
// commit order. 0 means "before the first".
type Seq uint64

// Bytes returns the key form of a Seq: 8 bytes, big endian, so that byte order is
// numeric order.
func (s Seq) Bytes() []byte { return binary.BigEndian.AppendUint64(nil, uint64(s)) }

// SeqOf returns the Seq of a key; ok is false when the key has another length.
func SeqOf(key []byte) (s Seq, ok bool) {
	if len(key) != 8 {
		return 0, false
	}
	return Seq(binary.BigEndian.Uint64(key)), true
}

// Change is one entry of the change log: the kind of thing that changed and its key.
// The entry does not contain the new value: a follower reads the current state, so it
// may skip versions but never ends on an old one.
type Change struct {
	Seq   Seq
	Topic string // e.g. "document"; owned by the schema that writes it
	Key   []byte
}

// Item is one key and its value. Both are valid inside the transaction and must not be
// modified.
type Item struct {
	Key, Value []byte
}

// Reader reads one consistent state.
type Reader interface {
	// Get returns the value, or nil when the key is absent. A value that is there
	// but empty is not nil. A row that cannot be read is an error with a RowError.
	Get(bucket string, key []byte) ([]byte, error)
	// Scan yields, in byte order, the items with from <= key < to. A nil from is
	// the first key, a nil to is past the last. An error is yielded once, last.
	// A row that cannot be read is left out and counted in DB.Damage.
	// Inside an Update the loop may write: every key that the loop body leaves
	// alone is yielded once.
	Scan(bucket string, from, to []byte) iter.Seq2[Item, error]
	// ScanBack is Scan in descending order over the same range.
	ScanBack(bucket string, from, to []byte) iter.Seq2[Item, error]
	// Seq returns the last change visible in this state.
	Seq() (Seq, error)
	// Skip counts and names a row that its owner cannot decode and leaves out.
	// Owners call the function Skip.
	Skip(row Row, cause error)
	// Strict returns a Reader of the same state whose scans fail at a row that
	// cannot be read. Owners call the function Strict.
	Strict() Reader
}

// Writer reads its own writes and commits them all or not at all.
type Writer interface {
	Reader
	// Put stores a copy of the value; an empty value is stored and differs from an
	// absent one. An empty key, or one over MaxKeyBytes, is fault.Invalid; a value over
	// MaxValueBytes is fault.TooLarge.
	Put(bucket string, key, value []byte) error
	// Delete removes a key; removing an absent key is not an error.
	Delete(bucket string, key []byte) error
	// Swap stores new only if the current value equals old (nil old: only if absent;
	// nil new: delete). It reports whether it did.
	Swap(bucket string, key, old, new []byte) (bool, error)
	// Log appends a change entry and returns its number, which is final once the Update
	// has committed. A topic is not empty and contains no 0x00.
	Log(topic string, key []byte) (Seq, error)
}

// DB is one open database. All methods may be called from many goroutines, but not from
// inside a View or an Update of the same goroutine. A context that ended before a
// method began its work results in an error that wraps the context's. After Close every
// method returns fault.Unavailable.
type DB interface {
	// View runs fn over one consistent state, which does not change meanwhile.
	View(ctx context.Context, fn func(Reader) error) error
	// Update runs fn in the write transaction, of which there is one at a time. When it
	// returns without an error the writes are durable. An error of fn undoes everything
	// and is returned unchanged. When the disk is full it fails with fault.Full, and
	// nothing was changed.
	Update(ctx context.Context, fn func(Writer) error) error
	// Changes returns up to limit entries after the given number, in order. When
	// entries after it were trimmed, or the log ends before it (an older backup was
	// restored), it fails with fault.Gone: the follower must read everything again.
	Changes(ctx context.Context, after Seq, limit int) ([]Change, error)
	// Wait returns when there is a change after the given number, or with an error that
	// wraps the context's. A log that ends before the number is fault.Gone, as for
	// Changes.
	Wait(ctx context.Context, after Seq) error
	// Trim removes the entries up to and including upTo; numbering continues.
	Trim(ctx context.Context, upTo Seq) error
	// Backup writes one consistent copy, which the engine's own Restore reads, while
	// writers continue.
	Backup(ctx context.Context, w io.Writer) error
	// Size returns the size of the stored data in bytes.
	Size(ctx context.Context) (int64, error)
	// Check verifies the engine's own structure, the checksum of every row and the
	// change log. It reads everything and returns its findings as lines for people: at
	// most 1,000, then their number.
	Check(ctx context.Context) (findings []string, err error)
	// Damage returns what could not be read since the database was opened, and what the
	// last Check found unreadable.
	Damage() Damage
	// Close ends every Wait, lets running transactions finish, and closes the database.
	Close() error
}
