package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

const (
	// manyPacks is how many packs are borne before they are merged: every read
	// looks through all of them in the worst case.
	manyPacks = 32
	// maintainTime and fsckTime bound work on a whole repository of some gigabytes.
	maintainTime = 10 * time.Minute
	fsckTime     = 30 * time.Minute
)

// Maintain merges packs when pushes have made many: each merge at least doubles
// a pack's size, so that an object is rewritten a handful of times in its life.
// Nothing is ever pruned. Readers go on; publishing waits.
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
	args := []string{"repack", "-d", "-q", "-n", "--geometric=2", "--no-write-bitmap-index"}
	if err := r.git.Run(ctx, plumbing.Call{Args: args}); err != nil {
		return fault.Wrap(fault.Internal, "gitrepo.Maintain", "the packs could not be merged; they stay as they are", err)
	}
	return r.syncObjects()
}

// Fsck lets git read every object and tells the first thing that is wrong.
func (r *Repo) Fsck(ctx context.Context) error {
	if err := r.begin(); err != nil {
		return err
	}
	defer r.working.Done()
	ctx, cancel := r.bound(ctx, fsckTime)
	defer cancel()
	out, err := r.git.Output(ctx, plumbing.Call{Args: []string{"fsck", "--full", "--no-dangling", "--no-progress"}})
	exit, ok := errors.AsType[*plumbing.ExitError](err)
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
