package plumbing

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// Kind is the type of an object.
type Kind string

// The types of objects.
const (
	BlobObject   Kind = "blob"
	TreeObject   Kind = "tree"
	CommitObject Kind = "commit"
)

// Object is an object as cat-file describes it. Data is nil for Info, and valid only
// during the call for Contents.
type Object struct {
	ID   postmortems.OID
	Kind Kind
	Size int64 // bytes, inflated
	Data []byte
}

// CatFile is one `git cat-file --batch-command` process. A goroutine writes the requests
// while the answers are read, so that a call may have any number of them. One call runs
// at a time; after a failed one the process is ended and every later call fails.
type CatFile struct {
	mu     sync.Mutex
	child  *Child
	stdin  *os.File
	stdout *os.File
	in     *bufio.Writer
	out    *bufio.Reader
	data   []byte
	ended  chan struct{} // closed when the process ended
	broken error
}

// errDied reports that the process ended during a call.
var errDied = errors.New("git cat-file ended before it answered")

// OpenCatFile starts a process. env is added to its environment, for example to show it
// a quarantine. The process lives until Close or the end of ctx. Failures to open pipes
// or to start git are faults of kind Unavailable. Stdin and Stdout are files, so that
// os/exec needs no goroutine that copies the data.
func (g *Git) OpenCatFile(ctx context.Context, limits Limits, env ...string) (*CatFile, error) {
	inR, inW, err := os.Pipe()
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "git cat-file", "the server has no file handle left; try again", err)
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "git cat-file", "the server has no file handle left; try again",
			errors.Join(err, inR.Close(), inW.Close()))
	}
	call := Call{Args: []string{"cat-file", "--batch-command", "--buffer"}, Env: env, Stdin: inR, Stdout: outW, Limits: limits}
	child, err := g.Start(ctx, call)
	closeErr := errors.Join(inR.Close(), outW.Close()) // the child has its own copies
	if err != nil {
		return nil, errors.Join(err, closeErr, inW.Close(), outR.Close())
	}
	c := &CatFile{child: child, stdin: inW, stdout: outR, ended: make(chan struct{})}
	c.in, c.out = bufio.NewWriterSize(inW, 32<<10), bufio.NewReaderSize(outR, 64<<10)
	go func() {
		_ = child.Wait() // it is always killed, so its status means nothing
		close(c.ended)
	}()
	return c, nil
}

// PID returns the process id.
func (c *CatFile) PID() int { return c.child.PID() }

// Close ends the process. It waits for a running call. Closing twice is allowed.
func (c *CatFile) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.close(errDied)
}

// close ends the process; why is the error of later calls. The caller holds mu.
func (c *CatFile) close(why error) error {
	if c.broken != nil {
		return nil
	}
	c.broken = why
	c.child.Kill()
	<-c.ended
	return errors.Join(c.stdin.Close(), c.stdout.Close())
}

