package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv/boltkv"
)

// backup writes a backup to w. Both copies are made, and that of the database is
// verified, before the first byte is written, so that an error can still be answered as
// one.
//
// Kinds: fault.Full when the copies do not fit on the disk, fault.Internal for a
// database that is damaged.
func (a *App) backup(ctx context.Context, w io.Writer) error {
	const op = "app.backup"
	if err := a.roomForCopies(ctx); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(a.opt.Config.DataDir, "backup-")
	if err != nil {
		return copyFailed("the backup's copies cannot be made in the data folder", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, bundle := filepath.Join(dir, databaseName), filepath.Join(dir, bundleName)
	if err := copyOut(ctx, db, a.db.Backup); err != nil {
		return err
	}
	if err := boltkv.Verify(ctx, db, schemas()); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return fault.Wrap(fault.Internal, op, "no backup was made, because the database is damaged and could not be restored from it. "+
			"Keep the backups there are, and stop the portal and copy the data folder to keep what is in it now; postern check names "+
			"what is damaged", err)
	}
	if err := copyOut(ctx, bundle, a.repo.Bundle); err != nil {
		return err
	}
	s := &sealer{w: w}
	if err := s.add(versionName, int64(len(backupForm)), strings.NewReader(backupForm)); err != nil {
		return err
	}
	for _, name := range []string{db, bundle} {
		if err := s.addFile(name); err != nil {
			return err
		}
	}
	return s.seal()
}

// roomForCopies returns a fault.Full error when the copies of a backup would fill the
// disk. It estimates the database by its file and the bundle by the packs. The reserve
// of limits.free_space is available to a backup.
func (a *App) roomForCopies(ctx context.Context) error {
	if a.opt.FreeSpace == nil {
		return nil
	}
	need, err := a.db.Size(ctx)
	if err != nil {
		return err
	}
	packs, err := filepath.Glob(filepath.Join(a.dir(repoName), "objects", "pack", "*.pack"))
	if err != nil {
		return fault.Wrap(fault.Internal, "app.backup", "the repository's folder cannot be read", err)
	}
	for _, name := range packs {
		if info, err := os.Stat(name); err == nil { // a missing pack was merged into another
			need += info.Size()
		}
	}
	free, err := a.opt.FreeSpace(a.opt.Config.DataDir)
	if err != nil || free >= need {
		return nil // unknown: the copy itself fails when the disk is full
	}
	return fault.Newf(fault.Full, "app.backup", "no backup was made: its copies take %d MiB in the data folder, and its disk has "+
		"%d MiB left. Make room, then try again", need>>20+1, free>>20)
}

// copyFailed returns the error of a copy that could not be made: fault.Full when the
// disk is full.
func copyFailed(msg string, err error) error {
	if fault.NoRoom(err) {
		return fault.Wrap(fault.Full, "app.backup",
			"no backup was made: there is no room left on the disk of the data folder. Make room, then try again", err)
	}
	return fault.Wrap(fault.Internal, "app.backup", msg, err)
}

// copyOut creates a file and fills it. Errors of fill are returned as they are; it is
// an error when the file exists.
func copyOut(ctx context.Context, name string, fill func(context.Context, io.Writer) error) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return copyFailed("the backup's copies cannot be made in the data folder", err)
	}
	defer func() {
		if cerr := f.Close(); err == nil && cerr != nil {
			err = copyFailed("the backup's copies cannot be made in the data folder", cerr)
		}
	}()
	return fill(ctx, f)
}

// addFile adds a file as a member, under its base name. The file must not change
// meanwhile: its size is written first.
func (s *sealer) addFile(name string) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return fault.Wrap(fault.Internal, "app.backup", "the backup's copies cannot be read", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return fault.Wrap(fault.Internal, "app.backup", "the backup's copies cannot be read", err)
	}
	return s.add(filepath.Base(name), info.Size(), f)
}

// saveFile writes a new file and flushes it to the disk. An error is fault.Full or
// fault.Internal, also when reading r failed; callers distinguish that by counted.
func saveFile(name string, r io.Reader) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return restoreFailed(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	return restoreFailed(err)
}

// restoreFailed returns the error of a file of the restored folder that could not be
// written: fault.Full when the disk is full.
func restoreFailed(err error) error {
	if fault.NoRoom(err) {
		return fault.Wrap(fault.Full, "app.Restore", "there is no room left to restore the backup; nothing was changed", err)
	}
	return fault.Wrap(fault.Internal, "app.Restore", "the restored data cannot be written; nothing was changed", err)
}
