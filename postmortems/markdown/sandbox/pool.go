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
	// DefaultTimeout is the processor time of one document; the largest real one
	// (393 KB) takes 0.2 s. Where a process's time is not known, the clock counts.
	DefaultTimeout = 3 * time.Second
	// DefaultMemory is the memory of one worker in bytes; the largest real
	// document makes one use 150 MB.
	DefaultMemory = 512 << 20
	// DefaultIdle is how long a worker waits for its next document.
	DefaultIdle = time.Minute
)

// Options say how a Pool runs its workers.
type Options struct {
	Command []string      // absolute path and arguments of a program that calls Serve
	Workers int           // at most so many at once; 0: one for each processor
	Timeout time.Duration // for one document; 0: DefaultTimeout
	Memory  int64         // bytes, for one worker; 0: DefaultMemory
	Idle    time.Duration // after which an unused worker is stopped; 0: DefaultIdle
	Log     *slog.Logger  // told of workers that die; nil: nobody
}

// Pool renders in worker processes. It implements postmortems.BodyRenderer and is
// safe for concurrent use: more calls than workers wait for their turn.
type Pool struct {
	options Options
	turns   chan struct{} // one token for each worker that may run

	mu     sync.Mutex
	idle   []*worker // the last one used is at the end
	reaper *time.Timer
	closed bool
}

// New makes a Pool. It starts no process before the first document.
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
	return &Pool{options: o, turns: make(chan struct{}, o.Workers)}
}

// tries is how often a document that kills its worker is given to another one:
// the first death may have had another reason.
const tries = 2

// RenderBody implements postmortems.BodyRenderer. A document that kills two
// workers is told as a problem of the document; an error is a failure to run
// workers at all, or the end of ctx.
func (p *Pool) RenderBody(ctx context.Context, in postmortems.BodyInput) (postmortems.Body, []postmortems.Problem, error) {
	const op = "sandbox.RenderBody"
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return postmortems.Body{}, nil, fault.Wrap(fault.Timeout, op, "rendering was cut short", ctx.Err())
	}
	payload := encodeInput(in)
	if len(payload) > MaxFrame {
		return postmortems.Body{}, []postmortems.Problem{limitProblem(in, "is far too long to render")}, nil
	}
	var death error
	for range tries {
		w, err := p.take()
		if err != nil {
			return postmortems.Body{}, nil, err
		}
		r, err := w.render(ctx, payload, p.options.Timeout)
		if err == nil {
			p.put(w)
			if r.failed != "" {
				return postmortems.Body{}, nil, fault.Wrap(fault.Internal, op, "the document could not be rendered", errors.New(r.failed))
			}
			return r.body, r.problems, nil
		}
		words := w.stop()
		if ctx.Err() != nil {
			return postmortems.Body{}, nil, fault.Wrap(fault.Timeout, op, "rendering was cut short", ctx.Err())
		}
		death = err
		p.options.Log.Warn("a render worker died", "path", in.Path, "bytes", len(in.Markdown), "err", err, "stderr", words)
	}
	return postmortems.Body{}, []postmortems.Problem{p.blame(in, death)}, nil
}

// blame tells the author what the document did.
func (p *Pool) blame(in postmortems.BodyInput, death error) postmortems.Problem {
	if errors.Is(death, errSlow) {
		return limitProblem(in, fmt.Sprintf("takes over %v of processor time to render", p.options.Timeout))
	}
	return limitProblem(in, fmt.Sprintf("needs over %d MiB of memory to render, or makes the renderer fail", p.options.Memory>>20))
}

func limitProblem(in postmortems.BodyInput, what string) postmortems.Problem {
	return postmortems.Problem{
		Path: in.Path, Line: in.FirstLine, Weight: postmortems.Error, Rule: markdown.RuleRenderLimit,
		Message: "the document " + what + "; look for what repeats itself, shorten very long paragraphs and tables, or split it",
	}
}

// take gives the worker used last, or starts one.
func (p *Pool) take() (*worker, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, fault.New(fault.Unavailable, "sandbox.RenderBody", "the portal is stopping; try again")
	}
	if n := len(p.idle); n > 0 {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return w, nil
	}
	p.mu.Unlock()
	w, err := startWorker(p.options)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "sandbox.RenderBody", "the renderer could not be started", err)
	}
	return w, nil
}

// put gives a worker back, and sees that it is stopped when nobody wants it.
func (p *Pool) put(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		w.stop()
		return
	}
	w.used = true
	p.idle = append(p.idle, w)
	if p.reaper == nil {
		p.reaper = time.AfterFunc(p.options.Idle, p.reap)
	}
}

// reap stops workers that have not been used since it last came, and comes again
// as long as there are others.
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

// Close stops the idle workers and waits for those at work, each at most for the
// time of a document. No rendering begins after it.
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
	p.mu.Unlock()
	for range cap(p.turns) {
		p.turns <- struct{}{}
	}
	for range cap(p.turns) {
		<-p.turns
	}
	return nil
}
