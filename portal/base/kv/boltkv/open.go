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
	// lockTimeout is how long a second opener waits for the file: long enough for
	// a restart to overlap, short enough to tell the operator who holds it.
	lockTimeout = 3 * time.Second
	// mapSize is the address space reserved for the file, in bytes. While the
	// file is smaller, growing it does not wait for readers to finish. It costs
	// no memory.
	mapSize = 1 << 30
	// fileMode: the file holds hashed credentials and unpublished drafts.
	fileMode = 0o600
	// pidBytes bounds what is read of a pid file.
	pidBytes = 20
)

// Options are what Open needs besides the path.
type Options struct {
	// Schemas of every owner. A database that holds others is refused.
	Schemas []kv.Schema
	// Now names the backup copies of migrations; nil is time.Now.
	Now func() time.Time
	// Logger hears of migrations and of a failing disk; nil is silence.
	Logger *slog.Logger
}

// Open opens or creates the database file, in a folder that must exist. It
// creates the buckets of the schemas and runs the migrations that are due, all
// of them or none, after copying the file. Errors: fault.Conflict when another
// process has it open, fault.Unsupported when a newer Postern wrote it,
// fault.Internal when it is damaged.
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
	b, err := openFile(op, path, false)
	if err != nil {
		return nil, err
	}
	db := newDB(b, path, o)
	if err := db.prepare(ctx, o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	writePid(path)
	return db, nil
}

func newDB(b *bolt.DB, path string, o Options) *DB {
	db := &DB{
		bolt:    b,
		path:    path,
		log:     o.Logger,
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

// openFile opens the file through bbolt, guarded.
func openFile(op, path string, readOnly bool) (b *bolt.DB, err error) {
	var file *os.File
	o := &bolt.Options{
		Timeout:         lockTimeout,
		FreelistType:    bolt.FreelistMapType,
		PreLoadFreelist: true,
		ReadOnly:        readOnly,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag, mode)
			file = f
			return f, err
		},
	}
	if !readOnly {
		o.InitialMmapSize = mapSize
	}
	err = guard(op, func() (err error) {
		b, err = bolt.Open(path, fileMode, o)
		return err
	})
	if err == nil {
		err = wholeFile(op, b)
	}
	if err == nil {
		return b, nil
	}
	if b != nil {
		_ = guard(op, b.Close)
	} else if file != nil {
		abandon(file)
	}
	return nil, openFailed(op, path, err)
}

// abandon closes a file that bbolt left open, locked and mapped because it
// panicked, so that `postern restore` can follow. The map keeps the lock alive
// past closing: it must be given back by name. After an error without a panic
// the file is closed already and this does nothing.
func abandon(file *os.File) {
	raw, err := file.SyscallConn()
	if err == nil {
		_ = raw.Control(func(fd uintptr) { _ = syscall.Flock(int(fd), syscall.LOCK_UN) })
	}
	_ = file.Close()
}

// wholeFile refuses a file that ends before the pages its header counts: reading
// those would be a fault on the memory map.
func wholeFile(op string, b *bolt.DB) error {
	return guard(op, func() error {
		info, err := os.Stat(b.Path())
		if err != nil {
			return err
		}
		return b.View(func(t *bolt.Tx) error {
			if t.Size() > info.Size() {
				return damaged(op, errors.New("the file ends before its last page"))
			}
			return nil
		})
	})
}

func openFailed(op, path string, err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fault.Newf(fault.Conflict, op,
			"another Postern%s is using this data folder (%s is locked). Stop it first, or name another data folder", holder(path), filepath.Base(path))
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
		return damaged(op, err)
	case noRoom(err):
		return fault.Wrap(fault.Full, op, "there is no room left on the disk of the data folder", err)
	case notOpened(err):
		return fault.Wrap(fault.Invalid, op, "the database file cannot be opened; the data folder must exist and belong to the user Postern runs as", err)
	case fault.KindOf(err) == fault.Internal && fault.Message(err) == damageMsg:
		return err
	}
	// What is left are errors of reading the file; "file size too small" has no name.
	return damaged(op, err)
}

func notOpened(err error) bool {
	p, ok := errors.AsType[*fs.PathError](err)
	return ok && p.Op == "open"
}

func writePid(path string) {
	// Only the words of an error message depend on it.
	_ = os.WriteFile(pidPath(path), []byte(strconv.Itoa(os.Getpid())), fileMode)
}

func forgetPid(path string) { _ = os.Remove(pidPath(path)) }

func pidPath(path string) string { return path + ".pid" }

// holder is " (process 123)" when the pid file can be read, else nothing.
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
