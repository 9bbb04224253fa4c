package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

// loginPage shows the form that takes a token.
func (s *Server) loginPage(req *page.Request) error {
	return s.ShowLogin(req, http.StatusOK, "", page.LocalPath(req.QueryValue("next")))
}

// login opens a session for a token. The token is read from the form and never from the
// address, which logs and histories record.
func (s *Server) login(req *page.Request) error {
	if err := req.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "web.login", "the form could not be read", err)
	}
	next := page.LocalPath(req.PostForm.Get("next"))
	session, expires, err := s.deps.Auth.Login(req.Context(), strings.TrimSpace(req.PostForm.Get("token")))
	if fault.KindOf(err) == fault.Unauthenticated && err != nil {
		if err = s.FailedLogin(req, err); fault.KindOf(err) == fault.TooMany {
			return err
		}
		req.Err = err
		return s.ShowLogin(req, http.StatusUnauthorized, s.Text("login.unknown_token"), next)
	}
	if err != nil {
		return err
	}
	http.SetCookie(req.Writer, s.Cookie(session, expires))
	req.Writer.Header().Set("Cache-Control", "no-store")
	return req.Redirect(http.StatusSeeOther, s.Link(next))
}

// logout ends the session and removes its cookie.
func (s *Server) logout(req *page.Request) error {
	if cookie, err := req.Cookie(s.CookieName()); err == nil {
		if err := s.deps.Auth.Logout(req.Context(), cookie.Value); err != nil {
			return err
		}
	}
	gone := s.Cookie("", time.Unix(1, 0))
	gone.MaxAge = -1
	http.SetCookie(req.Writer, gone)
	return req.Redirect(http.StatusSeeOther, s.Link("/login"))
}
