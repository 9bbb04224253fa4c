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

// errSlow is the end of a worker that took longer than a document may.
var errSlow = errors.New("the time limit was reached")

// worker is one running process. It is used by one goroutine at a time.
type worker struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *head
	used   bool // since the pool last looked for idle workers

	mu     sync.Mutex
	reaped bool // its process id may be another's
}

// startWorker starts a process under its limits. It has no environment but what
// the Go runtime is told about memory: nothing of the portal's reaches it.
func startWorker(o Options) (*worker, error) {
	cmd := exec.Command(o.Command[0], o.Command[1:]...)
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

// render gives the worker one document and waits for the answer; the worker is
// killed when that takes more processor time than timeout or ctx ends. After an
// error the worker is of no more use.
func (w *worker) render(ctx context.Context, payload []byte, timeout time.Duration) (reply, error) {
	before, _ := processorTime(w.cmd.Process.Pid)
	slow := startWatch(timeout, func() (time.Duration, bool) {
		now, known := processorTime(w.cmd.Process.Pid)
		return now - before, known
	}, w.kill)
	ended := context.AfterFunc(ctx, w.kill)
	r, err := w.exchange(payload)
	inTime, goesOn := slow.stop(), ended()
	switch {
	case err == nil && inTime && goesOn:
		return r, nil
	case !goesOn && ctx.Err() != nil:
		return reply{}, ctx.Err()
	case !inTime:
		return reply{}, errSlow
	}
	return reply{}, err
}

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

// kill ends the process and all that it may have started; stop reaps it.
func (w *worker) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.reaped {
		killGroup(w.cmd)
	}
}

// stop kills and waits, and gives what the worker wrote to stderr.
func (w *worker) stop() string {
	w.kill()
	w.mu.Lock()
	w.reaped = true
	w.mu.Unlock()
	_ = w.stdin.Close()
	_ = w.cmd.Wait() // killed: its status says nothing
	return w.stderr.String()
}

// head keeps the first bytes written to it: Go tells the reason of a crash first.
type head struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// maxStderr is how many bytes of a worker's stderr are kept for the log.
const maxStderr = 4 << 10

// Write implements io.Writer; it takes everything and keeps what fits.
func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.buf.Write(p[:min(len(p), maxStderr-h.buf.Len())])
	return len(p), nil
}

func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.buf.String()
}

var _ postmortems.BodyRenderer = (*Pool)(nil)
