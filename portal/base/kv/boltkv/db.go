// Package boltkv owns kv.DB in one local file, by way of bbolt.
//
// Data layout. The file is bbolt's; every kv bucket is one bbolt bucket at the
// root. The bbolt sequence of kv.changes is the number of the last change, so
// that numbers go on after a Trim. Beside a database called portal.db lie
//
//	portal.db.pid             process id of the last opener, for the message that
//	                          tells a second opener who holds the file
//	portal.db.before-T        copy made at UTC time T before migrations ran
//	portal.db.upgrade         the new file while format 1 is read into it
//
// Every value carries a checksum (seal.go) since format 2. A file of format 1 is
// copied, row by row, into a new file that takes its place (upgrade.go).
//
// A file may be damaged (a torn copy, a bad disk). bbolt believes what it reads:
// it panics, follows a cycle until the stack ends, asks for memory that a wrong
// count states, or faults on its memory map. So the pages are inspected before
// bbolt opens a file (inspect.go), and a file whose structure is damaged is
// refused, as a write into it would destroy more. What is damaged later is caught
// by guard, which every call into bbolt goes through, and by the checksum of each
// row. Panics of a caller's own function pass.
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
	file    *os.File // bbolt's own, for reading past its memory map
	path    string
	log     *slog.Logger
	buckets map[string]bool // what owners may name
	sums    sums
	bad     badRows

	writer chan struct{} // holds one token while somebody writes
	bell   bell          // rings after every commit that logged a change

	closing chan struct{}
	close   sync.Once
	// broken is set when a commit failed in a way that leaves unknown what the
	// disk holds: a failed fsync cannot be repeated. Reading goes on.
	broken atomic.Bool
	// stuck is set when not even a rollback worked; bbolt's locks are then held
	// for ever and closing it would wait for ever.
	stuck atomic.Bool
	// structure is set when a page, not only a row, could not be read.
	structure atomic.Bool
	// size is the largest size of the file that was seen, in bytes.
	size atomic.Int64
}

var _ kv.DB = (*DB)(nil)

// View implements kv.DB.
func (db *DB) View(ctx context.Context, fn func(kv.Reader) error) error {
	t, err := db.begin(ctx, "boltkv.View", false)
	if err != nil {
		return err
	}
	defer t.end()
	return guardCaller("boltkv.View", func() error { return fn(t) })
}

// Update implements kv.DB.
func (db *DB) Update(ctx context.Context, fn func(kv.Writer) error) error {
	const op = "boltkv.Update"
	release, err := db.lockWriter(ctx, op)
	if err != nil {
		return err
	}
	defer release()
	if db.broken.Load() {
		return fault.New(fault.Unavailable, op,
			"the database takes no more writes because the disk failed to store one; nothing of this was stored. Look at the disk, then start Postern again")
	}
	if err := db.present(op); err != nil {
		return err
	}
	t, err := db.begin(ctx, op, true)
	if err != nil {
		return err
	}
	defer t.end()
	if err := guardCaller(op, func() error { return fn(t) }); err != nil {
		return err
	}
	if err := t.commit(); err != nil {
		return db.commitFailed(op, err)
	}
	db.forgetKept(t.kept)
	if t.logged {
		db.bell.ring()
	}
	return nil
}

// lockWriter waits for the one place of a writer, as bbolt's own lock cannot be
// left when the context ends.
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

// begin starts a transaction. The caller ends it.
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

// commitFailed sorts a failed commit. Only when the system refused a write for
// want of room is it sure that nothing of it can be on the disk.
func (db *DB) commitFailed(op string, err error) error {
	refusedWrite, ok := errors.AsType[*fs.PathError](err)
	if ok && fault.NoRoom(refusedWrite) {
		return fault.Wrap(fault.Full, op,
			"there is no room left on the disk of the data folder; nothing was stored. Make room, then try again", err)
	}
	db.broken.Store(true)
	db.log.Error("the database failed to commit and takes no more writes", "path", db.path, "err", err)
	return fault.Wrap(fault.Internal, op,
		"the disk failed while storing this, and it may or may not be stored. Look at the disk, then start Postern again", err)
}

// Close implements kv.DB. Closing twice is no error.
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

func ended(op string, ctx context.Context) error {
	return fault.Wrap(fault.Timeout, op, "the request ended before the database could be asked", ctx.Err())
}

func closed(op string) error {
	return fault.New(fault.Unavailable, op, "the database is closed: Postern is stopping")
}
