package web

import (
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

// ServeHTTP implements http.Handler: it gives the request its id and headers, routes it,
// answers what went wrong, and records it in the log and the metrics.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := s.Now()
	req := s.NewRequest(w, r)
	if err := s.answer(req); err != nil {
		s.Fail(req, err)
	}
	s.record(req, s.Now().Sub(start))
}

// answer routes the request. A panic becomes an error, except for the one by which a
// handler tells net/http to drop the connection: that is done.
func (s *Server) answer(req *page.Request) (err error) {
	defer func() {
		p := recover()
		switch p {
		case nil:
		case http.ErrAbortHandler:
			req.Err = http.ErrAbortHandler
			page.Abort(req)
		default:
			s.Log().Error("panic", "request", req.ID, "panic", p, "stack", string(debug.Stack()))
			err = fault.Newf(fault.Internal, "web", "")
		}
	}()
	if err := s.hosts.check(req.Request); err != nil {
		if p := req.URL.Path; len(p) <= page.MaxPath {
			req.Path = withoutPrefix(p, s.Prefix()) // the form of the answer depends on it
		}
		return err
	}
	if done, err := s.tidy(req); done || err != nil {
		return err
	}
	return s.router.serve(req)
}

// tidy removes the prefix and redirects untidy paths to the tidy ones, so that every
// page has one address.
func (s *Server) tidy(req *page.Request) (done bool, err error) {
	u := req.URL
	if len(u.Path) > page.MaxPath {
		return false, fault.Newf(fault.NotFound, "web", "there is no address longer than %d bytes", page.MaxPath)
	}
	// Routes and parameters are matched decoded, so that two spellings of one
	// address are one.
	u.Path, u.RawPath = withoutPrefix(u.Path, s.Prefix()), ""
	req.Path = u.Path
	if !untidy(u.Path) {
		return false, nil
	}
	if m := req.Method; m != http.MethodGet && m != http.MethodHead {
		return false, page.NotFound()
	}
	clean := *u
	clean.Path, clean.RawPath = path.Clean("/"+u.Path), ""
	to := clean.EscapedPath()
	if clean.RawQuery != "" {
		to += "?" + clean.RawQuery
	}
	return true, req.Redirect(http.StatusPermanentRedirect, s.Link(to))
}

// untidy reports whether a path has empty segments, dots for segments, or a slash at its
// end.
func untidy(p string) bool {
	if p == "/" {
		return false
	}
	return p == "" || p[0] != '/' || strings.HasSuffix(p, "/") || strings.Contains(p, "//") ||
		strings.Contains(p, "/./") || strings.Contains(p, "/../") || strings.HasSuffix(p, "/.") || strings.HasSuffix(p, "/..")
}

// withoutPrefix removes the portal's prefix from a path. A path without it stays as it
// is: a proxy may have removed it already, and probes never have it.
func withoutPrefix(path, prefix string) string {
	if prefix == "" {
		return path
	}
	rest, ok := strings.CutPrefix(path, prefix)
	switch {
	case !ok, rest != "" && rest[0] != '/':
		return path
	case rest == "":
		return "/"
	}
	return rest
}

// record writes the access log and the metrics of one answered request.
func (s *Server) record(req *page.Request, took time.Duration) {
	res := req.Writer
	status, level := outcome(req)
	if s.deps.Observe != nil {
		s.deps.Observe(Observation{Route: req.Pattern, Method: req.Method, Status: status, Took: took, Bytes: res.Size})
	}
	ctx := req.Context()
	if !s.Log().Enabled(ctx, level) {
		return
	}
	attrs := [...]slog.Attr{
		slog.String("request", req.ID), slog.String("method", req.Method), slog.String("path", req.Path),
		slog.Int("status", status), slog.Int64("bytes", res.Size), slog.Duration("took", took),
		slog.String("ip", s.ClientIP(req)), slog.String("token", req.Who.TokenID), slog.String("error", errorText(req.Err)),
	}
	shown := attrs[:]
	if req.Err == nil {
		shown = attrs[:len(attrs)-1]
	}
	s.Log().LogAttrs(ctx, level, "request", shown...)
}

// outcome returns the status and level that an answered request is counted and logged
// with. Overload is a warning, a failure is an error; a client that left is neither.
func outcome(req *page.Request) (status int, level slog.Level) {
	res := req.Writer
	switch {
	case req.Left || !res.Committed && req.Gone():
		return statusClientLeft, slog.LevelDebug
	case res.Status == http.StatusServiceUnavailable:
		return res.Status, slog.LevelWarn
	case res.Status >= http.StatusInternalServerError:
		return res.Status, slog.LevelError
	}
	return res.Status, slog.LevelInfo
}

// errorText returns the text of an error for the log.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
