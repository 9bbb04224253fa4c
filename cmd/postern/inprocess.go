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

// inProcess opens the data itself and answers requests without a network. A
// second portal on the same folder is refused by the database's lock. create lets a
// folder without a portal become one.
func inProcess(ctx context.Context, term terminal, conf config.Config, create bool) (*client, error) {
	conf.Log.Level = max(conf.Log.Level, 4) // warnings: a command's stderr is for its user
	o := options(term, conf)
	o.Create = create
	a, err := app.New(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := a.StartInside(ctx); err != nil {
		return nil, errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
	}
	return &client{http: &http.Client{Transport: inside{a.Handler()}}, base: "http://" + localHost, name: portalIn(conf.DataDir),
		close: func(ctx context.Context) error { return errors.Join(a.Stop(ctx), giveBack(conf.DataDir)) }}, nil
}

// inside carries a request to a handler in this process.
type inside struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper. The answer streams: a backup is never
// held in memory.
func (t inside) RoundTrip(req *http.Request) (*http.Response, error) {
	served := *req
	switch {
	case req.Body == nil:
		served.Body = http.NoBody
	case req.ContentLength == 0 && req.Body != http.NoBody:
		served.ContentLength = -1 // 0 is unknown to a client and no body to a server
	}
	req = &served
	r, w := io.Pipe()
	res := &pipeWriter{pipe: w, header: http.Header{}, live: http.Header{}, ready: make(chan int, 1)}
	trailer := http.Header{}
	go func() {
		defer func() { _ = w.Close() }()
		t.handler.ServeHTTP(res, req)
		res.WriteHeader(http.StatusOK)
		for _, name := range res.header.Values("Trailer") {
			trailer[http.CanonicalHeaderKey(name)] = res.live.Values(name)
		}
	}()
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

// pipeWriter is a http.ResponseWriter whose body is read while it is written.
type pipeWriter struct {
	pipe   *io.PipeWriter
	live   http.Header // as the handler sets it, to its end
	header http.Header // as it was when the body began
	ready  chan int
	sent   bool
}

func (w *pipeWriter) Header() http.Header { return w.live }

func (w *pipeWriter) WriteHeader(status int) {
	if w.sent || status < http.StatusOK {
		return
	}
	w.sent = true
	w.header = w.live.Clone()
	w.ready <- status
}

func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.pipe.Write(b)
}

// Flush implements http.Flusher: what is written is there at once.
func (w *pipeWriter) Flush() { w.WriteHeader(http.StatusOK) }

// SetWriteDeadline is what http.ResponseController calls. A handler that sets one
// that has passed means to break off its answer.
func (w *pipeWriter) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() && time.Until(t) < 0 {
		return w.pipe.CloseWithError(io.ErrUnexpectedEOF)
	}
	return nil
}
