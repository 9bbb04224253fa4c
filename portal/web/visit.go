package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// visit is what is known of a request while it is answered.
type visit struct {
	id   string // the request's id, in the log and on error pages
	who  auth.Principal
	anon bool   // no credential was given
	path string // r.URL.Path without the prefix
	err  error
	left bool // the client left before it was answered
}

const visitKey = "visit"

func visitOf(c echo.Context) *visit {
	if v, ok := c.Get(visitKey).(*visit); ok {
		return v
	}
	return &visit{}
}

// around runs outside the router: id, headers, prefix, recovery, log, metrics.
func (s *Server) around(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.opt.Now()
		v := &visit{id: s.deps.NewID()}
		c.Set(visitKey, v)
		h := c.Response().Header()
		s.head.set(h)
		h["X-Request-Id"] = []string{v.id}
		c.Response().Before(func() { s.beforeHead(c, v) })
		if err := s.answer(c, v, next); err != nil {
			s.fail(c, err)
		}
		s.record(c, v, s.opt.Now().Sub(start))
		return nil
	}
}

// beforeHead runs just before the head of every answer is written, by any handler: it
// adds Retry-After to 503 and the count of unreadable rows, and notes a failure whose
// client has left, which is none.
func (s *Server) beforeHead(c echo.Context, v *visit) {
	if n := s.unreadable(); n > 0 {
		c.Response().Header().Set(unreadableHeader, strconv.Itoa(n))
	}
	status := c.Response().Status
	if status >= http.StatusInternalServerError && gone(c) {
		v.left = true
	}
	if h := c.Response().Header(); status == http.StatusServiceUnavailable && h.Get("Retry-After") == "" {
		h.Set("Retry-After", itoa(busyRetry))
	}
}

// gone reports whether the client closed its connection or its request.
func gone(c echo.Context) bool { return errors.Is(c.Request().Context().Err(), context.Canceled) }

// answer routes the request. A panic becomes an error, but for the one by which
// net/http is asked to drop the connection: that is done.
func (s *Server) answer(c echo.Context, v *visit, next echo.HandlerFunc) (err error) {
	defer func() {
		p := recover()
		switch p {
		case nil:
		case http.ErrAbortHandler:
			v.err = http.ErrAbortHandler
			abort(c)
		default:
			s.opt.Log.Error("panic", "request", v.id, "panic", p, "stack", string(debug.Stack()))
			err = fault.Newf(fault.Internal, "web", "")
		}
	}()
	if err := s.hosts.check(c.Request()); err != nil {
		if p := c.Request().URL.Path; len(p) <= maxPathBytes {
			v.path = withoutPrefix(p, s.prefix) // the form of the answer depends on it
		}
		return err
	}
	if done, err := s.tidy(c, v); done || err != nil {
		return err
	}
	return next(c)
}

// tidy cuts the prefix and sends untidy paths to the tidy ones, so that every
// page has one address.
func (s *Server) tidy(c echo.Context, v *visit) (done bool, err error) {
	u := c.Request().URL
	if len(u.Path) > maxPathBytes {
		return false, fault.Newf(fault.NotFound, "web", "there is no address longer than %d bytes", maxPathBytes)
	}
	// Routes and parameters are matched decoded, so that two spellings of one
	// address are one.
	u.Path, u.RawPath = withoutPrefix(u.Path, s.prefix), ""
	v.path = u.Path
	if !untidy(u.Path) {
		return false, nil
	}
	if m := c.Request().Method; m != http.MethodGet && m != http.MethodHead {
		return false, fault.New(fault.NotFound, "web", "there is nothing at this address")
	}
	clean := *u
	clean.Path, clean.RawPath = path.Clean("/"+u.Path), ""
	to := clean.EscapedPath()
	if clean.RawQuery != "" {
		to += "?" + clean.RawQuery
	}
	return true, c.Redirect(http.StatusPermanentRedirect, s.link(to))
}

func untidy(p string) bool {
	if p == "/" {
		return false
	}
	return p == "" || p[0] != '/' || strings.HasSuffix(p, "/") || strings.Contains(p, "//") ||
		strings.Contains(p, "/./") || strings.Contains(p, "/../") || strings.HasSuffix(p, "/.") || strings.HasSuffix(p, "/..")
}

// guard wraps a route with what its row of the table says.
func (s *Server) guard(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		req, v := c.Request(), visitOf(c)
		if req.ContentLength > r.body && !r.late {
			return tooLarge(r.body)
		}
		if req.Body != nil && req.Body != http.NoBody {
			req.Body = http.MaxBytesReader(c.Response(), req.Body, r.body)
		}
		if err := s.cross.Check(req); err != nil {
			return fault.Wrap(fault.Forbidden, "web", "this form was sent from another site; open the page here and send it again", err)
		}
		if err := s.admit(c, v, r); err != nil {
			return err
		}
		return r.serve(c)
	}
}

func tooLarge(limit int64) error {
	return fault.Newf(fault.TooLarge, "web", "the request's body is larger than the %d bytes allowed here", limit)
}

// record writes the access log and the metrics of one answered request.
func (s *Server) record(c echo.Context, v *visit, took time.Duration) {
	req, res := c.Request(), c.Response()
	status, level := outcome(c, v)
	if s.deps.Observe != nil {
		s.deps.Observe(Observation{Route: c.Path(), Method: req.Method, Status: status, Took: took, Bytes: res.Size})
	}
	ctx := req.Context()
	if !s.opt.Log.Enabled(ctx, level) {
		return
	}
	attrs := [...]slog.Attr{
		slog.String("request", v.id), slog.String("method", req.Method), slog.String("path", v.path),
		slog.Int("status", status), slog.Int64("bytes", res.Size), slog.Duration("took", took),
		slog.String("ip", s.ip(req)), slog.String("token", v.who.TokenID), slog.String("error", errorText(v.err)),
	}
	shown := attrs[:]
	if v.err == nil {
		shown = attrs[:len(attrs)-1]
	}
	s.opt.Log.LogAttrs(ctx, level, "request", shown...)
}

// outcome is what an answered request is counted and logged as. Overload is a
// warning, a failure is an error; a client that left is neither.
func outcome(c echo.Context, v *visit) (status int, level slog.Level) {
	res := c.Response()
	switch {
	case v.left || !res.Committed && gone(c):
		return statusClientLeft, slog.LevelDebug
	case res.Status == http.StatusServiceUnavailable:
		return res.Status, slog.LevelWarn
	case res.Status >= http.StatusInternalServerError:
		return res.Status, slog.LevelError
	}
	return res.Status, slog.LevelInfo
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
