package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const stoppingFiles = 300 // long enough a push to be caught at any stage

// TestPushWhileStopping asks the server to stop at moments spread over a push.
// The push finishes, or its author receives an error; the server ends
// cleanly and promptly either way.
func TestPushWhileStopping(t *testing.T) {
	needGit(t)
	s := newStopping(t)
	typical := s.push(t, 0)
	finished := 0
	const moments = 8
	for i := 1; i <= moments; i++ {
		if s.stopDuring(t, i, typical*time.Duration(i)/(moments-1)) {
			finished++
		}
	}
	t.Logf("a push takes %v; of %d during a stop %d finished", typical.Round(time.Millisecond), moments, finished)
	if finished == 0 {
		t.Error("no push finished: they are cut off, or the moments are all too early")
	}
}

// stopping is a portal that is stopped during pushes.
type stopping struct {
	env       []string
	dir, tree string
	server    *process
	token     string
}

func newStopping(t *testing.T) *stopping {
	t.Helper()
	dir := t.TempDir()
	s := &stopping{env: authorEnv(dir), dir: dir, tree: filepath.Join(dir, "tree")}
	s.server = serveProcess(t, s.env)
	s.token = mustRun(t, s.env, dir, "postern", "token", "create", "--role", "publisher", "--name", "ana")
	mustRun(t, s.env, dir, "git", "init", "-q", "-b", "main", "tree")
	return s
}

// commit makes a change of many files and gives its commit.
func (s *stopping) commit(t *testing.T, round int) string {
	t.Helper()
	for i := range stoppingFiles {
		putFile(t, s.tree, fmt.Sprintf("guides/%d.md", i), fmt.Sprintf("# Guide %d\n\nRound %d.\n", i, round))
	}
	mustRun(t, s.env, s.tree, "git", "add", "-A")
	mustRun(t, s.env, s.tree, "git", "commit", "-q", "-m", fmt.Sprint("Round ", round))
	return mustRun(t, s.env, s.tree, "git", "rev-parse", "HEAD")
}

// push makes one push in peace and tells how long it takes.
func (s *stopping) push(t *testing.T, round int) time.Duration {
	t.Helper()
	s.commit(t, round)
	start := time.Now()
	mustRun(t, s.env, s.tree, "git", "push", "-q", s.server.remote(s.token), "main")
	return time.Since(start)
}

// stopDuring stops the server a while after a push has begun and reports
// whether the push was published.
func (s *stopping) stopDuring(t *testing.T, round int, after time.Duration) (finished bool) {
	t.Helper()
	tip := s.commit(t, round)
	said := make(chan string, 1)
	var failure error
	go func() {
		var out string
		out, failure = tryCommand(context.WithoutCancel(t.Context()), s.env, s.tree, "git", "push", s.server.remote(s.token), "main")
		said <- out
	}()
	time.Sleep(after) // the moment is the point of the test
	s.server.stop(t)
	answer := <-said
	where := fmt.Sprintf("round %d, stopped after %v: git said (%v)\n%s", round, after.Round(time.Millisecond), failure, answer)
	clear := strings.Contains(answer, "stopping") || strings.Contains(answer, "unable to access")
	if failure != nil && !clear {
		t.Errorf("the author is not told why: %s", where)
	}
	s.server = serveProcess(t, s.env)
	stored := mustRun(t, s.env, s.dir, "git", "--git-dir", filepath.Join(s.dir, "data", "knowledge.git"), "rev-parse", "refs/heads/main")
	if published := stored == tip; published != (failure == nil) {
		t.Errorf("published is %v: %s", published, where)
	}
	if out, err := tryCommand(t.Context(), s.env, s.dir, "postern", "check"); err != nil {
		t.Errorf("postern check: %v\n%s\n%s", err, out, where)
	}
	return failure == nil
}
