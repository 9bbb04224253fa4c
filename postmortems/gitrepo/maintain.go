package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

const (
	// manyPacks is how many packs are accepted before they are merged: in the worst
	// case every read searches all of them.
	manyPacks = 32
	// maintainTime and fsckTime bound work on a whole repository of some gigabytes.
	maintainTime = 10 * time.Minute
	fsckTime     = 30 * time.Minute
)

// Maintain merges packs when pushes have created many. Each merge at least doubles a
// pack's size, so that an object is rewritten only a few times. Nothing is pruned.
// Reads continue; publishing waits. After a failure the packs are as they were. It is
// called periodically.
func (r *Repo) Maintain(ctx context.Context) error {
	packs, err := filepath.Glob(filepath.Join(r.git.Dir(), "objects", "pack", "pack-*.pack"))
	if err != nil {
		return fault.Wrap(fault.Internal, "gitrepo.Maintain", "the packs cannot be listed", err)
	}
	if len(packs) <= manyPacks {
		return nil
	}
	if err := r.begin(); err != nil {
		return err
	}
	defer r.working.Done()
	ctx, cancel := r.bound(ctx, maintainTime)
	defer cancel()
	if err := r.publish.take(ctx); err != nil {
		return err
	}
	defer r.publish.release()
	// -n leaves out the files for dumb HTTP; a bitmap would have to be rewritten with
	// every merge.
	args := []string{"repack", "-d", "-q", "-n", "--geometric=2", "--no-write-bitmap-index"}
	if err := r.git.Run(ctx, plumbing.Call{Args: args}); err != nil {
		return fault.Wrap(fault.Internal, "gitrepo.Maintain", "the packs could not be merged; they are unchanged", err)
	}
	return r.syncObjects()
}

// movedOutside compares git's branches with those in memory: another process may have
// moved one. A difference is a fault of kind Internal. No push moves a branch
// meanwhile. The difference is not adopted: what another process moved was not checked.
func (r *Repo) movedOutside(ctx context.Context) error {
	if err := r.publish.take(ctx); err != nil {
		return err
	}
	defer r.publish.release()
	there, err := r.readRefs(ctx)
	if err != nil {
		return err
	}
	r.refs.mu.RLock()
	defer r.refs.mu.RUnlock()
	for _, branch := range slices.Sorted(maps.Keys(r.refs.tips)) {
		if known := r.refs.tips[branch]; there[branch] != known {
			const advice = "move it back with git update-ref, or stop the portal and restore repository and database from one backup"
			return fault.Newf(fault.Internal, "gitrepo.Fsck", "%s was moved outside of the portal: git has it on %q, the portal on %s; %s",
				branch, there[branch], known, advice)
		}
		delete(there, branch)
	}
	for branch := range there {
		return fault.Newf(fault.Internal, "gitrepo.Fsck",
			"git has the branch %s, and the portal does not know it: it was created outside of the portal; push it instead", branch)
	}
	return nil
}

// Fsck lets git read every object, and returns the first damage as a fault of kind
// Internal. It also compares the branches. Both streams of git are searched, because
// damage is printed on either.
func (r *Repo) Fsck(ctx context.Context) error {
	if err := r.begin(); err != nil {
		return err
	}
	defer r.working.Done()
	ctx, cancel := r.bound(ctx, fsckTime)
	defer cancel()
	out, err := r.git.Output(ctx, plumbing.Call{Args: []string{"fsck", "--full", "--no-dangling", "--no-progress"}})
	exit, ok := errors.AsType[*plumbing.ExitError](err)
	if err == nil {
		return r.movedOutside(ctx)
	}
	if !ok {
		return err
	}
	findings := append(strings.Split(strings.TrimSpace(string(out)), "\n"), strings.Split(strings.TrimSpace(exit.Stderr), "\n")...)
	for _, finding := range findings {
		if finding != "" {
			return fault.Wrap(fault.Internal, "gitrepo.Fsck", fmt.Sprintf("the repository is damaged: %s; restore it from a backup", finding), err)
		}
	}
	return fault.Wrap(fault.Internal, "gitrepo.Fsck", exit.Reason(), err)
}
