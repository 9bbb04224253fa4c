package plumbing

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

const (
	// stderrKept is how many bytes of a child's standard error are stored for the log
	// and for the author.
	stderrKept = 8 << 10
	// waitDelay is how long a killed child's pipes may stay open before they are closed.
	waitDelay = 2 * time.Second
	// minMajor.minMinor is the oldest supported git: the first that has
	// `cat-file --batch-command` and core.fsync.
	minMajor, minMinor = 2, 36
)

// Limits bound one child. Zero is no bound.
type Limits struct {
	AddressSpace uint64        // bytes of address space (RLIMIT_AS)
	CPU          uint64        // seconds of processor time (RLIMIT_CPU)
	FileSize     uint64        // bytes of any file it writes (RLIMIT_FSIZE)
	Wall         time.Duration // from start to end
}

// Git starts git for one bare repository.
type Git struct {
	path string
	dir  string
	env  []string
	args []string
}

// Call is one run of git.
type Call struct {
	Args   []string
	Env    []string // added to the built environment
	Config []string // added to the built-in configuration, "key=value"
	Stdin  io.Reader
	Stdout io.Writer
	Limits Limits
}

// New finds git and checks its version. binary is a path or, when empty, "git" is
// searched in PATH. dir is the bare repository, which need not exist yet; home is an
// empty folder that replaces the user's. Faults are of kind Unsupported. The folder of
// the binary is first in the child's PATH, so that git finds its own helpers.
func New(ctx context.Context, binary, dir, home string) (*Git, error) {
	if binary == "" {
		binary = "git"
	}
	path, err := exec.LookPath(binary)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Unsupported, Op: "git", Err: err,
			Msg: "git is missing or cannot be run; install git 2.36 or newer, or set its path in the configuration"}
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, fault.Wrap(fault.Internal, "git", "the path of git cannot be made absolute", err)
	}
	g := &Git{path: path, dir: dir}
	g.env = environment(home, filepath.Dir(path)+string(os.PathListSeparator)+"/usr/bin"+string(os.PathListSeparator)+"/bin")
	g.args = []string{"--git-dir=" + dir}
	for _, c := range config(dir) {
		g.args = append(g.args, "-c", c)
	}
	return g, g.checkVersion(ctx)
}

// checkVersion returns a fault of kind Unsupported when git is too old.
func (g *Git) checkVersion(ctx context.Context) error {
	out, err := g.Output(ctx, Call{Args: []string{"version"}, Limits: Limits{Wall: 10 * time.Second}})
	if err != nil {
		return &fault.Error{Kind: fault.Unsupported, Op: "git", Err: err, Msg: g.path + " cannot be run; install git 2.36 or newer"}
	}
	m := regexp.MustCompile(`^git version (\d+)\.(\d+)`).FindSubmatch(out)
	if m == nil {
		return fault.Newf(fault.Unsupported, "git", "%s does not print a version; install git 2.36 or newer", g.path)
	}
	major, _ := strconv.Atoi(string(m[1])) // the expression matches digits; out of range means new enough
	minor, _ := strconv.Atoi(string(m[2]))
	if major < minMajor || major == minMajor && minor < minMinor {
		return fault.Newf(fault.Unsupported, "git", "%s is version %d.%d; the portal needs git %d.%d or newer", g.path, major, minor,
			minMajor, minMinor)
	}
	return nil
}

// Path returns the absolute path of the git binary.
func (g *Git) Path() string { return g.path }

// Dir returns the folder of the bare repository.
func (g *Git) Dir() string { return g.dir }

// Child is a running git.
type Child struct {
	cmd    *exec.Cmd
	ctx    context.Context
	cancel context.CancelFunc
	stderr head
}

