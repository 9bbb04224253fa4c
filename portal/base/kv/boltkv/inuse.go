package boltkv

import (
	"context"
	"errors"
	"os"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// InUse reports whether a database file that is not open has been in use: whether Open
// ever completed for it. A file with only bbolt's own pages has not. It never writes.
// Errors are those of Open. A start that failed may leave a file that was not in use,
// which the next start need not treat as a portal's data.
func InUse(ctx context.Context, path string) (used bool, err error) {
	const op = "boltkv.InUse"
	if ctx.Err() != nil {
		return false, ended(op, ctx)
	}
	f, err := lockedFile(path, os.O_RDONLY, 0)
	if err != nil {
		return false, openFailed(op, path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, openFailed(op, path, err)
	}
	stored, err := versionsOf(ctx, op, f, info.Size())
	return stored[kv.FormatKey] != 0, err
}

// Writable returns why the database accepts no more writes; nil when it accepts them.
// It costs two stat calls. The error is fault.Unavailable. The readiness probe calls
// it.
func (db *DB) Writable() error {
	if db.broken.Load() {
		return fault.New(fault.Unavailable, "boltkv.Writable",
			"the disk failed to store a write, and the database accepts no more. Check the disk, then start Postern again")
	}
	return db.present("boltkv.Writable")
}

// present returns why the open file is not the one that the next start will open: it
// was removed, replaced or truncated while Postern runs. What is written into such a
// file is lost, however durably it is stored. An error to examine it counts as absent:
// a write is refused rather than lost.
func (db *DB) present(op string) error {
	const lost = "; what is stored now would be lost at the next start, so nothing is. Copy what is in the data folder, then put " +
		"the file back or restore the newest backup"
	if db.file == nil {
		return nil // not opened
	}
	seen := db.size.Load() // before Stat: another write may grow the file meanwhile
	own, err := db.file.Stat()
	if err != nil {
		return fault.Wrap(fault.Unavailable, op, "the database file cannot be examined"+lost, err)
	}
	there, err := os.Stat(db.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fault.New(fault.Unavailable, op, "the database file was removed while Postern runs"+lost)
	case err != nil:
		return fault.Wrap(fault.Unavailable, op, "the database file cannot be examined"+lost, err)
	case !os.SameFile(own, there):
		return fault.New(fault.Unavailable, op, "the database file was replaced by another while Postern runs"+lost)
	case own.Size() < seen:
		return fault.New(fault.Unavailable, op, "the database file was truncated while Postern runs"+lost)
	}
	db.size.Store(own.Size())
	return nil
}
