package boltkv

import (
	"context"
	"os"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// InUse reports whether a database file that is not open has been in use: whether
// Open ever completed for it. A file with nothing but bbolt's own pages was not. It
// never writes. Errors are those of Open.
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

// Writable returns why the database takes no more writes; nil when it takes them.
// It costs nothing.
func (db *DB) Writable() error {
	if db.broken.Load() {
		return fault.New(fault.Unavailable, "boltkv.Writable", "the disk failed to store a write, and the database takes no more. Look at the disk, then start Postern again")
	}
	return nil
}
