package app

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/postern/postern/portal/api/mcp"
	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web/page"
)

// mcpHandler returns the handler of the tools for language models. They read the
// portal's own pages and API inside the process with the rights of a reader, which
// every caller of the handler has at least. On a loopback address foreign host names
// are refused.
func (a *App) mcpHandler() http.Handler {
	client := &http.Client{Transport: asReader{func() http.Handler { return a.web }}}
	ip := net.ParseIP(a.url.Hostname())
	local := ip != nil && ip.IsLoopback() || a.url.Hostname() == "localhost"
	return mcp.Handler(mcp.Options{
		Portal:  &mcp.Portal{HTTP: client, Base: strings.TrimRight(a.url.String(), "/")},
		Version: a.opt.Version, Proxied: !local,
	})
}

// asReader is a transport that passes requests to a handler in this process. The
// handler is a function, because it is made after the transport.
type asReader struct{ handler func() http.Handler }

// RoundTrip implements http.RoundTripper. Responses are held in memory: the API bounds
// them.
func (t asReader) RoundTrip(req *http.Request) (*http.Response, error) {
	// A client may leave it nil; handlers may not receive nil.
	if req.Body == nil {
		req.Body = http.NoBody
	}
	// The tools read with a reader's rights, whichever token called them: a model that
	// is misled by a document cannot write.
	reader := auth.Principal{Name: "mcp", Role: auth.Reader}
	w := &answer{header: http.Header{}}
	t.handler().ServeHTTP(w, req.WithContext(page.WithPrincipal(req.Context(), reader)))
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	// A handler that wrote nothing has the status 200, as in net/http.
	w.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: req,
	}, nil
}

// answer is an http.ResponseWriter that records what is written. It is used by one
// goroutine.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *answer) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter. The first status counts.
func (w *answer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write implements http.ResponseWriter.
func (w *answer) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}
