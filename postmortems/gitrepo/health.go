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
	// healthRest is how long an answer of Health holds: probes come every few seconds
	// from several places.
	healthRest = 2 * time.Second
	// healthTime bounds git's look at the tip: 100,000 documents take it a second.
	healthTime = 20 * time.Second
)

// health is what the last look at the repository found.
type health struct {
	mu    sync.Mutex
	at    time.Time // of the last look; zero: none yet
	state string    // of the object store when it was last found sound
	err   error
	last  atomic.Pointer[finding] // the same err, for callers who do not wait
}

// finding is the result of a look.
type finding struct{ err error }

// Health reports whether the tip of main and every object of its tree are there, so
// that clones and pushes work. It is cheap: git looks again only after a pack or the
// tip has changed, and at most once in healthRest.
func (r *Repo) Health(ctx context.Context) error {
	if !r.health.mu.TryLock() {
		if last := r.health.last.Load(); last != nil {
			return last.err // while another caller looks
		}
		r.health.mu.Lock()
	}
	defer r.health.mu.Unlock()
	if !r.health.at.IsZero() && time.Since(r.health.at) < healthRest { // a stopwatch, not the portal's clock
		return r.health.err
	}
	tip := r.Tip(Main)
	state, err := r.storeState(tip)
	if err == nil && state != r.health.state {
		err = r.tipIsWhole(ctx, tip)
	}
	if ctx.Err() != nil && err != nil {
		return err // of the caller who left: the next one looks
	}
	switch {
	case err != nil && r.health.err == nil:
		r.log.Error("the repository is not whole", "error", err)
	case err == nil && r.health.err != nil:
		r.log.Info("the repository is whole again")
	}
	r.health.at, r.health.err, r.health.state = time.Now(), err, state
	if err != nil {
		r.health.state = ""
	}
	r.health.last.Store(&finding{err})
	return err
}

// storeState describes the tip and the files that hold the objects.
func (r *Repo) storeState(tip postmortems.OID) (string, error) {
	var b strings.Builder
	b.WriteString(string(tip))
	for _, dir := range []string{"objects", filepath.Join("objects", "pack")} {
		entries, err := os.ReadDir(filepath.Join(r.git.Dir(), dir))
		if err != nil {
			return "", notWhole("the folder of its objects cannot be read", err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), "tmp_") {
				continue // of a push under way
			}
			info, err := e.Info()
			if err != nil {
				continue // it went while the folder was read: the next look sees that
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

// tipIsWhole lets git find the commit and everything in its tree.
func (r *Repo) tipIsWhole(ctx context.Context, tip postmortems.OID) error {
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
		return notWhole("objects of the published commit are missing or damaged", err)
	}
	return fault.Wrap(fault.Unavailable, "gitrepo.Health", "git did not answer in time", err)
}

func notWhole(what string, err error) error {
	return fault.Wrap(fault.Internal, "gitrepo.Health", what+": clones and pushes fail, pages are still answered. Restore the newest backup; postern check names what is missing", err)
}

// Has reports whether the repository holds a commit.
func (r *Repo) Has(ctx context.Context, commit postmortems.OID) (bool, error) {
	err := r.git.Run(ctx, plumbing.Call{Args: []string{"cat-file", "-e", string(commit) + "^{commit}"}, Limits: r.limits.walk()})
	if exitStatus(err) > 0 {
		return false, nil
	}
	return err == nil, err
}

// Contains reports whether a commit that the repository holds is in the history of
// another.
func (r *Repo) Contains(ctx context.Context, tip, commit postmortems.OID) (bool, error) {
	err := r.git.Run(ctx, plumbing.Call{Args: []string{"merge-base", "--is-ancestor", string(commit), string(tip)}, Limits: r.limits.walk()})
	if exitStatus(err) == 1 {
		return false, nil
	}
	return err == nil, fault.Wrap(fault.Internal, "gitrepo.Contains", "the history of main cannot be read; restore the newest backup", err)
}

// History reports whether a repository that is not open has ever held anything, and
// how many commits main has, 0 when git cannot say. It changes nothing.
func History(ctx context.Context, binary, dir string) (commits int, used bool, err error) {
	vacant, err := isVacant(dir)
	if err != nil || vacant {
		return 0, false, fault.Wrap(fault.Internal, "gitrepo.History", "the repository's folder cannot be read", err)
	}
	git, err := plumbing.New(ctx, binary, dir, filepath.Join(dir, homeName))
	if err != nil {
		return 0, true, err
	}
	out, err := git.Output(ctx, plumbing.Call{Args: []string{"rev-list", "--count", headsPrefix + Main}, Limits: plumbing.Limits{Wall: healthTime}})
	if err == nil {
		_, _ = fmt.Sscan(string(out), &commits) // what is no number stays 0
	}
	return commits, true, nil
}
