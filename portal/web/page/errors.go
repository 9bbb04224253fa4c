package page

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/problem"
)

// Fail answers an error in the form that the client reads: a page, a problem document,
// or plain text for git. No other code answers errors.
func (k *Kit) Fail(r *Request, err error) {
	r.Err = err
	if r.Writer.Committed {
		Abort(r)
		return
	}
	r.Left = r.Left || r.Gone() // whatever the error is, a client that left may be its cause
	doc := Problem(err)
	doc.RequestID = r.ID
	h := r.Writer.Header()
	h.Set("Cache-Control", "no-store")
	if werr := k.writeFailure(r, doc); werr != nil {
		k.opt.Log.Debug("the client left before its error page was written", "request", r.ID, "error", werr)
	}
}

// writeFailure writes the answer in the form that fits the address and the Accept
// header. A browser without a credential receives the login form.
func (k *Kit) writeFailure(r *Request, doc *problem.Document) error {
	h := r.Writer.Header()
	switch {
	case strings.HasPrefix(r.Path, "/knowledge.git/"):
		if doc.Status == http.StatusUnauthorized {
			h.Set("WWW-Authenticate", `Basic realm="Postern", charset="UTF-8"`)
		}
		return r.Text(doc.Status, "postern: "+doc.Detail+"\n")
	case strings.HasPrefix(r.Path, "/api/") || !WantsPage(r.Request):
		if doc.Status == http.StatusUnauthorized {
			h.Set("WWW-Authenticate", `Bearer realm="Postern"`)
		}
		return doc.Write(r.Writer)
	case doc.Status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="Postern"`)
		return k.ShowLogin(r, doc.Status, "", returnTo(r))
	}
	return k.errorPage(r, doc)
}

// Abort makes a broken stream look broken: the deadline in the past keeps net/http from
// ending the body properly, so that the client does not take half an answer for the
// whole.
func Abort(r *Request) {
	_ = http.NewResponseController(r.Writer).SetWriteDeadline(time.Unix(1, 0))
}

// Problem maps any error to the document that answers it: a method that the router
// does not know at this address, a body that was too long, a fault.
func Problem(err error) *problem.Document {
	if _, ok := errors.AsType[MethodError](err); ok {
		d := problem.Of(fault.New(fault.Unsupported, "web", "this address does not take that method"))
		d.Status, d.Title = http.StatusMethodNotAllowed, http.StatusText(http.StatusMethodNotAllowed)
		return d
	}
	if over, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return problem.Of(tooLarge(over.Limit))
	}
	return problem.Of(err)
}

// MethodError is the router's error for an address that has routes, but none for the
// method of the request.
type MethodError struct{}

// Error implements error.
func (MethodError) Error() string { return "web: this address does not take that method" }

// NotFound returns the error for an address at which there is nothing.
func NotFound() error { return fault.New(fault.NotFound, "web", "there is nothing at this address") }

// WantsPage reports whether the client is a browser: those ask for HTML by name.
func WantsPage(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "text/html") || accept == ""
}

// TooWide returns why a part of a page cannot be built: its range holds too much. It
// returns "" for no error, and for any other.
func TooWide(err error) string {
	if err == nil || fault.KindOf(err) != fault.TooWide {
		return ""
	}
	return Sentence(fault.Message(err))
}