// usable reports whether the process can still answer.
func (c *CatFile) usable() bool {
	select {
	case <-c.ended:
		return false
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken == nil
}

// Info calls fn with kind and size of each object, in the order of ids. A missing object
// is a fault of kind NotFound. fn may not call other methods of c: they would wait for
// this call. An error of fn ends the call and the process, and is returned.
func (c *CatFile) Info(ctx context.Context, ids []postmortems.OID, fn func(i int, o Object) error) error {
	return c.converse(ctx, "info ", ids, fn)
}

// Contents calls fn with each object and its data, in the order of ids. An object of
// more than most bytes is a fault of kind TooLarge. Data is valid until fn returns,
// because the next object reuses its memory. most is compared with the size that git
// announces, before any data is read.
func (c *CatFile) Contents(ctx context.Context, ids []postmortems.OID, most int64, fn func(i int, o Object) error) error {
	return c.converse(ctx, "contents ", ids, func(i int, o Object) error {
		if o.Size > most {
			return fault.Newf(fault.TooLarge, "git cat-file", "object %s has %d bytes; %d are allowed", o.ID, o.Size, most)
		}
		if err := c.readData(&o); err != nil {
			return err
		}
		return fn(i, o)
	})
}

// converse sends one request per object and calls fn with each answer. All names are
// checked before anything is written: a line feed in a name would be a second request.
func (c *CatFile) converse(ctx context.Context, verb string, ids []postmortems.OID, fn func(i int, o Object) error) error {
	if len(ids) == 0 {
		return nil
	}
	for _, id := range ids {
		if !ValidOID(id) {
			return fault.Newf(fault.Invalid, "git cat-file", "%q is not an object name", id)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		return fault.Wrap(fault.Unavailable, "git cat-file", "git ended on the server; try again", c.broken)
	}
	// A killed process closes its pipes, which ends both goroutines below: reads and
	// writes on them cannot be cancelled in another way.
	stop := context.AfterFunc(ctx, c.child.Kill)
	defer stop()
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.request(verb, ids)
	}()
	err := c.answers(ids, fn)
	if err != nil {
		// Unread answers are still in the pipe: this process cannot be used again.
		c.child.Kill()
		<-written
		return errors.Join(c.why(ctx, err), c.close(err))
	}
	<-written
	return nil
}

// request writes all requests; a failed write shows as a missing answer.
func (c *CatFile) request(verb string, ids []postmortems.OID) {
	for _, id := range ids {
		_, _ = c.in.WriteString(verb)
		_, _ = c.in.WriteString(string(id))
		_ = c.in.WriteByte('\n')
	}
	_, _ = c.in.WriteString("flush\n")
	_ = c.in.Flush()
}

// answers reads the answer for each object. Git answers in the order of the requests,
// so no answer has to be assigned by its name.
func (c *CatFile) answers(ids []postmortems.OID, fn func(i int, o Object) error) error {
	for i, id := range ids {
		line, err := c.out.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("%w: %w", errDied, err)
		}
		o, err := parseInfo(id, line)
		if err != nil {
			return err
		}
		if err := fn(i, o); err != nil {
			return err
		}
	}
	return nil
}

// parseInfo reads "OID KIND SIZE\n" or "OID missing\n".
func parseInfo(id postmortems.OID, line []byte) (Object, error) {
	fields := bytes.Fields(line)
	if len(fields) == 2 && string(fields[1]) == "missing" {
		return Object{}, fault.Newf(fault.NotFound, "git cat-file", "object %s is not in the repository", id)
	}
	if len(fields) != 3 {
		return Object{}, fmt.Errorf("git cat-file answered %q", line)
	}
	size, err := strconv.ParseInt(string(fields[2]), 10, 64)
	if err != nil {
		return Object{}, fmt.Errorf("git cat-file answered %q: %w", line, err)
	}
	return Object{ID: id, Kind: Kind(fields[1]), Size: size}, nil
}

// readData reads the data of an object into a buffer that the next object reuses. The
// buffer is a quarter larger than needed, so that slowly growing objects do not
// allocate one each. The caller has compared o.Size with its bound.
func (c *CatFile) readData(o *Object) error {
	n := int(o.Size) + 1 // the data and a line feed
	if cap(c.data) < n {
		c.data = make([]byte, n+n/4)
	}
	c.data = c.data[:n]
	if _, err := io.ReadFull(c.out, c.data); err != nil {
		return fmt.Errorf("%w: %w", errDied, err)
	}
	o.Data = c.data[:n-1]
	return nil
}

// why returns the cause of a failed call: the end of ctx, the death of the process, or
// the error itself. The order matters: the end of ctx kills the process, and its death
// would otherwise hide the deadline.
func (c *CatFile) why(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fault.Wrap(fault.Timeout, "git cat-file", "reading objects took longer than the server allows",
			errors.Join(context.Cause(ctx), err))
	}
	if errors.Is(err, errDied) {
		return fault.Wrap(fault.Unavailable, "git cat-file", "git cat-file was killed on the server; try again", err)
	}
	return err
}
