package gitrepo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/postern/postern/portal/base/durable"
	"github.com/postern/postern/portal/base/fault"
)

// quarantinePrefix begins the names of quarantine folders. Git's own gc recognises
// the prefix and removes old folders, too.
const quarantinePrefix = "tmp_objdir-incoming-"

// syncDir flushes a folder or a file of the repository to the disk.
func syncDir(dir string) error {
	return fault.Wrap(fault.Internal, "gitrepo.syncDir", "a folder of the repository cannot be made durable", durable.Sync(dir))
}

// syncObjects flushes the names of moved-in packs to disk. The folder itself is
// durable since Open. Until then a power cut could lose packs that a durable ref names.
func (r *Repo) syncObjects() error { return syncDir(filepath.Join(r.git.Dir(), "objects", "pack")) }

// syncFolders flushes the folders that git init created. They may be new, and a new
// folder exists after a power cut only if the one above it was flushed.
func (r *Repo) syncFolders() error {
	root := r.git.Dir()
	return errors.Join(syncDir(filepath.Join(root, "objects", "pack")), syncDir(filepath.Join(root, "objects")),
		r.syncRefDirs(refMove{branch: Main}))
}

// syncRefDirs makes a moved ref durable: it flushes the folder of the ref's file and,
// when the branch was created or deleted, all folders above it up to the repository.
// Folders that were removed with their last branch are skipped. git flushes the ref's
// file but not the folders in which it appears.
func (r *Repo) syncRefDirs(m refMove) error {
	root := r.git.Dir()
	for dir := filepath.Dir(filepath.Join(root, headsPrefix+m.branch)); ; dir = filepath.Dir(dir) {
		if err := syncDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if dir == root || m.old != "" && m.new != "" {
			return nil
		}
	}
}

// sweep removes what a crash left: quarantines, partial packs, and locks of refs, each
// of which would block every later push to its branch. It runs before any push, and
// no other process writes here. All four places are tried even if one fails. Locks can
// be removed without asking, since the process that held them has ended.
func (r *Repo) sweep() error {
	root := r.git.Dir()
	objects := filepath.Join(root, "objects")
	swept := 0
	remove := func(path string) error {
		swept++
		return os.RemoveAll(path)
	}
	var errs []error
	errs = append(errs, eachName(objects, func(name string) error {
		if strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, "incoming-") {
			return remove(filepath.Join(objects, name))
		}
		return nil
	}), eachName(filepath.Join(objects, "pack"), func(name string) error {
		if strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-") {
			return remove(filepath.Join(objects, "pack", name))
		}
		return nil
	}), eachName(root, func(name string) error {
		if strings.HasSuffix(name, ".lock") {
			return remove(filepath.Join(root, name))
		}
		return nil
	}), filepath.WalkDir(filepath.Join(root, "refs"), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".lock") {
			return err
		}
		return remove(path)
	}))
	if swept > 0 {
		r.log.Info("removed what an interrupted push left in the repository", "items", swept)
	}
	return fault.Wrap(fault.Internal, "gitrepo.sweep", "what an interrupted push left in the repository cannot be removed",
		errors.Join(errs...))
}

// eachName calls fn for every name in a folder; a missing folder has none. It goes on
// after an error and returns all of them.
func eachName(dir string, fn func(name string) error) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // initialise will create it
	}
	for _, e := range entries {
		err = errors.Join(err, fn(e.Name()))
	}
	return err
}
