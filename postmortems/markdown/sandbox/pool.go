package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/markdown"
)

// Defaults of Options.
const (
	// DefaultTimeout is the processor time of one document; the largest real one (393 KB)
	// takes 0.2 s. Where the processor time of a process is not available, elapsed time
	// counts.
	DefaultTimeout = 3 * time.Second
	// DefaultMemory is the memory of one worker in bytes; the largest real document needs
	// 150 MB.
	DefaultMemory = 512 << 20
	// DefaultIdle is how long an unused worker is retained.
	DefaultIdle = time.Minute
)

// Options configure a Pool.
type Options struct {
	Command []string      // absolute path and arguments of a program that calls Serve
	Workers int           // concurrent workers; 0: one per processor
	Extra   int           // additional workers for parties that would have none; 0: none
	Timeout time.Duration // processor time of one document; 0: DefaultTimeout
	Memory  int64         // bytes per worker; 0: DefaultMemory
	Idle    time.Duration // after which an unused worker is stopped; 0: DefaultIdle
	Log     *slog.Logger  // receives deaths of workers; nil: no logging
}

// Pool renders in worker processes. It implements postmortems.BodyRenderer and may be
// used concurrently: when there are more calls than workers, the parties (see
// WithParty) share the workers fairly. A party without a document in work gets a worker
// at once: if all are busy with documents of others, an additional one is started for
// it and stopped afterwards. There are never more than Workers+Extra processes, which
// use at most (Workers+Extra) times Memory.
type Pool struct {
	options Options

	mu       sync.Mutex
	queue    *queue
	ended    sync.Cond // signalled when nothing is being rendered or stopped
	idle     []*worker // the most recently used one is last
	stopping int       // number of surplus workers being stopped
	reaper   *time.Timer
	closed   bool
}

// New returns a Pool. It starts the first process with the first document. Command must
// be set; it is not checked before the first document.
func New(o Options) *Pool {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	if o.Idle == 0 {
		o.Idle = DefaultIdle
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &Pool{options: o, queue: newQueue(o.Workers, o.Extra)}
	p.ended.L = &p.mu
	return p
}

// tries is how many workers a document may kill before it is refused: the first death
// may have another cause.
const tries = 2

// RenderBody implements postmortems.BodyRenderer. A document that kills two workers has
// a problem; an error is a failure to run workers, or the end of ctx. Problems are of
// markdown's rules. A worker that survived stays with the turn, and release makes it
// available to others.
func (p *Pool) RenderBody(ctx context.Context, in postmortems.BodyInput) (postmortems.Body, []postmortems.Problem, error) {
	const op = "sandbox.RenderBody"
	t, err := p.await(ctx)
	if err != nil {
		return postmortems.Body{}, nil, err
	}
	defer p.release(t)
	payload := encodeInput(in)
	// The worker would refuse the frame and end, which would be mistaken for a crash.
	if len(payload) > MaxFrame {
		return postmortems.Body{}, []postmortems.Problem{limitProblem(in, "is far too long to render")}, nil
	}
	var death error
	for range tries {
		w, err := p.workerOf(t)
		if err != nil {
			return postmortems.Body{}, nil, err
		}
		r, err := w.render(ctx, payload, p.options.Timeout)
		if err == nil {
			t.worker = w
			if r.failed != "" {
				return postmortems.Body{}, nil, fault.Wrap(fault.Internal, op, "the document could not be rendered", errors.New(r.failed))
			}
			return r.body, r.problems, nil
		}
		stderr := w.stop()
		if ctx.Err() != nil {
			return postmortems.Body{}, nil, fault.Wrap(fault.Timeout, op, "rendering was interrupted", ctx.Err())
		}
		death = err
		p.options.Log.Warn("a render worker died",
			"path", in.Path, "bytes", len(in.Markdown), "err", err, "stderr", stderr)
	}
	return postmortems.Body{}, []postmortems.Problem{p.problemOf(in, death)}, nil
}

// problemOf returns the problem of a document that killed its workers. The memory limit
// cannot be told apart from a crash of the renderer: both end the process.
func (p *Pool) problemOf(in postmortems.BodyInput, death error) postmortems.Problem {
	if errors.Is(death, errSlow) {
		return limitProblem(in, fmt.Sprintf("takes over %v of processor time to render", p.options.Timeout))
	}
	return limitProblem(in, fmt.Sprintf("needs over %d MiB of memory to render, or makes the renderer fail", p.options.Memory>>20))
}

// limitProblem returns a problem of the rule about resources.
func limitProblem(in postmortems.BodyInput, what string) postmortems.Problem {
	return postmortems.Problem{
		Path: in.Path, Line: in.FirstLine, Weight: postmortems.Error, Rule: markdown.RuleRenderLimit,
		Message: "the document " + what + "; look for repetition, shorten very long paragraphs and tables, or split it",
	}
}

// await waits until a document of the context's party may be rendered. The end of ctx
// is a fault of kind Timeout. After an error there is no turn to release.
func (p *Pool) await(ctx context.Context) (*turn, error) {
	p.mu.Lock()
	t := p.queue.add(partyOf(ctx))
	p.grant()
	p.mu.Unlock()
	select {
	case <-t.granted:
		return t, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	left := p.queue.remove(t)
	p.signal()
	p.mu.Unlock()
	if !left { // granted at the same moment
		p.release(t)
	}
	return nil, fault.Wrap(fault.Timeout, "sandbox.RenderBody", "rendering was interrupted", ctx.Err())
}

// grant starts all turns that may begin, and gives them idle workers while there are
// some. The caller holds mu.
func (p *Pool) grant() {
	for t := p.queue.grant(); t != nil; t = p.queue.grant() {
		t.worker = p.lastIdle()
		close(t.granted)
	}
}

// lastIdle removes and returns the most recently used idle worker, nil if there is
// none. The caller holds mu.
func (p *Pool) lastIdle() *worker {
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	w := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return w
}

// atRest reports whether nothing is being rendered or stopped. The caller holds mu.
func (p *Pool) atRest() bool { return p.queue.idle() && p.stopping == 0 }

// signal wakes Close. The caller holds mu.
func (p *Pool) signal() {
	if p.atRest() {
		p.ended.Broadcast()
	}
}

// workerOf returns the worker of a turn; it starts one if the turn has none. A turn has
// none when the previous one died, or when no worker was idle as it was granted. The
// process is started without the mutex. After Close it is a fault of kind Unavailable.
func (p *Pool) workerOf(t *turn) (*worker, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, fault.New(fault.Unavailable, "sandbox.RenderBody", "the portal is stopping; try again")
	}
	w := t.worker
	t.worker = nil
	if w == nil {
		w = p.lastIdle()
	}
	p.mu.Unlock()
	if w != nil {
		return w, nil
	}
	w, err := startWorker(p.options)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "sandbox.RenderBody", "the renderer could not be started", err)
	}
	return w, nil
}

