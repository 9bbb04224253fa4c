// Package jobs owns the named background jobs of the portal: when each runs, how
// its last run went, and running one now.
//
// Data layout (owner "jobs"):
//
//	jobs.run   name -> the last run: start, duration, summary, result
//
// gocron is only the ticker: it does not catch up runs that were missed while the
// process was down, it skips or doubles runs when clocks change, and stopping it while
// a task runs keeps a core busy. A tick therefore only wakes the job's own goroutine,
// and what a job has to do follows from what is stored, not from how often it was
// woken.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// bRun is the bucket of the last runs.
const bRun = "jobs.run"

// Schema is what this package stores in the database.
//
// History: 1, the first.
func Schema() kv.Schema { return kv.Schema{Name: "jobs", Version: 1, Buckets: []string{bRun}} }

// Job is work that is repeated.
type Job struct {
	Name  string // "reports"
	About string // what it does, in one sentence
	Every time.Duration
	// Run does the work and returns a summary of a few words. It must return soon after
	// its context ends.
	Run func(ctx context.Context) (said string, err error)
}

// Run is one run of a job.
type Run struct {
	Started time.Time
	Took    time.Duration
	OK      bool
	Said    string // summary, or the reason of the failure, for people
	By      string // who started it; "" is the clock
}

// Status is a job with its last and its next run.
type Status struct {
	Name, About string
	Every       time.Duration
	Running     bool
	Next        time.Time // zero if unknown
	Last        *Run      // nil before the first run
}

// Options configure a Runner.
type Options struct {
	DB   kv.DB
	Now  func() time.Time
	Log  *slog.Logger
	Jobs []Job
	// Observe receives every run; may be nil.
	Observe func(name string, r Run)
}

// Runner runs jobs, each on its own goroutine and never twice at the same time.
type Runner struct {
	opt  Options
	list []*worker
	cron gocron.Scheduler

	stop context.CancelFunc
	done sync.WaitGroup
}

// worker is one job with the channel that wakes it.
type worker struct {
	Job
	wake chan string // receives the name of who starts a run
	tick gocron.Job

	mu      sync.Mutex
	running bool
}

// New returns a Runner. Nothing runs before Start.
func New(opt Options) *Runner {
	r := &Runner{opt: opt}
	for _, j := range opt.Jobs {
		r.list = append(r.list, &worker{Job: j, wake: make(chan string, 1)})
	}
	return r
}

// Start runs every job immediately and then at its interval. After an error nothing
// runs.
func (r *Runner) Start() error {
	cron, err := gocron.NewScheduler(gocron.WithLogger(quiet{r.opt.Log}))
	if err != nil {
		return fault.Wrap(fault.Internal, "jobs.Start", "the ticker cannot be made", err)
	}
	r.cron = cron
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	for _, w := range r.list {
		w.tick, err = cron.NewJob(gocron.DurationJob(w.Every), gocron.NewTask(func() { w.request("") }),
			gocron.WithName(w.Name), gocron.WithSingletonMode(gocron.LimitModeReschedule), gocron.WithStartAt(gocron.WithStartImmediately()))
		if err != nil {
			cancel()
			return errors.Join(fault.Wrap(fault.Internal, "jobs.Start", "the job "+w.Name+" cannot be scheduled", err), cron.Shutdown())
		}
		r.done.Go(func() { r.serve(ctx, w) })
	}
	cron.Start()
	return nil
}

// Stop ends the ticker, cancels running jobs and waits for them until ctx ends. A
// Runner that was not started stops without an error.
func (r *Runner) Stop(ctx context.Context) error {
	if r.stop == nil {
		return nil
	}
	r.stop()
	err := r.cron.Shutdown()
	done := make(chan struct{})
	go func() { r.done.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		err = errors.Join(err, fmt.Errorf("jobs: a job did not end: %w", ctx.Err()))
	}
	return err
}

// request wakes the job. A request that is already waiting is enough.
func (w *worker) request(who string) {
	select {
	case w.wake <- who:
	default:
	}
}

