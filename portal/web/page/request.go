package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/postern/postern/portal/auth"
)

// Request is one request while it is answered: what the client sent, who the client
// is, and where the answer goes. It is used by one goroutine and is invalid once the
// handler has returned.
type Request struct {
	*http.Request
	// Writer receives the answer.
	Writer *Response

	ID        string         // of the request, in the log and on error pages
	Who       auth.Principal // set by Kit.Admit
	Anonymous bool           // no valid credential was given
	Path      string         // URL.Path without the portal's prefix
	Pattern   string         // of the matched route, such as "/p/:id"
	Err       error          // the failure that the log names; nil for none
	Left      bool           // the client closed the connection before the answer

	params   Params
	route    *Route // set by Kit.Admit; nil before
	query    url.Values
	response Response
}

// Params returns the values of the named parts of a route's pattern. The router
// implements it.
type Params interface {
	// Param returns the value of a part, "" if the pattern has no such part. The name
	// of a wildcard at the end of a pattern is "*".
	Param(name string) string
}

// NewRequest returns the request with a fresh id, and sets the headers that every answer
// has.
func (k *Kit) NewRequest(w http.ResponseWriter, r *http.Request) *Request {
	req := &Request{Request: r, ID: k.deps.NewID()}
	req.response = Response{ResponseWriter: w, Status: http.StatusOK, request: req, before: k.before}
	req.Writer = &req.response
	h := w.Header()
	k.head.set(h)
	h["X-Request-Id"] = []string{req.ID}
	return req
}

// busyRetry is how many seconds later a client tries again what was refused for now.
const busyRetry = "5"

// beforeHead runs just before the head of any answer is written. It adds Retry-After to
// 503 and the count of unreadable rows. A failure whose client has left is not counted
// as one of the portal.
func (k *Kit) beforeHead(r *Request) {
	h := r.Writer.Header()
	if n := k.Unreadable(); n > 0 {
		h.Set(UnreadableHeader, strconv.Itoa(n))
	}
	if r.Writer.Status >= http.StatusInternalServerError && r.Gone() {
		r.Left = true
	}
	if r.Writer.Status == http.StatusServiceUnavailable && h.Get("Retry-After") == "" {
		h.Set("Retry-After", busyRetry)
	}
}

// SetParams sets where PathValue reads the parts of the path.
func (r *Request) SetParams(p Params) { r.params = p }

// PathValue returns the value of a named part of the route's pattern.
func (r *Request) PathValue(name string) string {
	if r.params == nil {
		return ""
	}
	return r.params.Param(name)
}

// Query returns the parameters of the address, parsed once a request. Callers must
// not change them.
func (r *Request) Query() url.Values {
	if r.query == nil {
		r.query = r.URL.Query()
	}
	return r.query
}

// QueryValue returns the first value of a parameter of the address, "" for none.
func (r *Request) QueryValue(name string) string { return r.Query().Get(name) }

// Gone reports whether the client closed its connection or cancelled its request.
func (r *Request) Gone() bool { return errors.Is(r.Context().Err(), context.Canceled) }

// Redirect sends the client to another address. The status is one of 3xx.
func (r *Request) Redirect(status int, to string) error {
	r.Writer.Header().Set("Location", to)
	r.Writer.WriteHeader(status)
	return nil
}

// NoContent answers with a status and no body.
func (r *Request) NoContent(status int) error {
	r.Writer.WriteHeader(status)
	return nil
}

// Text answers with plain text.
func (r *Request) Text(status int, text string) error {
	r.Writer.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	r.Writer.WriteHeader(status)
	_, err := r.Writer.Write([]byte(text))
	return err
}
