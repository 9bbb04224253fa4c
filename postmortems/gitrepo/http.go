package gitrepo

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
	"github.com/postern/postern/postmortems/gitrepo/wire"
)

const (
	uploadPack  = "git-upload-pack"
	receivePack = "git-receive-pack"
	// idle is how long either side of a transfer may make no progress.
	idle = 30 * time.Second
	// maxFetchRequest bounds what a fetch may say: one line for every commit it
	// has in common, in the worst case.
	maxFetchRequest = 4 << 20
	// maxCommandBytes bounds the part of a push before its pack.
	maxCommandBytes = 1 << 20
	// drainFactor is how many times the largest push is read and thrown away, so
	// that a client that sends too much is there to read why it was refused.
	drainFactor = 4
)

// InfoRefs answers GET info/refs?service=git-upload-pack|git-receive-pack, the
// start of every fetch and push. The caller has authorised the service.
func (r *Repo) InfoRefs(w http.ResponseWriter, req *http.Request) {
	service := req.URL.Query().Get("service")
	switch {
	case req.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		refuse(w, http.StatusMethodNotAllowed, "ask with GET")
		return
	case service != uploadPack && service != receivePack:
		refuse(w, http.StatusForbidden, "this repository speaks git's smart HTTP only; use a git of version 1.6.6 or newer")
		return
	}
	if err := r.begin(); err != nil {
		refuse(w, http.StatusServiceUnavailable, fault.Message(err))
		return
	}
	defer r.working.Done()
	c := newConn(w, req, r.limits.Duration)
	if service == receivePack {
		var refs []wire.Ref
		for _, b := range r.Branches() {
			refs = append(refs, wire.Ref{Name: headsPrefix + b.Name, ID: b.Tip})
		}
		c.start(service + "-advertisement")
		_, _ = c.Write(wire.Advertisement(refs)) // a client that hung up needs no answer
		return
	}
	ctx, cancel := r.bound(req.Context(), r.limits.Duration)
	defer cancel()
	var out bytes.Buffer
	protocol := protocolVersion(req)
	if protocol != "version=2" {
		out.Write(wire.AppendFlush(wire.AppendPacket(nil, "# service="+service+"\n")))
	}
	call := plumbing.Call{Args: []string{"upload-pack", "--http-backend-info-refs", r.git.Dir()}, Env: protocolEnv(protocol), Stdout: &out, Limits: r.limits.walk()}
	if err := r.git.Run(ctx, call); err != nil {
		r.log.Error("the branches could not be listed for a fetch", "error", err)
		refuse(w, http.StatusInternalServerError, "the repository cannot be read; the cause is in the server's log")
		return
	}
	c.start(service + "-advertisement")
	_, _ = c.Write(out.Bytes())
}

// UploadPack answers POST git-upload-pack: a clone or fetch.
func (r *Repo) UploadPack(w http.ResponseWriter, req *http.Request) {
	if !r.accepts(w, req, uploadPack) {
		return
	}
	defer r.working.Done()
	ctx, cancel := r.bound(req.Context(), r.limits.Duration)
	defer cancel()
	c := newConn(w, req, r.limits.Duration)
	body, err := c.body(req, maxFetchRequest)
	if err != nil {
		refuse(w, http.StatusBadRequest, fault.Message(err))
		return
	}
	input, err := io.ReadAll(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, fault.Message(err))
		return
	}
	if err := r.fetches.take(ctx, r.limits.SlotWait); err != nil {
		w.Header().Set("Retry-After", "60")
		refuse(w, http.StatusServiceUnavailable, fault.Message(err))
		return
	}
	defer r.fetches.release()
	c.pending = uploadPack + "-result"
	limits := plumbing.Limits{AddressSpace: 2 * childMemory, Wall: r.limits.Duration}
	call := plumbing.Call{
		Args: []string{"upload-pack", "--stateless-rpc", "--timeout=" + strconv.Itoa(int(idle/time.Second)), r.git.Dir()},
		Env:  protocolEnv(protocolVersion(req)), Stdin: bytes.NewReader(input), Stdout: c, Limits: limits,
	}
	err = r.git.Run(ctx, call)
	switch {
	case err == nil || exitStatus(err) > 0 && c.started: // git has told the client itself
	case c.started:
		c.abort()
	case req.Context().Err() == nil:
		refuse(w, http.StatusInternalServerError, "the repository cannot be read; the cause is in the server's log")
	}
	if err != nil && req.Context().Err() == nil {
		r.log.Warn("a fetch failed", "error", err)
	}
}

