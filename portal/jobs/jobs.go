// Package jobs owns the named background jobs of the portal: when each runs, how
// its last run went, and running one now.
//
// Data layout (owner "jobs"):
//
//	jobs.run   name -> the last run: when, how long, what it said, how it ended
//
// gocron is the ticker and nothing more: it forgets what it missed while the
// process was down, it skips or doubles runs when clocks change, and stopping it
// while a task runs keeps a core busy. So a tick only wakes the job's own
// goroutine, and what a job has to do follows from what is stored, never from how
// often it was woken.
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

const bRun = "jobs.run"

// Schema is what this package keeps in the database.
//
// History: 1, the first.
func Schema() kv.Schema { return kv.Schema{Name: "jobs", Version: 1, Buckets: []string{bRun}} }

// Job is something that is done again and again.
type Job struct {
	Name  string // "reports"
	About string // what it does, in a sentence
	Every time.Duration
	// Run does it, and says in a few words what it did. It must end soon after its
	// context does.
	Run func(ctx context.Context) (said string, err error)
}

// Run is one run of a job.
type Run struct {
	Started time.Time
	Took    time.Duration
	OK      bool
	Said    string // what it did, or why it failed, for people outside
	By      string // who asked for it; "" the clock
}

// Status is a job as it stands.
type Status struct {
	Name, About string
	Every       time.Duration
	Running     bool
	Next        time.Time // zero: not known
	Last        *Run      // nil: never ran
}

// Options are what a Runner works with.
type Options struct {
	DB   kv.DB
	Now  func() time.Time
	Log  *slog.Logger
	Jobs []Job
	// Observe is told of every run; may be nil.
	Observe func(name string, r Run)
}

// Runner runs jobs, each on a goroutine of its own, no job twice at a time.
type Runner struct {
	opt  Options
	list []*worker
	cron gocron.Scheduler

	stop context.CancelFunc
	done sync.WaitGroup
}

// worker is one job with its wake-up call.
type worker struct {
	Job
	wake chan string // who asks
	tick gocron.Job

	mu      sync.Mutex
	running bool
}

// New makes a Runner. Nothing runs until Start.
func New(opt Options) *Runner {
	r := &Runner{opt: opt}
	for _, j := range opt.Jobs {
		r.list = append(r.list, &worker{Job: j, wake: make(chan string, 1)})
	}
	return r
}

// Start runs every job once at once, and then at its pace.
func (r *Runner) Start() error {
	cron, err := gocron.NewScheduler(gocron.WithLogger(quiet{r.opt.Log}))
	if err != nil {
		return fault.Wrap(fault.Internal, "jobs.Start", "the ticker cannot be made", err)
	}
	r.cron = cron
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	for _, w := range r.list {
		w.tick, err = cron.NewJob(gocron.DurationJob(w.Every), gocron.NewTask(func() { w.ask("") }),
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

// Stop ends the ticker, tells running jobs to end and waits for them as long as
// the context lets it.
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

// ask wakes the job; a wake-up call that waits already is enough.
func (w *worker) ask(who string) {
	select {
	case w.wake <- who:
	default:
	}
}

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

// once runs a job; a panic is a failed run.
func (r *Runner) once(ctx context.Context, w *worker, who string) {
	w.set(true)
	defer w.set(false)
	run := Run{Started: r.opt.Now().UTC(), By: who}
	start := time.Now() // a stopwatch: a clock that is put must not bend it
	said, err := r.guarded(ctx, w)
	run.Took, run.OK, run.Said = time.Since(start), err == nil, said
	if err != nil {
		if ctx.Err() != nil {
			return // stopped, not failed; the next start does it again
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

func (r *Runner) guarded(ctx context.Context, w *worker) (said string, err error) {
	defer func() {
		if v := recover(); v != nil {
			r.opt.Log.Error("panic", "job", w.Name, "panic", v, "stack", string(debug.Stack()))
			err = fault.Newf(fault.Internal, "jobs.run", "the job %s broke off; the log says where", w.Name)
		}
	}()
	return w.Run(ctx)
}

func (r *Runner) save(ctx context.Context, name string, run Run) error {
	b, err := json.Marshal(run)
	if err != nil {
		return fault.Wrap(fault.Internal, "jobs.save", "the run cannot be stored", err)
	}
	return r.opt.DB.Update(ctx, func(w kv.Writer) error { return w.Put(bRun, []byte(name), b) })
}

// RunNow wakes a job; who asked for it is kept with the run. It does not wait.
func (r *Runner) RunNow(name, who string) error {
	i := slices.IndexFunc(r.list, func(w *worker) bool { return w.Name == name })
	if i < 0 {
		return fault.Newf(fault.NotFound, "jobs.RunNow", "there is no job %.40q", name)
	}
	r.list[i].ask(who)
	return nil
}

// Status tells how every job stands.
func (r *Runner) Status(ctx context.Context) (all []Status, err error) {
	err = r.opt.DB.View(ctx, func(rd kv.Reader) error {
		for _, w := range r.list {
			s := Status{Name: w.Name, About: w.About, Every: w.Every, Running: w.get()}
			if w.tick != nil {
				s.Next, _ = w.tick.NextRun() // an error means that there is none
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

func (w *worker) set(running bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = running
}

func (w *worker) get() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running
}

// quiet gives gocron's own messages to the log, its chatter as debugging.
type quiet struct{ log *slog.Logger }

func (q quiet) Debug(msg string, args ...any) { q.log.Debug("gocron: "+msg, args...) }
func (q quiet) Info(msg string, args ...any)  { q.log.Debug("gocron: "+msg, args...) }
func (q quiet) Warn(msg string, args ...any)  { q.log.Warn("gocron: "+msg, args...) }
func (q quiet) Error(msg string, args ...any) { q.log.Error("gocron: "+msg, args...) }