// Start runs git in the background. The child and its children are killed when ctx ends
// or the wall limit passes. The caller must call Wait. Faults are of kind Unavailable
// when the process cannot be started and Internal when its limits cannot be set. The
// full slice expressions below make append copy: calls run concurrently and share
// g.args and g.env.
func (g *Git) Start(ctx context.Context, call Call) (*Child, error) {
	cancel := context.CancelFunc(func() {})
	if call.Limits.Wall > 0 {
		ctx, cancel = context.WithTimeout(ctx, call.Limits.Wall)
	}
	args := g.args
	for _, c := range call.Config {
		args = append(args[:len(args):len(args)], "-c", c)
	}
	args = append(args[:len(args):len(args)], call.Args...)
	c := &Child{cmd: exec.CommandContext(ctx, g.path, args...), ctx: ctx, cancel: cancel}
	c.cmd.Env = append(g.env[:len(g.env):len(g.env)], call.Env...)
	c.cmd.Dir = "/" // no working tree, nothing to discover
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = call.Stdin, call.Stdout, &c.stderr
	c.cmd.SysProcAttr = processAttributes()
	c.cmd.Cancel = func() error { return killGroup(c.cmd.Process.Pid) }
	c.cmd.WaitDelay = waitDelay
	if err := c.cmd.Start(); err != nil {
		cancel()
		return nil, &fault.Error{Kind: fault.Unavailable, Op: "git " + verb(call.Args), Err: err,
			Msg: "git could not be started on the server; try again"}
	}
	if err := limit(c.cmd.Process.Pid, call.Limits); err != nil {
		_ = killGroup(c.cmd.Process.Pid) // it must not run without its limits
		_ = c.Wait()
		return nil, fault.Wrap(fault.Internal, "git "+verb(call.Args), "the limits of a git process could not be set", err)
	}
	return c, nil
}

// PID returns the id of the child, which is also the id of its process group.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Kill kills the child and its children.
func (c *Child) Kill() { _ = killGroup(c.cmd.Process.Pid) }

// Wait waits until the child ends. Its errors are of type *ExitError. It must be called
// exactly once. It also returns an error when the child succeeded after its context had
// ended.
func (c *Child) Wait() error {
	err := c.cmd.Wait()
	ctxErr := c.ctx.Err()
	c.cancel()
	if err == nil {
		return nil
	}
	e := &ExitError{Verb: verb(c.cmd.Args[1:]), Stderr: c.stderr.String(), Err: err, Ended: ctxErr}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			e.Signal = status.Signal()
		}
		e.Code = exit.ExitCode()
	}
	return e
}

// Run runs git and waits until it ends.
func (g *Git) Run(ctx context.Context, call Call) error {
	c, err := g.Start(ctx, call)
	if err != nil {
		return err
	}
	return c.Wait()
}

// Output runs git and returns its standard output. The output is not bounded: the
// caller chooses commands whose output is small. What was read before a failure is
// returned with the error.
func (g *Git) Output(ctx context.Context, call Call) ([]byte, error) {
	var out bytes.Buffer
	call.Stdout = &out
	err := g.Run(ctx, call)
	return out.Bytes(), err
}

// Stream runs git and calls read with its standard output. When read fails, the child is
// killed and read's error is returned; but if the output was truncated because the child
// failed, the child's error is. read may stop before the end of the output: the child
// then gets SIGPIPE, and its error is returned unless read failed.
func (g *Git) Stream(ctx context.Context, call Call, read func(io.Reader) error) error {
	r, w := io.Pipe()
	call.Stdout = w
	child, err := g.Start(ctx, call)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() {
		err := child.Wait()
		_ = w.Close() // an io.Pipe never fails to close
		ended <- err
	}()
	err = read(r)
	if err != nil {
		child.Kill()
	}
	_ = r.Close() // likewise
	endErr := <-ended
	if err == nil || endErr != nil && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return endErr
	}
	return err
}

// verb returns the subcommand behind the global options.
func verb(args []string) string {
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "-c":
			i++
		case len(args[i]) > 0 && args[i][0] != '-':
			return args[i]
		}
	}
	return ""
}