// serve runs a job whenever it is woken, until ctx ends.
func (r *Runner) serve(ctx context.Context, w *worker) {
	for {
		select {
		case <-ctx.Done():
			return
		case who := <-w.wake:
			r.once(ctx, w, who)
		}
	}
}

// once runs a job and stores the result; a panic is a failed run.
func (r *Runner) once(ctx context.Context, w *worker, who string) {
	w.set(true)
	defer w.set(false)
	run := Run{Started: r.opt.Now().UTC(), By: who}
	start := time.Now() // a duration of the machine, not of the injected clock
	said, err := r.guarded(ctx, w)
	run.Took, run.OK, run.Said = time.Since(start), err == nil, said
	if err != nil {
		if ctx.Err() != nil {
			return // stopped, not failed; it runs again after the next start
		}
		run.Said = fault.Message(err)
		r.opt.Log.Error("job", "job", w.Name, "error", err)
	}
	if err := r.save(ctx, w.Name, run); err != nil && ctx.Err() == nil {
		r.opt.Log.Error("job", "job", w.Name, "error", err)
	}
	if r.opt.Observe != nil {
		r.opt.Observe(w.Name, run)
	}
}

// guarded runs a job and returns a panic as an error.
func (r *Runner) guarded(ctx context.Context, w *worker) (said string, err error) {
	defer func() {
		if v := recover(); v != nil {
			r.opt.Log.Error("panic", "job", w.Name, "panic", v, "stack", string(debug.Stack()))
			err = fault.Newf(fault.Internal, "jobs.run", "the job %s ended unexpectedly; the cause is in the log", w.Name)
		}
	}()
	return w.Run(ctx)
}

// save stores the last run of a job.
func (r *Runner) save(ctx context.Context, name string, run Run) error {
	b, err := json.Marshal(run)
	if err != nil {
		return fault.Wrap(fault.Internal, "jobs.save", "the run cannot be stored", err)
	}
	return r.opt.DB.Update(ctx, func(w kv.Writer) error { return w.Put(bRun, []byte(name), b) })
}

// RunNow wakes a job and returns without waiting; who is stored with the run. An
// unknown name is fault.NotFound.
func (r *Runner) RunNow(name, who string) error {
	i := slices.IndexFunc(r.list, func(w *worker) bool { return w.Name == name })
	if i < 0 {
		return fault.Newf(fault.NotFound, "jobs.RunNow", "there is no job %.40q", name)
	}
	r.list[i].request(who)
	return nil
}

// Status returns every job with its last run, in the order of Options.Jobs.
func (r *Runner) Status(ctx context.Context) (all []Status, err error) {
	err = r.opt.DB.View(ctx, func(rd kv.Reader) error {
		for _, w := range r.list {
			s := Status{Name: w.Name, About: w.About, Every: w.Every, Running: w.get()}
			if w.tick != nil {
				s.Next, _ = w.tick.NextRun() // an error means that none is scheduled
			}
			b, err := rd.Get(bRun, []byte(w.Name))
			if err != nil && !kv.Unreadable(err) {
				return err
			}
			if b != nil {
				s.Last = &Run{}
				if err := json.Unmarshal(b, s.Last); err != nil {
					kv.Skip(rd, bRun, []byte(w.Name), err)
					s.Last = nil
				}
			}
			all = append(all, s)
		}
		return nil
	})
	return all, err
}

// set records whether the job is running.
func (w *worker) set(running bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = running
}

// get reports whether the job is running.
func (w *worker) get() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running
}

// quiet writes gocron's messages to the log, its progress messages at the debug level.
type quiet struct{ log *slog.Logger }

// Debug implements gocron.Logger.
func (q quiet) Debug(msg string, args ...any) { q.log.Debug("gocron: "+msg, args...) }

// Info implements gocron.Logger.
func (q quiet) Info(msg string, args ...any) { q.log.Debug("gocron: "+msg, args...) }

// Warn implements gocron.Logger.
func (q quiet) Warn(msg string, args ...any) { q.log.Warn("gocron: "+msg, args...) }

// Error implements gocron.Logger.
func (q quiet) Error(msg string, args ...any) { q.log.Error("gocron: "+msg, args...) }
