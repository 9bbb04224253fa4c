package boltkv

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

const (
	// lockTimeout is how long a second opener waits for the file: long enough for a
	// restart to overlap, short enough to report soon which process holds it.
	lockTimeout = 3 * time.Second
	// lockRetry is the interval between attempts.
	lockRetry = 50 * time.Millisecond
	// mapSize is the address space reserved for the file, in bytes. While the file is
	// smaller, growing it does not wait for readers to finish. It uses no memory.
	mapSize = 1 << 30
	// fileMode is restricted: the file holds hashed credentials and unpublished drafts.
	fileMode = 0o600
	// pidBytes bounds what is read of a pid file.
	pidBytes = 20
)

// Options are the options of Open.
type Options struct {
	// Schemas of every owner. A database that holds others is refused.
	Schemas []kv.Schema
	// Now names the backup copies of migrations; nil is time.Now.
	Now func() time.Time
	// Logger receives migrations and errors of the disk; nil discards them.
	Logger *slog.Logger
}

// Open opens or creates the database file, in a folder that must exist. It creates the
// buckets of the schemas and runs the migrations that are due, all of them or none,
// after copying the file. Errors: fault.Conflict when another process has it open,
// fault.Unsupported when a newer Postern wrote it, fault.Internal when it is damaged.
// The steps are: lock, inspect the pages, open with bbolt, bring the format up to date,
// run migrations. An error in any of them closes the file again.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	const op = "boltkv.Open"
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if err := kv.CheckSchemas(o.Schemas); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ended(op, ctx)
	}
	db, err := openDB(ctx, op, path, o)
	if err != nil {
		return nil, err
	}
	copied, err := db.upgrade(ctx, o)
	if copied && err == nil {
		_ = db.Close() // the older file, which goes by another name now
		db, err = openDB(ctx, op, path, o)
	}
	if err == nil {
		err = db.prepare(ctx, o, copied)
	}
	if err != nil {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
		return nil, err
	}
	writePid(path)
	return db, nil
}

// openDB opens the file without migrations.
func openDB(ctx context.Context, op, path string, o Options) (*DB, error) {
	b, f, err := openFile(ctx, op, path, o.Logger)
	if err != nil {
		return nil, err
	}
	db := newDB(b, path, o)
	db.file = f
	return db, nil
}

// newDB returns a DB over an open file. It has no file yet; present treats that as
// unchanged.
func newDB(b *bolt.DB, path string, o Options) *DB {
	db := &DB{
		bolt:    b,
		path:    path,
		log:     o.Logger,
		sums:    newSums(o.Schemas),
		bad:     badRows{log: o.Logger},
		buckets: map[string]bool{},
		writer:  make(chan struct{}, 1),
		closing: make(chan struct{}),
	}
	for _, s := range o.Schemas {
		for _, name := range s.Buckets {
			db.buckets[name] = true
		}
	}
	return db
}

// openFile locks the file, inspects its pages, and opens it with bbolt, guarded. A file
// whose pages are damaged is refused before bbolt reads it. file is the descriptor that
// bbolt uses, and which bbolt closes.
func openFile(ctx context.Context, op, path string, log *slog.Logger) (b *bolt.DB, file *os.File, err error) {
	o := boltOptions()
	o.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		if file, err = lockedFile(name, flag, mode); err != nil {
			return nil, err
		}
		if err := inspectFile(ctx, op, file, log); err != nil {
			_ = file.Close()
			return nil, err
		}
		return file, nil
	}
	err = guard(op, func() (err error) {
		b, err = bolt.Open(path, fileMode, o)
		return err
	})
	if err == nil {
		return b, file, nil
	}
	if b != nil {
		_ = guard(op, b.Close)
	} else if file != nil {
		abandon(file)
	}
	return nil, nil, openFailed(op, path, err)
}

// boltOptions returns the options of every file that this package opens.
// PreLoadFreelist is implied for a file that is opened for writing; it is stated
// because the list must be read inside guard. A map of free pages finds a run of them
// without a scan of all.
func boltOptions() *bolt.Options {
	return &bolt.Options{
		Timeout: lockTimeout, FreelistType: bolt.FreelistMapType, PreLoadFreelist: true, InitialMmapSize: mapSize,
	}
}

