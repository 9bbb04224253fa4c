package boltkv

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/postern/postern/portal/base/durable"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// Backup implements kv.DB. It writes a database file, which RestoreFile reads. It is
// the state of one read transaction, during which bbolt cannot reuse pages: the file
// grows if much is written meanwhile. An error leaves w with a part of a file, which
// the caller discards.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	const op = "boltkv.Backup"
	t, err := db.begin(ctx, op, false)
	if err != nil {
		return err
	}
	defer t.end()
	out := &ctxWriter{ctx: ctx, w: w}
	_, err = t.bolt.WriteTo(out) // reads the file, not the memory map: needs no guard
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ended(op, ctx)
	case fault.NoRoom(err):
		return fault.Wrap(fault.Full, op, "there is no room left for the backup", err)
	}
	return fault.Wrap(fault.Internal, op, "the backup could not be written", err)
}

// ctxWriter ends a long copy when its context ends. bbolt and io.Copy know no context.
type ctxWriter struct {
	ctx context.Context
	w   io.Writer
}

// Write implements io.Writer.
func (c *ctxWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// Size implements kv.DB. It counts every page that was ever used, free ones included:
// bbolt never shrinks a file.
func (db *DB) Size(ctx context.Context) (int64, error) {
	t, err := db.begin(ctx, "boltkv.Size", false)
	if err != nil {
		return 0, err
	}
	defer t.end()
	return t.bolt.Size(), nil
}

// RestoreFile verifies the database file src, as Verify does, and copies it to dst. An
// existing dst is fault.Conflict. dst appears complete or not at all. A src that fails
// is the error of Verify, a full disk fault.Full. The folder of dst must exist.
func RestoreFile(ctx context.Context, src, dst string, schemas []kv.Schema) error {
	const op = "boltkv.RestoreFile"
	// Lstat, so that a broken link counts as existing, too.
	if _, err := os.Lstat(dst); err == nil {
		return fault.New(fault.Conflict, op, "there is a database already; restore into an empty data folder. Nothing was changed")
	}
	if err := Verify(ctx, src, schemas); err != nil {
		return err
	}
	in, err := os.Open(src)
	if err != nil {
		return fault.Wrap(fault.Internal, op, "the backup cannot be read", err)
	}
	defer in.Close()
	err = writeFile(dst, func(f *os.File) error {
		_, err := io.Copy(&ctxWriter{ctx: ctx, w: f}, in)
		return err
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ended(op, ctx)
	case fault.NoRoom(err):
		return fault.Wrap(fault.Full, op, "there is no room left to restore the database", err)
	}
	return fault.Wrap(fault.Internal, op, "the database could not be restored", err)
}

// writeFile writes a new file durably: a temporary file beside it is filled, flushed
// and renamed. After an error there is neither the file nor the temporary one. It
// replaces an existing file of the name. The temporary file is in the same folder
// because a rename does not cross file systems.
func writeFile(path string, fill func(*os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := fill(f); err != nil {
		return err
	}
	// The contents must be on the disk before the name: after a power failure the name
	// may otherwise be that of an empty file.
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return durable.Sync(filepath.Dir(path))
}
