package gitrepo

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/checks"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// Main is the branch that is published.
const Main = "main"

const (
	headsPrefix = "refs/heads/"
	// treeCacheEntries and factCacheTrees bound the memory of parsed trees: about
	// 20 and 10 MB.
	treeCacheEntries = 100_000
	factCacheTrees   = 100_000
)

// Repo is the open repository. Its methods may be used from several goroutines. Fields
// of the first group do not change after Open.
type Repo struct {
	git        *plumbing.Git
	pool       *plumbing.Pool
	limits     Limits
	log        *slog.Logger
	now        func() time.Time
	publisher  Publisher
	ruleURL    func(string) string
	observe    func(Timings)
	checkSpace func(bytes int64) error
	scanner    *checks.Scanner

	refs    refTable
	note    pushNote // of the last push before Open; read only
	publish lock     // held while refs move and change sets are committed, and while packs are merged
	pushes  *slots   // each push holds one from its first byte to its last
	fetches *slots
	trees   *cache[postmortems.OID, []plumbing.Entry]
	facts   *cache[postmortems.OID, treeFacts]

	published int64 // number of publications of main; guarded by publish
	announced announcements
	health    health

	life    sync.Mutex
	closing bool
	working sync.WaitGroup
	ctx     context.Context // ends when Close gives up waiting
	cancel  context.CancelFunc
}

// Open checks git, creates the repository if it is absent, removes what a crash left
// and reads the refs. A git that is missing or too old is a fault of kind Unsupported.
// Limits that are zero become the defaults. The folder of a repository may be a
// symbolic link. The caller must Close the Repo.
func Open(ctx context.Context, o Options) (*Repo, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "gitrepo.Open", "the repository's folder cannot be made absolute", err)
	}
	if strings.ContainsAny(dir, ":\"\n") { // git separates object folders with a colon
		return nil, fault.Newf(fault.Invalid, "gitrepo.Open",
			"the folder %q has a colon, a quote or a line feed in its name; choose another data folder", dir)
	}
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir = target // the repository may be on another disk
	}
	if !isComplete(dir) {
		if err := create(ctx, o.Git, dir); err != nil {
			return nil, err
		}
	}
	git, err := newGit(ctx, o.Git, dir)
	if err != nil {
		return nil, err
	}
	limits := o.Limits.withDefaults()
	r := &Repo{
		git: git, limits: limits, log: o.Logger, now: o.Now, publisher: o.Publisher,
		ruleURL: o.RuleURL, observe: o.Observe, checkSpace: o.CheckSpace,
		announced: announcements{grace: announceGrace}, scanner: checks.NewScanner(),
		publish: newLock(), pushes: newSlots(limits.Pushes), fetches: newSlots(limits.Fetches),
		trees: newCache[postmortems.OID, []plumbing.Entry](treeCacheEntries), facts: newCache[postmortems.OID, treeFacts](factCacheTrees),
	}
	if r.checkSpace == nil {
		r.checkSpace = func(int64) error { return nil }
	}
	if err := r.sweep(); err != nil {
		return nil, err
	}
	if err := r.initialise(ctx); err != nil {
		return nil, err
	}
	if err := r.withConfigRepair(ctx, func() error { return r.loadRefs(ctx) }); err != nil {
		return nil, err
	}
	if err := r.readNote(); err != nil {
		return nil, err
	}
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	r.pool = plumbing.NewPool(r.ctx, git, readers, plumbing.Limits{AddressSpace: childMemory})
	return r, nil
}

// begin registers a piece of work, so that Close waits for it. After Close it returns
// a fault of kind Unavailable. The caller must call working.Done after it succeeded.
func (r *Repo) begin() error {
	r.life.Lock()
	defer r.life.Unlock()
	if r.closing {
		return fault.New(fault.Unavailable, "gitrepo", "the server is stopping; try again in a moment")
	}
	r.working.Add(1)
	return nil
}

// errTime is the cause of a context that ended because its duration was over.
var errTime = errors.New("the time of a push or fetch is over")

// bound returns the context of a piece of work: it ends with the caller's, with the
// repository's, or after d, then with the cause errTime. The caller must call the
// function that it returns.
func (r *Repo) bound(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeoutCause(ctx, d, errTime)
	stop := context.AfterFunc(r.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// Close refuses new pushes and fetches and waits for those in progress. When ctx ends
// first, their git children are killed; a push that was not published by then is lost.
// It returns after all work has ended, which is soon after the children are killed. The
// fault is of kind Timeout in that case.
func (r *Repo) Close(ctx context.Context) error {
	r.life.Lock()
	r.closing = true
	r.life.Unlock()
	done := make(chan struct{})
	go func() {
		r.working.Wait()
		close(done)
	}()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = fault.Wrap(fault.Timeout, "gitrepo.Close", "pushes were still going on when the time to stop was over", ctx.Err())
	}
	r.cancel()
	<-done
	return errors.Join(err, r.pool.Close())
}
