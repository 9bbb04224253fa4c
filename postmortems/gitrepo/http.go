package gitrepo

import (
	"bufio"
	"bytes"
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
	// maxFetchRequest bounds the body of a fetch in bytes: in the worst case it has
	// one line for every commit that client and server share.
	maxFetchRequest = 4 << 20
	// maxCommandBytes bounds the part of a push before its pack.
	maxCommandBytes = 1 << 20
	// drainFactor is how many times the largest push is read and discarded, so that
	// a client that sends too much is still connected when the refusal is written.
	drainFactor = 4
	// retryAfter is in seconds: stops, starts and queues of pushes are shorter.
	retryAfter = "60"
)

// InfoRefs answers GET info/refs?service=git-upload-pack|git-receive-pack, the
// first request of every fetch and push. The caller has authorised the service. A
// push's list of refs is written by this process from the table in memory; that of a
// fetch comes from git.
func (r *Repo) InfoRefs(w http.ResponseWriter, req *http.Request) {
	service := req.URL.Query().Get("service")
	switch {
	case req.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		refuse(w, http.StatusMethodNotAllowed, "use GET")
		return
	case service != uploadPack && service != receivePack:
		refuse(w, http.StatusForbidden, "this repository supports git's smart HTTP protocol only; use git 1.6.6 or newer")
		return
	}
	if err := r.begin(); err != nil {
		refuse(w, http.StatusServiceUnavailable, fault.Message(err))
		return
	}
	defer r.working.Done()
	c := newConn(w, req, r.limits)
	if service == receivePack {
		if err := r.announced.add(); err != nil {
			refuse(w, http.StatusServiceUnavailable, fault.Message(err))
			return
		}
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
	// In version 2 git writes the service line itself.
	if protocol != "version=2" {
		out.Write(wire.AppendFlush(wire.AppendPacket(nil, "# service="+service+"\n")))
	}
	call := plumbing.Call{
		Args: []string{"upload-pack", "--http-backend-info-refs", r.git.Dir()},
		Env:  protocolEnv(protocol), Stdout: &out, Limits: r.limits.walk(),
	}
	if err := r.git.Run(ctx, call); err != nil {
		if req.Context().Err() != nil {
			return // the client left
		}
		r.log.Error("the branches could not be listed for a fetch", "error", err)
		refuse(w, http.StatusInternalServerError, "the repository cannot be read; the cause is in the server's log")
		return
	}
	c.start(service + "-advertisement")
	_, _ = c.Write(out.Bytes())
}

// UploadPack answers POST git-upload-pack, a clone or fetch. reader is the id of a
// token, or an address if there is no token; one reader gets at most half of the
// slots. The request is read completely before git starts, so that a slow client holds
// no slot.
func (r *Repo) UploadPack(w http.ResponseWriter, req *http.Request, reader string) {
	if !r.accepts(w, req, uploadPack) {
		return
	}
	defer r.working.Done()
	ctx, cancel := r.bound(req.Context(), r.limits.Duration)
	defer cancel()
	c := newConn(w, req, r.limits)
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
	c.stopReadDeadline()
	// Too many fetches of one reader are that reader's to reduce (429); a busy server is
	// not (503).
	if err := r.fetches.take(ctx, reader, r.limits.SlotWait); err != nil {
		status := http.StatusServiceUnavailable
		if fault.KindOf(err) == fault.TooMany {
			status = http.StatusTooManyRequests
		}
		refuse(w, status, fault.Message(err))
		return
	}
	defer r.fetches.release(reader)
	c.pending = uploadPack + "-result"
	// Twice the memory of other children: upload-pack runs pack-objects, which compresses
	// what it sends. The processor time is not bounded, because a clone of a large
	// repository is honest.
	limits := plumbing.Limits{AddressSpace: 2 * childMemory, Wall: r.limits.Duration}
	call := plumbing.Call{
		Args: []string{"upload-pack", "--stateless-rpc", "--timeout=" + strconv.Itoa(max(int(r.limits.Idle/time.Second), 1)), r.git.Dir()},
		Env:  protocolEnv(protocolVersion(req)), Stdin: bytes.NewReader(input), Stdout: c, Limits: limits,
	}
	err = r.git.Run(ctx, call)
	switch {
	case err == nil || exitStatus(err) > 0 && c.started: // git itself has reported the failure to the client
	case c.started:
		c.abort()
	case req.Context().Err() == nil:
		refuse(w, http.StatusInternalServerError, "the repository cannot be read; the cause is in the server's log")
	}
	if err != nil && req.Context().Err() == nil {
		r.log.Warn("a fetch failed", "error", err)
	}
}

// ReceivePack answers POST git-receive-pack, a push by who. Every push that has
// commands is answered in git's protocol with status 200: git shows the reasons of refs
// only then. Errors before that are plain HTTP.
func (r *Repo) ReceivePack(w http.ResponseWriter, req *http.Request, who Who) {
	if !r.accepts(w, req, receivePack) {
		return
	}
	defer r.working.Done()
	start := time.Now()
	ctx, cancel := r.bound(req.Context(), r.limits.Duration)
	defer cancel()
	c := newConn(w, req, r.limits)
	body, err := c.body(req, r.limits.PackBytes+maxCommandBytes)
	if err != nil {
		refuse(w, http.StatusBadRequest, fault.Message(err))
		return
	}
	// The commands are read before the pack, through one buffer.
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
	r.announced.arrive()
	p := &push{
		repo: r, who: who, at: r.now(), atomic: asked.Atomic, quiet: asked.Quiet,
		left: func() bool { return req.Context().Err() != nil },
	}
	p.over = func() bool { return errors.Is(context.Cause(ctx), errTime) }
	defer p.close()
	p.admit(asked.Commands)
	c.stopReadDeadline() // the push may wait
	waited, err := r.takeSlot(ctx, who.holder())
	if err == nil {
		defer r.pushes.release(who.holder())
		err = p.receive(ctx, in, req.ContentLength)
	}
	// Read everything before writing: HTTP/1 guarantees no more than that.
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

// takeSlot waits for a free slot and returns how long it waited.
func (r *Repo) takeSlot(ctx context.Context, holder string) (waited time.Duration, err error) {
	start := time.Now()
	err = r.pushes.take(ctx, holder, r.limits.SlotWait)
	return time.Since(start), err
}

// answerOptions applies the push options. An unknown option is reported, so that an
// author who misspells "check" does not publish by accident. Only one option exists, so
// all others are named in a warning and the push continues.
func (p *push) answerOptions(options []string, waited time.Duration) {
	p.reported = time.Now()
	if waited > time.Second {
		p.answer.Say(fmt.Sprintf("waited %d s for other pushes", int(waited/time.Second)))
	}
	for _, o := range options {
		if o == optionCheck {
			p.check = true
			continue
		}
		p.answer.Say(fmt.Sprintf("warning: the push option %q is unknown and was ignored; the only option is %q", o, optionCheck))
	}
}

// keepingAlive runs work and sends keep-alive packets to the author's git meanwhile. It
// returns after work has returned and no packet is being written any more.
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

// report sends the status of every ref, if the client wants one. A client that left
// before the report may find its push published nevertheless.
func (p *push) report(asked wire.Request, unpack string) {
	if !asked.Report {
		return
	}
	if err := p.answer.Report(unpack, p.results()); err != nil {
		p.repo.log.Info("an author disconnected before the answer to a push", "pusher", p.who.Pusher.Name, "error", err)
	}
}

// accepts checks the header of a POST and registers the work. If it returns true,
// the caller must call working.Done. Otherwise the request has been answered.
func (r *Repo) accepts(w http.ResponseWriter, req *http.Request, service string) bool {
	switch {
	case req.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "use POST")
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

// protocolVersion returns the Git-Protocol header of a client if it has one of the
// two known values, otherwise "". The header becomes a variable of git's environment,
// so no other text may pass.
func protocolVersion(req *http.Request) string {
	if v := req.Header.Get("Git-Protocol"); v == "version=1" || v == "version=2" {
		return v
	}
	return ""
}

// Version 0 needs no variable.
func protocolEnv(version string) []string {
	if version == "" {
		return nil
	}
	return []string{"GIT_PROTOCOL=" + version}
}

// refuse answers with plain text, which git prints for the author. status must not be
// 200. Nothing may have been written before.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", retryAfter)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // a client that hung up needs no answer
}
