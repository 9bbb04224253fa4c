package gitrepo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

const (
	// healthMaxAge is how long a result of Health is reused: probes arrive every few
	// seconds from several places.
	healthMaxAge = 2 * time.Second
	// healthTime bounds git's check of the tip: it takes a second for 100,000 documents.
	healthTime = 20 * time.Second
)

// health is the result of the last check of the repository. mu is held for as long as
// git checks, so callers that find it taken use last.
type health struct {
	mu    sync.Mutex
	at    time.Time // of the last check; zero: none yet
	state string    // of the object store when it was last complete
	err   error
	last  atomic.Pointer[healthResult] // the same err, for callers that do not wait
}

// healthResult is the result of one check.
type healthResult struct{ err error }

// Health reports, as a nil error, that the tip of main and every object of its tree
// are present, so that clones and pushes work. It is cheap: git checks again only
// after a pack or the tip has changed, and at most once in healthMaxAge. Missing
// objects are a fault of kind Internal. A tip that is "" is healthy: nothing was
// published yet.
func (r *Repo) Health(ctx context.Context) error {
	if !r.health.mu.TryLock() {
		if last := r.health.last.Load(); last != nil {
			return last.err // another caller is checking
		}
		r.health.mu.Lock()
	}
	defer r.health.mu.Unlock()
	if !r.health.at.IsZero() && time.Since(r.health.at) < healthMaxAge { // elapsed time, not the portal's clock
		return r.health.err
	}
	tip := r.Tip(Main)
	// The names and sizes of the packs change whenever objects do, and reading them is
	// cheap.
	state, err := r.storeState(tip)
	if err == nil && state != r.health.state {
		err = r.checkTip(ctx, tip)
	}
	if ctx.Err() != nil && err != nil {
		return err // this caller left; the next one checks
	}
	switch {
	case err != nil && r.health.err == nil:
		r.log.Error("the repository is incomplete", "error", err)
	case err == nil && r.health.err != nil:
		r.log.Info("the repository is complete again")
	}
	r.health.at, r.health.err, r.health.state = time.Now(), err, state
	if err != nil {
		r.health.state = ""
	}
	r.health.last.Store(&healthResult{err})
	return err
}

// storeState returns a description of the tip and of the files that hold objects. It
// changes whenever one of them does. Loose objects are not listed one by one: pushes
// store packs only.
func (r *Repo) storeState(tip postmortems.OID) (string, error) {
	var b strings.Builder
	b.WriteString(string(tip))
	for _, dir := range []string{"objects", filepath.Join("objects", "pack")} {
		entries, err := os.ReadDir(filepath.Join(r.git.Dir(), dir))
		if err != nil {
			return "", incomplete("the folder of its objects cannot be read", err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), "tmp_") {
				continue // of a push in progress
			}
			info, err := e.Info()
			if err != nil {
				continue // removed while the folder was read; the next check sees that
			}
			size := info.Size()
			if info.IsDir() {
				size = 0
			}
			fmt.Fprintf(&b, "\n%s %d", e.Name(), size)
		}
	}
	return b.String(), nil
}

// checkTip lets git find a commit and everything in its tree.
func (r *Repo) checkTip(ctx context.Context, tip postmortems.OID) error {
	if tip == "" {
		return nil
	}
	if err := r.begin(); err != nil {
		return err
	}
	defer r.working.Done()
	ctx, cancel := r.bound(ctx, healthTime)
	defer cancel()
	err := r.git.Run(ctx, plumbing.Call{Args: []string{"rev-list", "--objects", "--no-walk", "--quiet", string(tip)}})
	if exitStatus(err) > 0 {
		return incomplete("objects of the published commit are missing or damaged", err)
	}
	return fault.Wrap(fault.Unavailable, "gitrepo.Health", "git did not answer in time", err)
}

// The message names the effect and what the operator should do.
func incomplete(what string, err error) error {
	const effect = ": clones and pushes fail, pages still work. Restore the newest backup; postern check lists what is missing"
	return fault.Wrap(fault.Internal, "gitrepo.Health", what+effect, err)
}

// Has reports whether the repository contains a commit. A name that is malformed or
// names another kind of object is false.
func (r *Repo) Has(ctx context.Context, commit postmortems.OID) (bool, error) {
	err := r.git.Run(ctx, plumbing.Call{
		Args: []string{"cat-file", "-e", string(commit) + "^{commit}"}, Limits: r.limits.walk(),
	})
	if exitStatus(err) > 0 {
		return false, nil
	}
	return err == nil, err
}

// Contains reports whether commit is in the history of tip. Both must be in the
// repository. A commit is in its own history.
func (r *Repo) Contains(ctx context.Context, tip, commit postmortems.OID) (bool, error) {
	err := r.git.Run(ctx, plumbing.Call{
		Args: []string{"merge-base", "--is-ancestor", string(commit), string(tip)}, Limits: r.limits.walk(),
	})
	if exitStatus(err) == 1 {
		return false, nil
	}
	return err == nil, fault.Wrap(fault.Internal, "gitrepo.Contains", "the history of main cannot be read; restore the newest backup", err)
}

// History reports whether the repository in dir, which need not be open, ever held
// anything, and how many commits main has: 0 when git cannot count them. It writes
// nothing.
func History(ctx context.Context, binary, dir string) (commits int, used bool, err error) {
	vacant, err := isVacant(dir)
	if err != nil || vacant {
		return 0, false, fault.Wrap(fault.Internal, "gitrepo.History", "the repository's folder cannot be read", err)
	}
	git, err := plumbing.New(ctx, binary, dir, filepath.Join(dir, homeName))
	if err != nil {
		return 0, true, err
	}
	out, err := git.Output(ctx, plumbing.Call{
		Args: []string{"rev-list", "--count", headsPrefix + Main}, Limits: plumbing.Limits{Wall: healthTime},
	})
	if err == nil {
		_, _ = fmt.Sscan(string(out), &commits) // stays 0 if it is not a number
	}
	return commits, true, nil
}
