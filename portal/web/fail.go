package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/problem"
)

// fail answers an error in the form that the client reads: a page, a problem
// document, or plain text for git. It is the only place that does.
func (s *Server) fail(c echo.Context, err error) {
	v := visitOf(c)
	v.err = err
	if c.Response().Committed {
		abort(c)
		return
	}
	v.left = v.left || gone(c) // whatever the error, the client's leaving may be its cause
	doc := problemOf(err)
	doc.RequestID = v.id
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	if werr := s.writeFailure(c, v, doc); werr != nil {
		s.opt.Log.Debug("the client left before its error page was written", "request", v.id, "error", werr)
	}
}

func (s *Server) writeFailure(c echo.Context, v *visit, doc *problem.Document) error {
	h := c.Response().Header()
	switch {
	case strings.HasPrefix(v.path, "/knowledge.git/"):
		if doc.Status == http.StatusUnauthorized {
			h.Set("WWW-Authenticate", `Basic realm="Postern", charset="UTF-8"`)
		}
		return c.String(doc.Status, "postern: "+doc.Detail+"\n")
	case strings.HasPrefix(v.path, "/api/") || !wantsPage(c.Request()):
		if doc.Status == http.StatusUnauthorized {
			h.Set("WWW-Authenticate", `Bearer realm="Postern"`)
		}
		return doc.Write(c.Response())
	case doc.Status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="Postern"`)
		return s.showLogin(c, doc.Status, "", returnTo(c, v))
	}
	return s.errorPage(c, v, doc)
}

// abort makes a broken stream look broken: the deadline in the past keeps
// net/http from ending the body properly, so the client does not take half an
// answer for the whole.
func abort(c echo.Context) {
	_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Unix(1, 0))
}

// problemOf maps any error: the router's own, a body that was too long, a fault.
func problemOf(err error) *problem.Document {
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		return routerProblem(he)
	}
	if over, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return problem.Of(tooLarge(over.Limit))
	}
	return problem.Of(err)
}

func routerProblem(he *echo.HTTPError) *problem.Document {
	if he.Code == http.StatusMethodNotAllowed {
		d := problem.Of(fault.New(fault.Unsupported, "web", "this address does not take that method"))
		d.Status, d.Title = he.Code, http.StatusText(he.Code)
		return d
	}
	return problem.Of(fault.Wrap(fault.NotFound, "web", "there is nothing at this address", he))
}

// wantsPage tells a browser from a program: it asks for HTML by name.
func wantsPage(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "text/html") || accept == ""
}
