package app

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/postmortems/gitrepo"
)

// A backup is a tar file of three members, in this order:
//
//	postern-backup     "1\n": the version of this form
//	postern.db         a consistent copy of the database
//	knowledge.bundle   a git bundle of every branch, taken after the copy
//
// The bundle is taken last, so it holds everything the database speaks of; what
// was pushed in between is published again at the first start after a restore.
const (
	backupVersion = "1\n"
	versionName   = "postern-backup"
	bundleName    = "knowledge.bundle"
)

func (a *App) backup(ctx context.Context, w io.Writer) error {
	const op = "app.backup"
	dir, err := os.MkdirTemp(a.opt.Config.DataDir, "backup-")
	if err != nil {
		return fault.Wrap(fault.Internal, op, "there is no room for the backup in the data folder", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	t := tar.NewWriter(w)
	if err := writeMember(t, versionName, int64(len(backupVersion)), func(w io.Writer) error {
		_, err := io.WriteString(w, backupVersion)
		return err
	}); err != nil {
		return err
	}
	for _, m := range []struct {
		name string
		make func(context.Context, io.Writer) error
	}{{databaseName, a.db.Backup}, {bundleName, a.repo.Bundle}} {
		if err := spool(ctx, t, filepath.Join(dir, m.name), m.name, m.make); err != nil {
			return err
		}
	}
	return fault.Wrap(fault.Internal, op, "", t.Close())
}

// spool writes a member to a file first, because tar states sizes beforehand.
func spool(ctx context.Context, t *tar.Writer, file, name string, fill func(context.Context, io.Writer) error) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return fault.Wrap(fault.Internal, "app.backup", "", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := fill(ctx, f); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fault.Wrap(fault.Internal, "app.backup", "", err)
	}
	return writeMember(t, name, size, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
}

func writeMember(t *tar.Writer, name string, size int64, fill func(io.Writer) error) error {
	err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, Format: tar.FormatPAX})
	if err == nil {
		err = fill(t)
	}
	return fault.Wrap(fault.Internal, "app.backup", "", err)
}

// Restore fills an empty or absent data folder from a backup. It refuses, with
// nothing left behind, a folder in use and a file that is no whole backup.
func Restore(ctx context.Context, dir string, r io.Reader) (err error) {
	const op = "app.Restore"
	if used, err := inUse(dir); err != nil || used {
		return errors.Join(err, fault.Newf(fault.Conflict, op,
			"%s is not empty; name an empty folder with --data-dir, nothing was changed", dir))
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, dirMode); err != nil {
		return fault.Wrap(fault.Internal, op, "the data folder cannot be made", err)
	}
	staging, err := os.MkdirTemp(parent, ".postern-restore-")
	if err != nil {
		return fault.Wrap(fault.Internal, op, "the data folder cannot be made", err)
	}
	defer func() { _ = os.RemoveAll(staging) }()
	if err := restoreInto(ctx, staging, tar.NewReader(r)); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fault.Wrap(fault.Internal, op, "the empty data folder cannot be replaced", err)
	}
	return fault.Wrap(fault.Internal, op, "the restored data cannot be moved into place", os.Rename(staging, dir))
}

func inUse(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return len(entries) > 0, fault.Wrap(fault.Internal, "app.Restore", "the data folder cannot be read", err)
}

func restoreInto(ctx context.Context, staging string, t *tar.Reader) error {
	const op = "app.Restore"
	whole := fault.New(fault.Invalid, op, "this is not a whole Postern backup; nothing was changed")
	version, err := nextMember(t, versionName)
	if err != nil {
		return errors.Join(whole, err)
	}
	text, err := io.ReadAll(io.LimitReader(version, 64))
	if err != nil {
		return errors.Join(whole, err)
	}
	if string(text) != backupVersion {
		return fault.Newf(fault.Unsupported, op, "the backup has form %q; this Postern reads form 1", text)
	}
	db, err := nextMember(t, databaseName)
	if err != nil {
		return errors.Join(whole, err)
	}
	copied := filepath.Join(staging, "copy.db")
	if err := saveFile(copied, db); err != nil {
		return errors.Join(whole, err)
	}
	if err := boltkv.RestoreFile(ctx, copied, filepath.Join(staging, databaseName), schemas()); err != nil {
		return err
	}
	if err := os.Remove(copied); err != nil {
		return fault.Wrap(fault.Internal, op, "", err)
	}
	bundle, err := nextMember(t, bundleName)
	if err != nil {
		return errors.Join(whole, err)
	}
	if err := gitrepo.Unbundle(ctx, filepath.Join(staging, repoName), bufio.NewReader(bundle)); err != nil {
		return err
	}
	if _, err := t.Next(); !errors.Is(err, io.EOF) {
		return errors.Join(whole, fmt.Errorf("after the last member: %w", err))
	}
	return nil
}

func nextMember(t *tar.Reader, name string) (io.Reader, error) {
	h, err := t.Next()
	if err != nil {
		return nil, fmt.Errorf("member %s: %w", name, err)
	}
	if h.Name != name {
		return nil, fmt.Errorf("member %s where %s is expected", h.Name, name)
	}
	return t, nil
}

func saveFile(name string, r io.Reader) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return f.Sync()
}