// ReceivePack answers POST git-receive-pack: a push by who.
func (r *Repo) ReceivePack(w http.ResponseWriter, req *http.Request, who Who) {
	if !r.accepts(w, req, receivePack) {
		return
	}
	defer r.working.Done()
	start := time.Now()
	ctx, cancel := r.bound(req.Context(), r.limits.Duration)
	defer cancel()
	c := newConn(w, req, r.limits.Duration)
	body, err := c.body(req, r.limits.PackBytes+maxCommandBytes)
	if err != nil {
		refuse(w, http.StatusBadRequest, fault.Message(err))
		return
	}
	in := bufio.NewReaderSize(body, 64<<10)
	asked, err := wire.ReadRequest(in)
	if err != nil {
		refuse(w, http.StatusBadRequest, fault.Message(err))
		return
	}
	if len(asked.Commands) == 0 { // git asks before it sends much
		c.start(receivePack + "-result")
		return
	}
	p := &push{repo: r, who: who, at: r.now(), atomic: asked.Atomic, quiet: asked.Quiet}
	defer p.close()
	p.admit(asked.Commands)
	waited, err := r.takeSlot(ctx)
	if err == nil {
		defer r.pushes.release()
		err = p.receive(ctx, in)
	}
	// Nothing is written before all was read: HTTP/1 promises no more.
	c.drain(req.Body, drainFactor*r.limits.PackBytes)
	c.start(receivePack + "-result")
	p.answer = wire.NewAnswer(c, asked.SideBand)
	p.answerOptions(asked.Options, waited)
	if err != nil {
		p.failGroup(p.refs, err)
		p.report(asked, reasonOf(err))
	} else {
		p.keepingAlive(func() { p.work(ctx) })
		p.report(asked, "ok")
	}
	p.times.Total = time.Since(start)
	p.times.Outcome = p.outcome()
	if r.observe != nil {
		r.observe(p.times)
	}
}

// takeSlot waits for the push's turn.
func (r *Repo) takeSlot(ctx context.Context) (waited time.Duration, err error) {
	start := time.Now()
	err = r.pushes.take(ctx, r.limits.SlotWait)
	return time.Since(start), err
}

// answerOptions reads the push options; one that is unknown is told, because an
// author who misspells "check" must not publish unawares.
func (p *push) answerOptions(options []string, waited time.Duration) {
	p.told = time.Now()
	if waited > time.Second {
		p.answer.Say(fmt.Sprintf("waited %d s for other pushes", int(waited/time.Second)))
	}
	for _, o := range options {
		if o == optionCheck {
			p.check = true
			continue
		}
		p.answer.Say(fmt.Sprintf("warning: the push option %q is unknown and was passed over; the known one is %q", o, optionCheck))
	}
}

// keepingAlive runs work while the author's git hears from the server.
func (p *push) keepingAlive(work func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(keepAlive)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.answer.KeepAlive()
			case <-stop:
				return
			}
		}
	}()
	work()
	close(stop)
	<-stopped
}

func (p *push) report(asked wire.Request, unpack string) {
	if !asked.Report {
		return
	}
	if err := p.answer.Report(unpack, p.results()); err != nil {
		p.repo.log.Info("an author hung up before the answer to a push", "pusher", p.who.Pusher.Name, "error", err)
	}
}

// accepts judges the head of a POST and notes that work begins; when it is true
// the caller owes working.Done.
func (r *Repo) accepts(w http.ResponseWriter, req *http.Request, service string) bool {
	switch {
	case req.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "ask with POST")
	case req.URL.Query().Has("service"): // it would name another service than the path does
		refuse(w, http.StatusBadRequest, "service= belongs to info/refs")
	case req.Header.Get("Content-Type") != "application/x-"+service+"-request":
		refuse(w, http.StatusUnsupportedMediaType, "the content type must be application/x-"+service+"-request")
	default:
		err := r.begin()
		if err == nil {
			return true
		}
		refuse(w, http.StatusServiceUnavailable, fault.Message(err))
	}
	return false
}