// lockedFile opens the file and locks it, as bbolt does afterwards on the same
// description, so that no other process writes while it is inspected. A file that was
// replaced while this waited for the lock is closed, and the new one is opened. It
// waits at most lockTimeout, then returns berrors.ErrTimeout. Reading takes a shared
// lock, so that several may verify a backup at once.
func lockedFile(path string, flag int, mode os.FileMode) (*os.File, error) {
	how := syscall.LOCK_EX
	if flag&(os.O_WRONLY|os.O_RDWR) == 0 {
		how = syscall.LOCK_SH
	}
	for waited := time.Duration(0); ; {
		f, err := os.OpenFile(path, flag, mode)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if err == nil && same(f, path) {
			return f, nil
		}
		_ = f.Close()
		switch {
		case err != nil && err != syscall.EWOULDBLOCK:
			return nil, err
		case waited >= lockTimeout:
			return nil, berrors.ErrTimeout
		}
		time.Sleep(lockRetry)
		waited += lockRetry
	}
}

// same reports whether an open file is the one at path.
func same(f *os.File, path string) bool {
	a, err := f.Stat()
	b, err2 := os.Stat(path)
	return err == nil && err2 == nil && os.SameFile(a, b)
}

// inspectFile inspects the structure of a file that is not empty. A new file is empty
// until bbolt writes its first pages, and needs no inspection. What is wasted or may be
// lost, but can be read, is logged and not refused.
func inspectFile(ctx context.Context, op string, f *os.File, log *slog.Logger) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	x := &inspection{ctx: ctx, file: f}
	if err := x.inspect(info.Size()); err != nil {
		return err
	}
	if x.found == 0 && x.head.otherUnreadable {
		log.Warn("one of the two headers of the database file was damaged: what was stored last may be lost", "path", f.Name())
	}
	if x.found == 0 && x.lost > 0 {
		log.Warn("pages of the database file belong to nothing; run `postern check`", "path", f.Name(), "pages", x.lost)
	}
	return x.err(op)
}

// abandon closes a file that bbolt left open, locked and mapped because it panicked, so
// that `postern restore` can follow. The map keeps the lock after closing, so it is
// released explicitly. After an error without a panic the file is closed already and
// this does nothing.
func abandon(file *os.File) {
	raw, err := file.SyscallConn()
	if err == nil {
		_ = raw.Control(func(fd uintptr) { _ = syscall.Flock(int(fd), syscall.LOCK_UN) })
	}
	_ = file.Close()
}

// openFailed classifies an error of opening the file: another process holds it, it is
// damaged, the disk is full, it cannot be opened, or the context ended. Anything else
// is an error of reading and counts as damage.
func openFailed(op, path string, err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fault.Newf(fault.Conflict, op,
			"another Postern%s is using this data folder (%s is locked). Stop it first, or name another data folder", holder(path),
			filepath.Base(path))
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
		return damaged(op, err)
	case fault.NoRoom(err):
		return fault.Wrap(fault.Full, op, "there is no room left on the disk of the data folder", err)
	case notOpened(err):
		return fault.Wrap(fault.Invalid, op, "the database file cannot be opened; the data folder must exist and belong to the user "+
			"Postern runs as", err)
	case isDamage(err), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	// What is left are errors of reading the file; "file size too small" has no name.
	return damaged(op, err)
}

// notOpened reports whether the file itself could not be opened.
func notOpened(err error) bool {
	p, ok := errors.AsType[*fs.PathError](err)
	return ok && p.Op == "open"
}

// writePid writes the process id for the error of a second opener. A failure is
// ignored: the lock protects the file, the pid only names its holder.
func writePid(path string) {

	_ = os.WriteFile(pidPath(path), []byte(strconv.Itoa(os.Getpid())), fileMode)
}

// forgetPid removes the pid file.
func forgetPid(path string) { _ = os.Remove(pidPath(path)) }

// pidPath returns the name of the pid file.
func pidPath(path string) string { return path + ".pid" }

// holder returns " (process 123)" when the pid file can be read, otherwise "". A
// process that is killed leaves its pid file, so it is read only after the lock was
// found taken.
func holder(path string) string {
	text, err := os.ReadFile(pidPath(path))
	if err != nil || len(text) > pidBytes {
		return ""
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return ""
	}
	return " (process " + strconv.Itoa(pid) + ")"
}
