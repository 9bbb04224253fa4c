package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"github.com/postern/postern/postmortems"
)

// errSlow is the error of a worker that took longer than a document may.
var errSlow = errors.New("the time limit was reached")

// worker is one running process. It is used by one goroutine at a time.
type worker struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *head
	used   bool // since the last run of Pool.reap

	mu     sync.Mutex
	reaped bool // its process id may belong to another process
}

// startWorker starts a process with its limits. Its environment contains only memory
// settings for the Go runtime, nothing of the portal's.
func startWorker(o Options) (*worker, error) {
	cmd := exec.Command(o.Command[0], o.Command[1:]...)
	// Half of the memory is the soft limit of the garbage collector, so that it works hard
	// long before the kernel's limit ends the process.
	cmd.Env = []string{fmt.Sprintf("GOMEMLIMIT=%d", o.Memory/2), "GOMAXPROCS=1", "GOGC=400"}
	cmd.Dir = "/"
	w := &worker{cmd: cmd, stderr: &head{}}
	cmd.Stderr = w.stderr
	isolate(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.stdin, w.stdout = stdin, bufio.NewReaderSize(stdout, 64<<10)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := limit(cmd.Process.Pid, o.Memory); err != nil {
		w.stop()
		return nil, fmt.Errorf("limiting the worker: %w", err)
	}
	return w, nil
}

// render sends one document to the worker and waits for the reply. The worker is killed
// when it uses more processor time than timeout, or when ctx ends. After an error the
// worker cannot be used again. The error is the end of ctx, errSlow, or that of the
// pipe or of a malformed reply. Whether the kill came from ctx or from the watch
// decides which one: the pipe fails alike.
func (w *worker) render(ctx context.Context, payload []byte, timeout time.Duration) (reply, error) {
	before, _ := processorTime(w.cmd.Process.Pid)
	slow := startWatch(timeout, func() (time.Duration, bool) {
		now, known := processorTime(w.cmd.Process.Pid)
		return now - before, known
	}, w.kill)
	ended := context.AfterFunc(ctx, w.kill)
	r, err := w.exchange(payload)
	inTime, wanted := slow.stop(), ended()
	switch {
	case err == nil && inTime && wanted:
		return r, nil
	case !wanted && ctx.Err() != nil:
		return reply{}, ctx.Err()
	case !inTime:
		return reply{}, errSlow
	}
	return reply{}, err
}

// exchange sends a request and reads the reply.
func (w *worker) exchange(payload []byte) (reply, error) {
	if err := writeFrame(w.stdin, payload); err != nil {
		return reply{}, err
	}
	answer, err := readFrame(w.stdout)
	if err != nil {
		return reply{}, err
	}
	return decodeReply(answer)
}

// kill kills the process and its children; stop waits for it.
func (w *worker) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.reaped {
		killGroup(w.cmd)
	}
}

// stop kills the process, waits for it, and returns the beginning of its stderr.
func (w *worker) stop() string {
	w.kill()
	w.mu.Lock()
	w.reaped = true
	w.mu.Unlock()
	_ = w.stdin.Close()
	_ = w.cmd.Wait() // it was killed, so its status means nothing
	return w.stderr.String()
}

// head is a writer that stores the first maxStderr bytes: Go prints the reason of a
// crash first.
type head struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// maxStderr is how many bytes of a worker's stderr are logged.
const maxStderr = 4 << 10

// Write implements io.Writer. It accepts all bytes and stores those that fit.
func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.buf.Write(p[:min(len(p), maxStderr-h.buf.Len())])
	return len(p), nil
}

// String returns what was stored.
func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.buf.String()
}

var _ postmortems.BodyRenderer = (*Pool)(nil)
