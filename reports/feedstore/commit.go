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

const (
	// defaultQueue is how many bodies may wait for a commit.
	defaultQueue = 1024
	// batchJobs, batchFacts and batchBytes bound one commit, because everybody
	// else who writes waits for it.
	batchJobs  = 256
	batchFacts = 20_000
	batchBytes = 8 << 20
	// gatherTime is how long a commit waits for those who shared the one before:
	// they were told at the same moment and are on their way with the next body.
	// It is less than an fsync takes.
	gatherTime = time.Millisecond
	// crowd is how many jobs one commit must have had for the next to wait.
	gatherFrom = 4
	// commitLimit is how long a body waits for its commit, the time that other
	// writers hold the database included.
	commitLimit = 20 * time.Second
)

// job is one body, or one list of facts, on its way into the database.
type job struct {
	format    string
	source    string
	received  time.Time
	now       time.Time // by which a bucket must be over; received, or the time of a retry
	input     feed.Input
	raw       []byte // stored form of the body; nil for recorded facts
	sum       [32]byte
	letters   [bodyIDBytes]byte // of source, format and body
	decoded   feed.Decoded
	refused   string     // why the whole body is no such format; "" when it is
	notStored bool       // the body was refused before it was read and is not there
	refusal   fault.Kind // of a body that is not there
	retry     bool       // of what is in the dead letters: not received again
	// defined reports whether a definition names an SLO; nil: none does. It is set
	// for bodies with buckets.
	defined func(slo string) bool

	answer Result
	err    error
	done   chan struct{}
}

// size is what a job adds to a commit, in bytes.
func (j *job) size() int { return len(j.raw) + 256*len(j.decoded.Facts) }

// committer puts many jobs into one commit: while one commit is being made, those
// who come queue up, and the first of them takes all that wait into the next.
type committer struct {
	db     kv.DB
	limit  int
	most   Budget
	leader chan struct{} // holds one token while somebody commits

	mu    sync.Mutex
	queue []*job
	last  int           // jobs of the commit before
	full  chan struct{} // closed when as many wait again; nil: nobody waits for that
}

func newCommitter(db kv.DB, limit int, most Budget) *committer {
	return &committer{db: db, limit: limit, most: most, leader: make(chan struct{}, 1)}
}

// do returns when the job is durable, or with the reason why it is not. When ctx
// ends first the job may still be stored; sending it again does no harm.
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
			return fault.Wrap(fault.Timeout, "ledger.commit", "the sender left before this was stored", ctx.Err())
		case c.leader <- struct{}{}:
			if !c.queueEmpty() {
				c.commitWaiting(ctx)
			}
			<-c.leader
		}
	}
}

func (c *committer) enter(j *job) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) >= c.limit {
		return fault.New(fault.Unavailable, "ledger.commit", "too many feeds are waiting to be stored; nothing of this was stored, send it again in a few seconds")
	}
	c.queue = append(c.queue, j)
	if c.full != nil && len(c.queue) >= c.last {
		close(c.full)
		c.full = nil
	}
	return nil
}

// gather lets those catch up who shared the commit before. A lone sender never
// waits.
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

// idle tells whether nobody waits: the leader before took this one's job along.
func (c *committer) queueEmpty() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue) == 0
}

// take gives the jobs of the next commit, in the order in which they came.
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

// lead commits what waits. It takes the jobs only when the database is its own, so
// that all who came meanwhile share the commit. The context of the leader does not
// bind the others'.
func (c *committer) commitWaiting(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitLimit)
	defer cancel()
	c.gather(ctx)
	var jobs []*job
	err := c.db.Update(ctx, func(w kv.Writer) error {
		if jobs == nil {
			jobs = c.take()
		}
		return applyAll(w, jobs, c.most)
	})
	if err != nil && jobs == nil {
		jobs = c.take() // the database could not be had: they are told
	}
	if fault.KindOf(err) == fault.Timeout {
		err = fault.Wrap(fault.Unavailable, "ledger.commit", "the database is busy; nothing of this was stored, send it again in a few seconds", err)
	}
	for _, j := range jobs {
		j.err = err
		close(j.done)
	}
}

// applyAll writes the jobs. It may run more than once.
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