// protocolVersion is the version header of a client, passed on only in the two
// forms that are known.
func protocolVersion(req *http.Request) string {
	if v := req.Header.Get("Git-Protocol"); v == "version=1" || v == "version=2" {
		return v
	}
	return ""
}

func protocolEnv(version string) []string {
	if version == "" {
		return nil
	}
	return []string{"GIT_PROTOCOL=" + version}
}

// refuse answers with plain text, which git prints.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // a client that hung up needs no answer
}

// conn is one exchange whose deadlines move on with every byte, up to a total.
type conn struct {
	w       http.ResponseWriter
	control *http.ResponseController
	until   time.Time
	pending string // content type to start with at the first write
	started bool
}

func newConn(w http.ResponseWriter, req *http.Request, total time.Duration) *conn {
	return &conn{w: w, control: http.NewResponseController(w), until: time.Now().Add(total)}
}

// deadline is by the machine's clock: the sockets know no other.
func (c *conn) deadline() time.Time {
	if t := time.Now().Add(idle); t.Before(c.until) {
		return t
	}
	return c.until
}

// start writes the head of the answer.
func (c *conn) start(contentType string) {
	h := c.w.Header()
	h.Set("Content-Type", "application/x-"+contentType)
	h.Set("Cache-Control", "no-cache, max-age=0, must-revalidate")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "Fri, 01 Jan 1980 00:00:00 GMT")
	c.w.WriteHeader(http.StatusOK)
	c.started = true
}

// Write passes bytes on at once.
func (c *conn) Write(p []byte) (int, error) {
	if !c.started {
		c.start(c.pending)
	}
	_ = c.control.SetWriteDeadline(c.deadline()) // not every server has deadlines
	n, err := c.w.Write(p)
	if err == nil {
		err = c.control.Flush()
	}
	if errors.Is(err, http.ErrNotSupported) {
		err = nil
	}
	return n, err
}

// abort breaks the connection, so that half an answer is not taken for a whole
// one: with its deadline past, the server cannot end the body properly.
func (c *conn) abort() { _ = c.control.SetWriteDeadline(time.Unix(1, 0)) }

// body reads the request's body with moving deadlines, unpacked, at most most
// bytes of it.
func (c *conn) body(req *http.Request, most int64) (io.Reader, error) {
	raw := &timed{conn: c, r: req.Body}
	var in io.Reader = raw
	switch encoding := req.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(raw)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, "gitrepo.body", "the request says it is gzip and is not", err)
		}
		in = z
	default:
		return nil, fault.Newf(fault.Unsupported, "gitrepo.body", "the content encoding %q is unknown", encoding)
	}
	return &capped{r: in, left: most, most: most}, nil
}

// drain reads what a refused client still sends.
func (c *conn) drain(body io.Reader, most int64) {
	_, _ = io.Copy(io.Discard, io.LimitReader(&timed{conn: c, r: body}, most)) // it is thrown away
}

// timed moves the read deadline on before every read.
type timed struct {
	conn *conn
	r    io.Reader
}

func (t *timed) Read(p []byte) (int, error) {
	_ = t.conn.control.SetReadDeadline(t.conn.deadline()) // not every server has deadlines
	n, err := t.r.Read(p)
	if err != nil && err != io.EOF {
		err = fault.Wrap(fault.Invalid, "gitrepo.body", "the request broke off or came too slowly; try again", err)
	}
	return n, err
}

// capped ends a body that is too large with an error, not with an end.
type capped struct {
	r          io.Reader
	left, most int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left == 0 {
		// One more byte tells a body of exactly most bytes from a larger one.
		var one [1]byte
		n, err := c.r.Read(one[:])
		if n > 0 {
			return 0, fault.Newf(fault.TooLarge, "gitrepo.body", "the push is larger than %d bytes; push in parts, and keep large files elsewhere", c.most)
		}
		return 0, err
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
