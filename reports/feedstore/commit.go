package feedstore

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// An fsync takes milliseconds, whatever the number of rows. Senders
// therefore share commits: at 200 bodies a second one commit has a few
// bodies, and under overload it has up to batchJobs.

const (
	// defaultQueue is the number of bodies that may wait for a commit.
	defaultQueue = 1024
	// batchJobs, batchFacts and batchBytes bound one commit, because all
	// other writers wait for it.
	batchJobs  = 256
	batchFacts = 20_000
	batchBytes = 8 << 20
	// gatherTime is how long a commit waits for the senders of the commit
	// before it, which were answered at the same moment and are sending their
	// next body. It is less than the time of an fsync.
	gatherTime = time.Millisecond
	// gatherFrom is the number of jobs that a commit must have had for the
	// next one to wait.
	gatherFrom = 4
	// commitLimit bounds the wait for a commit, including the time in which
	// other writers hold the database.
	commitLimit = 20 * time.Second
)

// job is one body, or one list of facts, that is to be stored.
type job struct {
	format    string
	source    string
	received  time.Time
	now       time.Time // a bucket must have ended by it: received, or the time of a retry
	input     feed.Input
	raw       []byte // stored form of the body; nil for recorded facts
	sum       [32]byte
	letters   [bodyIDBytes]byte // of source, format and body
	decoded   feed.Decoded
	refused   string     // why the whole body is rejected; "" if it is not
	notStored bool       // the body was refused before it was read and is not stored
	refusal   fault.Kind // of a body that is not stored
	retry     bool       // a dead letter is retried: nothing was received
	// defined reports whether a definition names an SLO; nil: no SLO is
	// defined. It is set for bodies with buckets.
	defined func(slo string) bool

	answer Result
	err    error
	done   chan struct{}
}

// size returns how many bytes a job adds to a commit, roughly.
func (j *job) size() int { return len(j.raw) + 256*len(j.decoded.Facts) }

// committer puts many jobs into one commit. While a commit runs, new jobs
// queue up; one of their goroutines becomes the leader of the next commit
// and takes all that wait.
type committer struct {
	db     kv.DB
	limit  int
	most   Budget
	leader chan struct{} // holds one token during a commit

	mu    sync.Mutex
	queue []*job
	last  int           // number of jobs in the previous commit
	full  chan struct{} // closed when that many wait again; nil: no leader waits
}

// newCommitter returns a committer without jobs. limit bounds its queue.
func newCommitter(db kv.DB, limit int, most Budget) *committer {
	return &committer{db: db, limit: limit, most: most, leader: make(chan struct{}, 1)}
}

// do returns nil when the job is durable, otherwise the reason why it is
// not. If ctx ends first the job may still be stored; sending it again does
// no harm.
func (c *committer) do(ctx context.Context, j *job) error {
	j.done = make(chan struct{})
	if err := c.enter(j); err != nil {
		return err
	}
	for {
		select {
		case <-j.done:
			return j.err
		case <-ctx.Done():
			return fault.Wrap(fault.Timeout, "feedstore.commit", "the sender disconnected before this was stored", ctx.Err())
		case c.leader <- struct{}{}:
			if !c.queueEmpty() {
				c.commitWaiting(ctx)
			}
			<-c.leader
		}
	}
}

// enter appends a job to the queue. It returns fault.Unavailable if the
// queue is full.
func (c *committer) enter(j *job) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) >= c.limit {
		return fault.New(
			fault.Unavailable,
			"feedstore.commit",
			"too many feeds are waiting to be stored; nothing was stored, send it again in a few seconds",
		)
	}
	c.queue = append(c.queue, j)
	if c.full != nil && len(c.queue) >= c.last {
		close(c.full)
		c.full = nil
	}
	return nil
}

// gather waits up to gatherTime until as many jobs wait as the previous
// commit had. A single sender never waits.
func (c *committer) gather(ctx context.Context) {
	c.mu.Lock()
	if c.last < gatherFrom || len(c.queue) >= c.last {
		c.mu.Unlock()
		return
	}
	full := make(chan struct{})
	c.full = full
	c.mu.Unlock()
	timer := time.NewTimer(gatherTime)
	defer timer.Stop()
	select {
	case <-full:
	case <-timer.C:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.full = nil
}

// queueEmpty reports whether no job waits (an earlier leader already
// committed this one).
func (c *committer) queueEmpty() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue) == 0
}

// take removes the jobs of the next commit from the queue, in their order. At least one
// is taken, however large it is.
func (c *committer) take() []*job {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, facts, bytes := 0, 0, 0
	for _, j := range c.queue {
		facts += len(j.decoded.Facts)
		bytes += j.size()
		if n > 0 && (n == batchJobs || facts > batchFacts || bytes > batchBytes) {
			break
		}
		n++
	}
	jobs := slices.Clone(c.queue[:n])
	c.last = n
	c.queue = slices.Delete(c.queue, 0, n)
	return jobs
}

// commitWaiting commits the waiting jobs. It takes them from the queue only
// once it may write, so that all that arrive before that share the commit.
// It does not end with the leader's context, because other senders depend
// on it.
func (c *committer) commitWaiting(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitLimit)
	defer cancel()
	c.gather(ctx)
	var jobs []*job
	err := c.db.Update(ctx, func(w kv.Writer) error {
		// If the transaction runs again it must apply the same jobs.
		if jobs == nil {
			jobs = c.take()
		}
		return applyAll(w, jobs, c.most)
	})
	if err != nil && jobs == nil {
		jobs = c.take() // the database was not available: all waiting jobs get the error
	}
	if fault.KindOf(err) == fault.Timeout {
		err = fault.Wrap(fault.Unavailable, "feedstore.commit", "the database is busy; nothing was stored, send it again in a few seconds", err)
	}
	for _, j := range jobs {
		j.err = err
		close(j.done)
	}
}

// applyAll writes the jobs. The database may call it more than once; the batch is a new
// one each time.
func applyAll(w kv.Writer, jobs []*job, most Budget) error {
	b, err := newBatch(w, most)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if err := b.job(j); err != nil {
			return err
		}
	}
	return b.finish()
}
