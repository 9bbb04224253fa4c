package plumbing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
)

// ExitError is a child that did not end well.
type ExitError struct {
	Verb   string         // "index-pack"
	Code   int            // exit status, -1 when it was killed
	Signal syscall.Signal // 0 when it exited by itself
	Stderr string         // its last words
	Ended  error          // the context's error, when that ended it
	Err    error
}

// Error is the text for the log.
func (e *ExitError) Error() string {
	return fmt.Sprintf("git %s: %v: %s", e.Verb, e.Err, strings.TrimSpace(e.Stderr))
}

// Unwrap gives the cause; a deadline shows through.
func (e *ExitError) Unwrap() []error {
	if e.Ended != nil {
		return []error{e.Err, e.Ended}
	}
	return []error{e.Err}
}

// Reason says in a few words, for the author, why the child ended.
func (e *ExitError) Reason() string {
	switch {
	case errors.Is(e.Ended, context.DeadlineExceeded):
		return "git " + e.Verb + " took longer than the server allows"
	case e.Signal == syscall.SIGXCPU:
		return "git " + e.Verb + " used more processor time than the server allows"
	case e.Signal == syscall.SIGXFSZ:
		return "git " + e.Verb + " wrote a larger file than the server allows"
	case e.Signal != 0:
		return fmt.Sprintf("git %s was killed on the server (%v)", e.Verb, e.Signal)
	case e.DiskFull():
		return "the server's disk is full; nothing of the push was kept. Tell its operator"
	}
	if line := e.lastWords(); line != "" {
		return "git " + e.Verb + ": " + line
	}
	return fmt.Sprintf("git %s failed with status %d", e.Verb, e.Code)
}

// DiskFull tells that the child ended because the disk had no room.
func (e *ExitError) DiskFull() bool {
	return strings.Contains(e.Stderr, "No space left on device") || strings.Contains(e.Stderr, "Disk quota exceeded")
}

// lastWords is the first line git marked as an error: later ones only follow
// from it.
func (e *ExitError) lastWords() string {
	for line := range strings.Lines(e.Stderr) {
		line = strings.TrimSpace(line)
		for _, mark := range []string{"error: ", "fatal: "} {
			if text, ok := strings.CutPrefix(line, mark); ok {
				return text
			}
		}
	}
	return ""
}

// words keeps the beginning of what is written to it and drops the rest: git
// says the cause first.
type words struct {
	mu  sync.Mutex
	buf []byte
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf = append(w.buf, p[:min(len(p), stderrKept-len(w.buf))]...)
	return len(p), nil
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.buf)
}
