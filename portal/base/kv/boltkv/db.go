// Package boltkv implements kv.DB in one local file, with bbolt.
//
// Data layout. The file is bbolt's; every kv bucket is one bbolt bucket at the
// root. The bbolt sequence of kv.changes is the number of the last change, so
// that numbering continues after a Trim. Beside a database called portal.db are
//
//	portal.db.pid             process id of the last opener, for the error of a
//	                          second opener
//	portal.db.before-T        copy made at UTC time T before migrations ran
//	portal.db.upgrade         the new file while format 1 is copied into it
//
// Every value has a checksum (seal.go) since format 2. A file of format 1 is copied,
// row by row, into a new file that replaces it (upgrade.go).
//
// A file may be damaged (an incomplete copy, a bad disk). bbolt trusts what it reads:
// it panics, follows a cycle until the stack overflows, allocates what a wrong count
// states, or faults on its memory map. So the pages are inspected before bbolt opens a
// file (inspect.go), and a file whose structure is damaged is refused, as a write into
// it would destroy more. Later damage is caught by guard, through which every call
// into bbolt goes, and by the checksum of each row. Panics of a caller's own function
// are not caught.
package boltkv

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// DB is one open database file. It implements kv.DB.
type DB struct {
	bolt    *bolt.DB
	file    *os.File // bbolt's own, for reading without its memory map
	path    string
	log     *slog.Logger
	buckets map[string]bool // the buckets of the owners
	sums    sums
	bad     badRows

	writer chan struct{} // holds one token while there is a writer
	bell   bell          // rings after every commit that logged a change

	// closing is closed when Close begins, which ends every Wait and every wait for the
	// writer.
	closing chan struct{}
	close   sync.Once
	// broken is set when a commit failed in a way that leaves the contents of the disk
	// unknown: a failed fsync cannot be repeated. Reading continues.
	broken atomic.Bool
	// stuck is set when even a rollback failed; bbolt's locks are then never released,
	// and closing it would block forever.
	stuck atomic.Bool
	// structure is set when a page, and not only a row, could not be read.
	structure atomic.Bool
	// size is the largest size of the file that was observed, in bytes.
	size atomic.Int64
}

var _ kv.DB = (*DB)(nil)

// View implements kv.DB. It does not wait for writers. A View that is open for long
// makes the file grow, since bbolt cannot reuse the pages it may read.
func (db *DB) View(ctx context.Context, fn func(kv.Reader) error) error {
	t, err := db.begin(ctx, "boltkv.View", false)
	if err != nil {
		return err
	}
	defer t.end()
	return guardCaller("boltkv.View", func() error { return fn(t) })
}

// Update implements kv.DB. After a commit that failed for another reason than a full
// disk, every Update is fault.Unavailable until the database is opened again.
func (db *DB) Update(ctx context.Context, fn func(kv.Writer) error) error {
	const op = "boltkv.Update"
	release, err := db.lockWriter(ctx, op)
	if err != nil {
		return err
	}
	defer release()
	// It is checked with the lock held, as the writer before may have set it.
	if db.broken.Load() {
		return fault.New(fault.Unavailable, op,
			"the database accepts no more writes because the disk failed to store one; nothing was stored now. Check the disk, then "+
				"start Postern again")
	}
	if err := db.present(op); err != nil {
		return err
	}
	t, err := db.begin(ctx, op, true)
	if err != nil {
		return err
	}
	defer t.end()
	// end rolls back after an error and after a panic of fn.
	if err := guardCaller(op, func() error { return fn(t) }); err != nil {
		return err
	}
	if err := t.commit(); err != nil {
		return db.commitFailed(op, err)
	}
	// What follows must not happen before the commit is durable: a follower that is
	// woken reads what was committed.
	db.forgetKept(t.kept)
	if t.logged {
		db.bell.ring()
	}
	return nil
}

// lockWriter waits to become the writer. bbolt's own lock is not used for that, because
// waiting for it cannot be cancelled. The caller must call release once.
func (db *DB) lockWriter(ctx context.Context, op string) (release func(), err error) {
	select {
	case db.writer <- struct{}{}:
		return func() { <-db.writer }, nil
	case <-ctx.Done():
		return nil, ended(op, ctx)
	case <-db.closing:
		return nil, closed(op)
	}
}

// begin starts a transaction, which the caller ends. A damaged header or list of free
// pages is an error with the message of a damaged file, not a panic. A context that
// ends later does not end the transaction.
func (db *DB) begin(ctx context.Context, op string, writable bool) (*tx, error) {
	if ctx.Err() != nil {
		return nil, ended(op, ctx)
	}
	t := &tx{db: db}
	err := guard(op, func() (err error) {
		t.bolt, err = db.bolt.Begin(writable)
		return err
	})
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return nil, closed(op)
	}
	if err != nil {
		return nil, fault.Wrap(fault.KindOf(err), op, fault.Message(err), err)
	}
	return t, nil
}

// commitFailed classifies a failed commit. Only when the system refused a write because
// the disk is full is it certain that nothing was stored. bbolt writes the header after
// all other pages, so a refused write leaves the old header in force. An error of fsync
// is another case: the kernel may have dropped the pages, and a second fsync reports
// success without them.
func (db *DB) commitFailed(op string, err error) error {
	refusedWrite, ok := errors.AsType[*fs.PathError](err)
	if ok && fault.NoRoom(refusedWrite) {
		return fault.Wrap(fault.Full, op,
			"there is no room left on the disk of the data folder; nothing was stored. Make room, then try again", err)
	}
	db.broken.Store(true)
	db.log.Error("the database failed to commit and accepts no more writes", "path", db.path, "err", err)
	return fault.Wrap(fault.Internal, op,
		"the disk failed while storing this, and it may or may not be stored. Check the disk, then start Postern again", err)
}

// Close implements kv.DB. Closing again does nothing. The pid file is removed while the
// file is still locked; otherwise that of the next opener could be removed. bbolt's
// Close waits for running transactions.
func (db *DB) Close() (err error) {
	db.close.Do(func() {
		close(db.closing)
		if db.stuck.Load() {
			err = fault.New(fault.Internal, "boltkv.Close", "the database is damaged and could not be closed; it is left as it is")
			return
		}
		forgetPid(db.path)
		err = fault.Wrap(fault.Internal, "boltkv.Close", "", guard("boltkv.Close", db.bolt.Close))
	})
	return err
}

// ended is the error of a context that ended. It wraps the context's own, which callers
// compare.
func ended(op string, ctx context.Context) error {
	return fault.Wrap(fault.Timeout, op, "the request ended before the database was read", ctx.Err())
}

// closed is the error of a database that was closed.
func closed(op string) error {
	return fault.New(fault.Unavailable, op, "the database is closed: Postern is stopping")
}
