package jobs_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/jobs"
)

// Requests for a job that runs are one request: it runs once more.
func TestRequestsWhileRunningAreOne(t *testing.T) {
	var runs atomic.Int64
	release := make(chan struct{})
	r := runner(t, jobs.Job{Name: "slow", Every: time.Hour, Run: func(ctx context.Context) (string, error) {
		runs.Add(1)
		select {
		case <-release:
		case <-ctx.Done():
		}
		return "", nil
	}})
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the first run", func() bool { return runs.Load() == 1 })
	if s := status(t, r, "slow"); !s.Running || s.Last != nil {
		t.Errorf("while it runs: %+v", s)
	}
	for range 3 {
		if err := r.RunNow("slow", "ana"); err != nil {
			t.Fatal(err)
		}
	}
	release <- struct{}{}
	until(t, "the second run", func() bool { return runs.Load() == 2 })
	release <- struct{}{}
	until(t, "the end of the second run", func() bool {
		s := status(t, r, "slow")
		return !s.Running && s.Last != nil && s.Last.By == "ana"
	})
	if n := runs.Load(); n != 2 {
		t.Errorf("%d runs, want 2", n)
	}
}

// A stored run that cannot be decoded is left out, and counted as damage.
func TestUndecodableRun(t *testing.T) {
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"), boltkv.Options{Schemas: []kv.Schema{jobs.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.Update(t.Context(), func(w kv.Writer) error { return w.Put("jobs.run", []byte("a"), []byte("{")) })
	if err != nil {
		t.Fatal(err)
	}
	r := jobs.New(jobs.Options{DB: db, Now: time.Now, Log: slog.New(slog.DiscardHandler), Jobs: []jobs.Job{{Name: "a", Every: time.Hour}}})
	if s := status(t, r, "a"); s.Last != nil {
		t.Errorf("last run %+v", s.Last)
	}
	if d := db.Damage(); d.Rows != 1 {
		t.Errorf("damage %+v", d)
	}
}

// A job that cannot be scheduled fails the start, and the jobs before it do not run on.
func TestStartFails(t *testing.T) {
	started, ended := make(chan struct{}), make(chan struct{})
	r := runner(t,
		jobs.Job{Name: "good", Every: time.Hour, Run: func(ctx context.Context) (string, error) {
			close(started)
			<-ctx.Done()
			close(ended)
			return "", nil
		}},
		jobs.Job{Name: "never", Every: 0, Run: func(context.Context) (string, error) { return "", nil }},
	)
	if err := r.RunNow("good", ""); err != nil { // waits for the start
		t.Fatal(err)
	}
	if err := r.Start(); err == nil {
		t.Fatal("a job without an interval is scheduled")
	}
	if err := r.Stop(t.Context()); err != nil { // waits for what has begun
		t.Fatal(err)
	}
	select {
	case <-started:
		<-ended
	default: // the start had failed before the job began
	}
}
