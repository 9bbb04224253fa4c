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

// Restoring are the options of Restore.
type Restoring struct {
	// WithoutDigests accepts a backup of an older Postern, in which damage cannot be
	// found.
	WithoutDigests bool
}

// Restore fills an empty or absent data folder from a backup. Everything is made in a
// folder beside it and renamed into place, so that a failure leaves nothing behind.
// Every digest is verified before the contents are used. Kinds: fault.Conflict for a
// folder that is not empty, fault.Invalid and fault.Unsupported for a file that is not
// a complete backup, fault.Full when the disk is full.
func Restore(ctx context.Context, dir string, r io.Reader, how Restoring) (err error) {
	const op = "app.Restore"
	if target, lerr := filepath.EvalSymlinks(dir); lerr == nil {
		dir = target // a symbolic link to another disk stays
	}
	if used, err := inUse(dir); err != nil || used {
		return errors.Join(err, fault.Newf(fault.Conflict, op,
			"%s is not empty; name an empty folder with --data-dir, nothing was changed", dir))
	}
	in := bufio.NewReader(r)
	form, err := formOf(in)
	if err != nil {
		return err
	}
	if form == olderForm && !how.WithoutDigests {
		return noDigests()
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
	if form == olderForm {
		err = saveOlder(staging, in)
	} else {
		err = saveMembers(staging, in)
	}
	if err != nil {
		return err
	}
	if err := restoreInto(ctx, staging); err != nil {
		return err
	}
	// os.Rename does not replace a folder. Remove fails if the folder is not empty.
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fault.Wrap(fault.Internal, op, "the empty data folder cannot be replaced", err)
	}
	if err := os.Rename(staging, dir); err != nil {
		return fault.Wrap(fault.Internal, op, "the restored data cannot be moved into place", err)
	}
	return errors.Join(syncFolder(dir), syncFolder(parent))
}

// inUse reports whether a folder has entries. A folder that does not exist has none.
// Even a hidden file counts: a restore would remove it.
func inUse(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return len(entries) > 0, fault.Wrap(fault.Internal, "app.Restore", "the data folder cannot be read", err)
}

// copied returns the path in the staging folder to which a member is saved. The prefix
// keeps it apart from the restored file of the same name.
func copied(staging, member string) string { return filepath.Join(staging, "copy-"+member) }

// saveMembers saves the members of a backup and verifies their digests. The saved files
// must not be used when it returns an error.
func saveMembers(staging string, r io.Reader) error {
	_, err := unseal(r, func(name string, content io.Reader) error {
		if name == versionName {
			_, err := io.Copy(io.Discard, content)
			return err
		}
		return saveFile(copied(staging, name), content)
	})
	return err
}

// saveOlder saves the members of a backup of form 1, whose only check is the end of the
// file.
func saveOlder(staging string, r io.Reader) error {
	whole := fault.New(fault.Invalid, "app.Restore", "this is not a whole Postern backup; nothing was changed")
	t := tar.NewReader(r)
	for _, name := range []string{versionName, databaseName, bundleName} {
		h, err := t.Next()
		if err == nil && h.Name != name {
			err = fmt.Errorf("member %s where %s is expected", h.Name, name)
		}
		if err != nil {
			return errors.Join(whole, err)
		}
		content := &counted{r: t}
		if err := saveFile(copied(staging, name), content); content.err != nil {
			return errors.Join(whole, content.err)
		} else if err != nil {
			return err
		}
	}
	if _, err := t.Next(); !errors.Is(err, io.EOF) {
		return errors.Join(whole, fmt.Errorf("after the last member: %w", err))
	}
	return fault.Wrap(fault.Internal, "app.Restore", "", os.Remove(copied(staging, versionName)))
}

// restoreInto makes the database and the repository from the saved members, which it
// removes at the end. Both are verified while they are made.
func restoreInto(ctx context.Context, staging string) error {
	const op = "app.Restore"
	db, bundle := copied(staging, databaseName), copied(staging, bundleName)
	if err := boltkv.RestoreFile(ctx, db, filepath.Join(staging, databaseName), schemas()); err != nil {
		return err
	}
	f, err := os.Open(bundle)
	if err != nil {
		return fault.Wrap(fault.Internal, op, "the saved members cannot be read", err)
	}
	err = gitrepo.Unbundle(ctx, filepath.Join(staging, repoName), f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return fault.Wrap(fault.Internal, op, "", errors.Join(os.Remove(db), os.Remove(bundle)))
}
