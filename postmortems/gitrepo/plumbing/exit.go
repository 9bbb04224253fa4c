package plumbing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
)

// ExitError is the error of a child that failed or was killed.
type ExitError struct {
	Verb   string         // "index-pack"
	Code   int            // exit status, -1 when it was killed
	Signal syscall.Signal // 0 unless a signal ended it
	Stderr string         // the beginning of its standard error
	Ended  error          // the context's error, if that ended it
	Err    error
}

// Error returns the text for the log.
func (e *ExitError) Error() string {
	return fmt.Sprintf("git %s: %v: %s", e.Verb, e.Err, strings.TrimSpace(e.Stderr))
}

// Unwrap returns the causes, so that errors.Is finds a deadline.
func (e *ExitError) Unwrap() []error {
	if e.Ended != nil {
		return []error{e.Err, e.Ended}
	}
	return []error{e.Err}
}

// Reason returns, in a few words for the author, why the child ended. It contains at
// most one line of git's own text, and the text may quote names from the push: the
// caller makes it printable.
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
		return "the server's disk is full; nothing of the push was stored. Contact its operator"
	}
	if line := e.message(); line != "" {
		return "git " + e.Verb + ": " + line
	}
	return fmt.Sprintf("git %s failed with status %d", e.Verb, e.Code)
}

// DiskFull reports whether the child ended because the disk was full. Git has no exit
// status for it, so the texts of strerror(3) for ENOSPC and EDQUOT are searched.
func (e *ExitError) DiskFull() bool {
	return strings.Contains(e.Stderr, "No space left on device") || strings.Contains(e.Stderr, "Disk quota exceeded")
}

// message returns the first line that git marked as an error: later ones follow from it.
func (e *ExitError) message() string {
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

// head is a writer that stores the first stderrKept bytes and drops the rest: git prints
// the cause first.
type head struct {
	mu  sync.Mutex
	buf []byte
}

// Write implements io.Writer. It accepts all bytes, because a short write would end the
// child with SIGPIPE.
func (w *head) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf = append(w.buf, p[:min(len(p), stderrKept-len(w.buf))]...)
	return len(p), nil
}

// String returns what was stored.
func (w *head) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.buf)
}
