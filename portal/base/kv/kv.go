// Package kv owns the shape of Postern's one database: named buckets of ordered
// byte keys, transactions over all of them, and a gapless log of changes.
//
// Data layout. Each owner (library, ledger, auth, jobs) exports one Schema that
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
// A change entry is appended inside the Update that makes the change, so whoever
// follows the log in order (the search indexer) sees every committed change once
// and no uncommitted one. Keys and values given to callbacks are valid only
// inside the transaction: copy what must outlive it.
//
// Damage. A row may be damaged by the disk, or be one that its owner cannot
// decode. Get fails for it with a RowError; Scan leaves it out. Either way the
// database counts and names it (Damage), and the portal says so: a list is never
// shorter without a word. Owners do the same for rows they cannot decode: Skip.
//
// Engines live in the folders below (boltkv; a PostgreSQL engine can follow) and
// pass the suite in kvtest. Update functions may be run more than once by an
// engine that retries, so they must not have effects outside the transaction.
package kv

import (
	"context"
	"encoding/binary"
	"io"
	"iter"
)

// Seq numbers the change log: 1 for the first change ever, without gaps, in
// commit order. 0 means "before the first".
type Seq uint64

// Bytes is the key form of a Seq: 8 bytes, big endian, so that byte order is
// numeric order.
func (s Seq) Bytes() []byte { return binary.BigEndian.AppendUint64(nil, uint64(s)) }

// SeqOf reads the key form back; ok is false when the key has another length.
func SeqOf(key []byte) (s Seq, ok bool) {
	if len(key) != 8 {
		return 0, false
	}
	return Seq(binary.BigEndian.Uint64(key)), true
}

// Change is one entry of the change log: what kind of thing changed and its key.
// The log does not carry the new value: a follower reads the present state, so
// it may skip over versions but never ends on an old one.
type Change struct {
	Seq   Seq
	Topic string // e.g. "document"; owned by the schema that writes it
	Key   []byte
}

// Item is one key and its value, valid inside the transaction and not to be
// written to.
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
	// Seq is the last change visible in this state.
	Seq() (Seq, error)
}

// Writer reads its own writes and commits them all or not at all.
type Writer interface {
	Reader
	// Put stores a copy of the value; an empty value is kept and is told from an
	// absent one. An empty key, or one over MaxKeyBytes, is fault.Invalid; a
	// value over MaxValueBytes is fault.TooLarge.
	Put(bucket string, key, value []byte) error
	// Delete removes a key; removing an absent key is no error.
	Delete(bucket string, key []byte) error
	// Swap stores new only if the present value equals old (nil old: only if
	// absent; nil new: delete). It reports whether it did.
	Swap(bucket string, key, old, new []byte) (bool, error)
	// Log appends a change entry and returns its number, which holds once the
	// Update has committed. A topic is not empty and has no 0x00.
	Log(topic string, key []byte) (Seq, error)
}

// DB is one open database. All methods may be called from many goroutines, but
// none from inside a View or an Update of the same goroutine. A context that
// ended before a method began its work gives an error that wraps the context's.
// After Close every method gives fault.Unavailable.
type DB interface {
	// View runs fn over one consistent state; states never move under it.
	View(ctx context.Context, fn func(Reader) error) error
	// Update runs fn in the one write transaction there is at a time. When it
	// returns without error the writes are durable. An error of fn undoes
	// everything and is returned as it is. Without room on the disk it fails with
	// fault.Full and nothing was changed.
	Update(ctx context.Context, fn func(Writer) error) error
	// Changes returns up to limit entries after the given number, in order. When
	// entries after it were trimmed already, or the log ends before it (an older
	// backup was restored), it fails with fault.Gone: the follower must read
	// everything anew.
	Changes(ctx context.Context, after Seq, limit int) ([]Change, error)
	// Wait returns when a change after the given number is there, or with an
	// error that wraps the context's. A log that ends before the number is
	// fault.Gone, as for Changes.
	Wait(ctx context.Context, after Seq) error
	// Trim forgets the entries up to and including upTo; numbers go on.
	Trim(ctx context.Context, upTo Seq) error
	// Backup writes one consistent copy that the engine's own Restore reads,
	// while writers go on.
	Backup(ctx context.Context, w io.Writer) error
	// Size is the size of the stored data in bytes.
	Size(ctx context.Context) (int64, error)
	// Check verifies the engine's own structure, the checksum of every row and the
	// change log. It reads everything, goes on to the end, and returns what it
	// found as lines for people: at most 1,000, then their number.
	Check(ctx context.Context) (findings []string, err error)
	// Damage is what could not be read since the database was opened, and what the
	// last Check found unreadable.
	Damage() Damage
	// Close ends every Wait, lets running transactions finish, and closes.
	Close() error
}
