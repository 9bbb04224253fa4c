package gitrepo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/durable"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

const (
	// homeName is the empty folder in the repository that git uses as HOME.
	homeName = "postern-home"
	// unfinished is the infix of the name of a repository that is being created. Each
	// start uses a new name: a git child that outlived its server may still write.
	unfinished = ".new-"
	// setAside is the suffix of a configuration that git could not read.
	setAside   = ".damaged"
	folderMode = 0o700
)

// newGit returns git for the repository in dir and creates its empty home. The home
// must not be the user's: its configuration could change what git does.
func newGit(ctx context.Context, binary, dir string) (*plumbing.Git, error) {
	home := filepath.Join(dir, homeName)
	if err := os.MkdirAll(home, folderMode); err != nil {
		return nil, fault.Wrap(fault.Internal, "gitrepo.Open", "the repository's folder cannot be created", err)
	}
	return plumbing.New(ctx, binary, dir, home)
}

// create makes the repository dir under a temporary name and renames it, so that an
// interrupted start leaves a complete repository or none. Leftovers of earlier starts
// are removed. A folder that already holds anything of value is left to initialise. It
// does nothing if the folder is not vacant.
func create(ctx context.Context, binary, dir string) error {
	const op = "gitrepo.create"
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		return fault.Newf(fault.Invalid, op, "%s is not a folder; move it away, or restore the data folder from a backup", dir)
	}
	if err := removeUnfinished(dir); err != nil {
		return err
	}
	empty, err := isVacant(dir)
	if err != nil || !empty {
		return fault.Wrap(fault.Internal, op, "the repository's folder cannot be read", err)
	}
	made, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+unfinished)
	if err != nil {
		return fault.Wrap(fault.Internal, op, "the repository's folder cannot be created", err)
	}
	git, err := newGit(ctx, binary, made)
	if err == nil {
		err = initBare(ctx, git)
	}
	if err == nil {
		err = fault.Wrap(fault.Internal, "gitrepo.Create", "the new repository cannot be made durable", durable.SyncTree(made))
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(made))
	}
	if err := os.RemoveAll(dir); err != nil {
		// A folder that cannot be removed, such as a mount point, is filled in place.
		return fault.Wrap(fault.Internal, op, "a folder beside the repository cannot be removed", os.RemoveAll(made))
	}
	if err := os.Rename(made, dir); err != nil {
		return fault.Wrap(fault.Internal, op, "the new repository cannot be moved into place", err)
	}
	return syncDir(filepath.Dir(dir))
}

// removeUnfinished removes what interrupted starts left beside the repository. It
// creates the folder above when that is missing.
func removeUnfinished(dir string) error {
	beside, err := os.ReadDir(filepath.Dir(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(fault.Internal, "gitrepo.create", "the repository's folder cannot be created",
			os.MkdirAll(filepath.Dir(dir), folderMode))
	}
	for _, e := range beside {
		if strings.HasPrefix(e.Name(), filepath.Base(dir)+unfinished) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(filepath.Dir(dir), e.Name())))
		}
	}
	return fault.Wrap(fault.Internal, "gitrepo.create", "what an interrupted start left beside the repository cannot be removed", err)
}

// --template= keeps out hooks and examples of the machine's git. Running it again
// repairs missing files and changes no object or ref.
func initBare(ctx context.Context, git *plumbing.Git) error {
	err := git.Run(ctx, plumbing.Call{Args: []string{"init", "--quiet", "--bare", "--template=", "--initial-branch=" + Main,
		"--object-format=sha1"}})
	return fault.Wrap(fault.Internal, "gitrepo.Open", "the repository cannot be created", err)
}

// isVacant reports whether dir is absent, or contains nothing except what git init
// creates before the first object and the first branch. A folder with any other name in
// it is never removed.
func isVacant(dir string) (bool, error) {
	made := []string{"HEAD", "config", "description", "hooks", "info", "branches", "objects", "refs", homeName}
	vacant := true
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		top, _, _ := strings.Cut(rel, string(filepath.Separator))
		switch {
		case strings.HasSuffix(rel, ".lock") && !d.IsDir(): // stale: no other process works here
		case !slices.Contains(made, top):
			vacant = false
		case (top == "objects" || top == "refs") && !d.IsDir():
			vacant = false
		}
		if !vacant {
			return fs.SkipAll
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return vacant && err == nil, err
}

// isComplete reports whether the files are present without which git does not
// recognise a repository. Objects may still be missing; Health finds that.
func isComplete(dir string) bool {
	for _, name := range []string{"HEAD", "config", "objects/pack", "refs/heads"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// initialise completes a repository in which files are missing: git init may be
// repeated. It runs after sweep, because git refuses to work beside a stale lock.
func (r *Repo) initialise(ctx context.Context) error {
	if !isComplete(r.git.Dir()) {
		if err := r.withConfigRepair(ctx, func() error { return initBare(ctx, r.git) }); err != nil {
			return err
		}
	}
	if err := r.syncFolders(); err != nil { // also folders of an interrupted start
		return err
	}
	head := filepath.Join(r.git.Dir(), "HEAD")
	text, err := os.ReadFile(head)
	if err != nil {
		return fault.Wrap(fault.Internal, "gitrepo.Open", "the repository's HEAD cannot be read", err)
	}
	// HEAD decides which branch a clone checks out.
	const want = "ref: " + headsPrefix + Main + "\n"
	if string(text) == want {
		return nil
	}
	return fault.Wrap(fault.Internal, "gitrepo.Open", "the repository's HEAD cannot be written", os.WriteFile(head, []byte(want), 0o644))
}

// withConfigRepair runs a step that git refuses when its configuration is damaged.
// After a failure it creates a new configuration and runs the step once more: the
// portal needs nothing from the old one, which is preserved beside it. If that does
// not help, the old configuration is restored and the first failure is returned.
func (r *Repo) withConfigRepair(ctx context.Context, step func() error) error {
	first := step()
	if _, refused := errors.AsType[*plumbing.ExitError](first); !refused || ctx.Err() != nil {
		return first
	}
	config := filepath.Join(r.git.Dir(), "config")
	withAdvice := func(err error) error {
		advice := "; restore the data folder from a backup, or repair " + r.git.Dir() + " with git"
		return fault.Wrap(fault.KindOf(first), "gitrepo.Open", fault.Message(first)+advice, err)
	}
	if err := os.Rename(config, config+setAside); err != nil {
		return withAdvice(errors.Join(first, err))
	}
	err := initBare(ctx, r.git)
	if err == nil {
		err = step()
	}
	if err == nil {
		r.log.Warn("git could not read the repository's configuration: a new one was created, the old one is beside it",
			"kept", config+setAside, "error", first)
		return syncDir(r.git.Dir())
	}
	return withAdvice(errors.Join(first, os.Rename(config+setAside, config)))
}
