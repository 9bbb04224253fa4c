package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/postern/postern/portal/app"
	"github.com/postern/postern/portal/config"
)

// inProcess starts a portal inside this process and returns a client of it that uses no
// network. It fails when another process has the database open (the database's lock).
// create allows it to make a portal in a folder that has none; otherwise such a folder
// is an error. close stops the portal and then corrects the owner of its files. The
// portal has no jobs and no listener (app.StartInside), so reports that are due wait
// for the next server.
func inProcess(ctx context.Context, term terminal, conf config.Config, create bool) (*client, error) {
	conf.Log.Level = max(conf.Log.Level, 4) // warnings and above: stderr is for the user of the command
	o := options(term, conf)
	o.Create = create
	a, err := app.New(ctx, o)
	if err != nil {
		return nil, err
	}
	// Stop also releases what New opened. It must run after a signal, too, hence
	// without the cancellation of ctx.
	if err := a.StartInside(ctx); err != nil {
		return nil, errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
	}
	return &client{http: &http.Client{Transport: inside{a.Handler()}}, base: "http://" + localHost, name: portalIn(conf.DataDir),
		close: func(ctx context.Context) error { return errors.Join(a.Stop(ctx), restoreOwner(conf.DataDir)) }}, nil
}

// inside is an http.RoundTripper that calls a handler in this process.
type inside struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper. The answer streams through a pipe, so that a
// backup is never held in memory. It returns when the handler writes its header, or
// with the context's error. The handler runs on its own goroutine and may outlive the
// call, as it writes while the client reads. A client that closes the body makes its
// next write fail, which ends it.
func (t inside) RoundTrip(req *http.Request) (*http.Response, error) {
	// The request is copied, because a RoundTripper must not modify it, and a server's
	// handler relies on a Body that is not nil.
	served := *req
	switch {
	case req.Body == nil:
		served.Body = http.NoBody
	case req.ContentLength == 0 && req.Body != http.NoBody:
		served.ContentLength = -1 // 0 means unknown in a client's request and no body in a server's
	}
	req = &served
	r, w := io.Pipe()
	res := &pipeWriter{pipe: w, header: http.Header{}, live: http.Header{}, ready: make(chan int, 1)}
	trailer := http.Header{}
	go func() {
		defer func() { _ = w.Close() }()
		t.handler.ServeHTTP(res, req)
		// A handler that wrote nothing answers 200, as in net/http.
		res.WriteHeader(http.StatusOK)
		// Trailers are those that the header announced, with the values they have now.
		// The pipe is closed after this loop, and a client reads trailers after the end
		// of the body, so the map needs no lock.
		for _, name := range res.header.Values("Trailer") {
			trailer[http.CanonicalHeaderKey(name)] = res.live.Values(name)
		}
	}()
	// If the context ends first, the handler continues until it notices that, as it has
	// the same context.
	select {
	case status := <-res.ready:
		return &http.Response{
			Status: http.StatusText(status), StatusCode: status, Header: res.header, Body: r, Request: req, Trailer: trailer,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: -1,
		}, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// pipeWriter is an http.ResponseWriter whose body is read while it is written. Header,
// WriteHeader and Write are called by the handler's goroutine only. ready has room for
// one status, so that a client that gave up does not block the handler.
type pipeWriter struct {
	pipe   *io.PipeWriter
	live   http.Header // set by the handler until it returns; holds the trailer too
	header http.Header // a copy of live, taken when the body began
	ready  chan int
	sent   bool
}

// Header implements http.ResponseWriter.
func (w *pipeWriter) Header() http.Header { return w.live }

// WriteHeader implements http.ResponseWriter; informational statuses are ignored.
func (w *pipeWriter) WriteHeader(status int) {
	if w.sent || status < http.StatusOK {
		return
	}
	w.sent = true
	w.header = w.live.Clone()
	w.ready <- status
}

// Write implements http.ResponseWriter. It blocks until the client has read b.
func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.pipe.Write(b)
}

// Flush implements http.Flusher: it sends the header. The pipe has no buffer.
func (w *pipeWriter) Flush() { w.WriteHeader(http.StatusOK) }

// SetWriteDeadline is called through http.ResponseController. Handlers abort an answer
// by a deadline in the past; the client then reads io.ErrUnexpectedEOF. Deadlines in
// the future have no meaning here.
func (w *pipeWriter) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() && time.Until(t) < 0 {
		return w.pipe.CloseWithError(io.ErrUnexpectedEOF)
	}
	return nil
}