// release ends a turn. Its worker goes to the next turn, becomes idle, or is stopped
// when it is surplus.
func (p *Pool) release(t *turn) {
	p.mu.Lock()
	if t.worker != nil {
		t.worker.used = true
		p.idle = append(p.idle, t.worker)
	}
	p.queue.end(t)
	p.grant()
	surplus := p.surplus()
	p.stopping += len(surplus)
	if len(p.idle) > 0 && p.reaper == nil {
		p.reaper = time.AfterFunc(p.options.Idle, p.reap)
	}
	p.mu.Unlock()
	for _, w := range surplus { // without the mutex: a process takes time to end
		w.stop()
	}
	p.mu.Lock()
	p.stopping -= len(surplus)
	p.signal()
	p.mu.Unlock()
}

// surplus removes and returns the idle workers beyond those that are retained. The
// caller holds mu. A worker is retained for each of Options.Workers that is not
// rendering; after Close, none.
func (p *Pool) surplus() []*worker {
	keep := max(p.options.Workers-p.queue.running, 0)
	if p.closed {
		keep = 0
	}
	n := max(len(p.idle)-keep, 0) // the least recently used ones
	surplus := slices.Clone(p.idle[:n])
	p.idle = slices.Delete(p.idle, 0, n)
	return surplus
}

// reap stops workers that were not used since its last run, and schedules its next run
// while any are left.
func (p *Pool) reap() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reaper = nil
	p.idle = slices.DeleteFunc(p.idle, func(w *worker) bool {
		if !w.used {
			w.stop()
		}
		return !w.used
	})
	for _, w := range p.idle {
		w.used = false
	}
	if len(p.idle) > 0 && !p.closed {
		p.reaper = time.AfterFunc(p.options.Idle, p.reap)
	}
}

// Close stops the idle workers and waits for the busy ones, each at most for the time
// of one document. No rendering begins after it.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	for _, w := range p.idle {
		w.stop()
	}
	p.idle = nil
	if p.reaper != nil {
		p.reaper.Stop()
	}
	for !p.atRest() {
		p.ended.Wait()
	}
	p.mu.Unlock()
	return nil
}
