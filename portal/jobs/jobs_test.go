package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/jobs"
)

func runner(t *testing.T, list ...jobs.Job) *jobs.Runner {
	t.Helper()
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"),
		boltkv.Options{Schemas: []kv.Schema{jobs.Schema()}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	r := jobs.New(jobs.Options{DB: db, Now: time.Now, Log: slog.New(slog.DiscardHandler), Jobs: list})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		if err := errors.Join(r.Stop(ctx), db.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// until polls for a state that goroutines reach. Its deadline only ends a hang.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

func status(t *testing.T, r *jobs.Runner, name string) jobs.Status {
	t.Helper()
	all, err := r.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no job %s", name)
	return jobs.Status{}
}

// A job runs at start and at its pace; one that fails or panics keeps running and
// stops no other.
func TestJobsRunWhateverOthersDo(t *testing.T) {
	var good, bad, ugly atomic.Int64
	r := runner(t,
		jobs.Job{Name: "ugly", Every: 10 * time.Millisecond, Run: func(context.Context) (string, error) { ugly.Add(1); panic("broken") }},
		jobs.Job{Name: "bad", Every: 10 * time.Millisecond, Run: func(context.Context) (string, error) {
			bad.Add(1)
			return "", fault.New(fault.Unavailable, "x", "the disk is away")
		}},
		jobs.Job{Name: "good", About: "does good", Every: 10 * time.Millisecond,
			Run: func(context.Context) (string, error) { good.Add(1); return "done", nil }},
		jobs.Job{Name: "rare", Every: time.Hour, Run: func(context.Context) (string, error) { return "rarely", nil }},
	)
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "three runs of each", func() bool { return good.Load() > 2 && bad.Load() > 2 && ugly.Load() > 2 })
	until(t, "outcomes stored", func() bool {
		return status(t, r, "good").Last != nil && status(t, r, "bad").Last != nil && status(t, r, "ugly").Last != nil &&
			status(t, r, "rare").Last != nil
	})
	if s := status(t, r, "good"); !s.Last.OK || s.Last.Said != "done" || s.About != "does good" {
		t.Errorf("good: %+v %+v", s, s.Last)
	}
	if s := status(t, r, "bad"); s.Last.OK || s.Last.Said != "the disk is away" {
		t.Errorf("bad: %+v", s.Last)
	}
	if s := status(t, r, "ugly"); s.Last.OK {
		t.Errorf("ugly: %+v", s.Last)
	}
	if s := status(t, r, "rare"); s.Last.By != "" || s.Next.Before(time.Now().Add(50*time.Minute)) {
		t.Errorf("rare: next %v, last %+v", s.Next, s.Last)
	}
}

func TestRunNow(t *testing.T) {
	runs := make(chan struct{}, 10)
	r := runner(t, jobs.Job{Name: "rare", Every: time.Hour, Run: func(context.Context) (string, error) { runs <- struct{}{}; return "", nil }})
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	<-runs // at start
	until(t, "the first run stored", func() bool { return status(t, r, "rare").Last != nil })
	if err := r.RunNow("rare", "ana"); err != nil {
		t.Fatal(err)
	}
	until(t, "the run by hand", func() bool { return status(t, r, "rare").Last.By == "ana" })
	if err := r.RunNow("nothing", "ana"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an unknown job: %v", err)
	}
}

// A stop ends a running job by its context, and does not wait permanently for one that
// ignores it.
func TestStop(t *testing.T) {
	began, ended := make(chan struct{}, 10), make(chan struct{})
	r := runner(t, jobs.Job{Name: "long", Every: time.Hour, Run: func(ctx context.Context) (string, error) {
		began <- struct{}{}
		<-ctx.Done()
		close(ended)
		return "", ctx.Err()
	}})
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	<-began
	if err := r.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	default:
		t.Error("Stop returned while the job ran")
	}
	if s := status(t, r, "long"); s.Last != nil {
		t.Errorf("a run that was stopped is not a failed one: %+v", s.Last)
	}
}
