package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// draftBranch is a branch whose preview the browser looks at.
const draftBranch = "notify-queue"

const draftText = `---
title: The notification queue is full
summary: Mail waits for more than five minutes.
alerts: [NotifyQueueFull]
services: [notify]
---

# The notification queue is full

## Look

Count what waits, by region.
`

// demoPatience is how long the demo may take to be ready: it posts three months of
// feeds and makes their reports, here with the race detector.
const demoPatience = 5 * time.Minute

// demoPortal is postern serve --demo in a process of its own.
type demoPortal struct {
	url string
	now time.Time // when it was started, by its own clock
	env []string  // of commands that use the same data folder
	dir string    // empty, for working trees
}

// startPortal starts the demo portal on a day and waits until it is filled and listens.
func startPortal(t *testing.T, day time.Time) demoPortal {
	t.Helper()
	p := demoPortal{dir: t.TempDir(), now: day}
	data := filepath.Join(p.dir, "data")
	p.env = append(authorEnv(p.dir), clockFrom(day))
	cmd := exec.Command("postern", "serve", "--demo", "--data-dir", data, "--listen", "127.0.0.1:0")
	cmd.Env = p.env
	said := &readyLine{ready: make(chan string, 1)}
	var log lockedBuffer
	cmd.Stdout, cmd.Stderr = said, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case err := <-ended:
			if err != nil || t.Failed() {
				t.Logf("the portal ended with %v and said:\n%s", err, log.String())
			}
		case <-time.After(stopPatience):
			_ = cmd.Process.Kill()
			t.Error("the portal does not stop")
		}
	})
	select {
	case p.url = <-said.ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("the portal ended: %v", err)
	case <-time.After(demoPatience):
		t.Fatal("no ready line")
	}
	return p
}

// pushDraft publishes one runbook on a branch, as an author does.
func (p demoPortal) pushDraft(t *testing.T) {
	t.Helper()
	token := strings.TrimSpace(p.run(t, p.dir, "postern", "token", "create", "--role", "publisher", "--name", "ana"))
	remote := strings.Replace(p.url, "://", "://ana:"+token+"@", 1) + "/knowledge.git"
	p.run(t, p.dir, "git", "clone", "-q", remote, "draft")
	tree := filepath.Join(p.dir, "draft")
	if err := os.WriteFile(filepath.Join(tree, "runbooks", "NotifyQueueFull.md"), []byte(draftText), 0o600); err != nil {
		t.Fatal(err)
	}
	p.run(t, tree, "git", "add", ".")
	p.run(t, tree, "git", "commit", "-q", "-m", "Add a runbook for the full queue")
	p.run(t, tree, "git", "push", "-q", "origin", "HEAD:refs/heads/"+draftBranch)
}

// run runs one command and gives what it printed.
func (p demoPortal) run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, p.env
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args[0], err, problem.String())
	}
	return string(out)
}

// readyLine waits in the output of a server for the address it listens on.
type readyLine struct {
	seen  lockedBuffer
	once  sync.Once
	ready chan string
}

func (r *readyLine) Write(b []byte) (int, error) {
	n, err := r.seen.Write(b)
	_, rest, found := strings.Cut(r.seen.String(), "postern: listening on ")
	if url, _, whole := strings.Cut(rest, "\n"); found && whole {
		r.once.Do(func() { r.ready <- url })
	}
	return n, err
}

// lockedBuffer is written by one goroutine and read by another.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
