package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
)

// loginView is the form that takes a token.
type loginView struct {
	frame
	Next    string // where to go after it, a path of this portal
	Problem string
	Writes  bool // anybody may read: the token is asked for to write
}

// cookieName is bound to the host by its prefix where TLS allows that.
func (s *Server) cookieName() string {
	if s.opt.secure() {
		return "__Host-postern"
	}
	return "postern"
}

func (s *Server) cookie(value string, expires time.Time) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(), Value: value, Path: "/", Expires: expires,
		Secure: s.opt.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

func (s *Server) loginPage(c echo.Context) error {
	return s.showLogin(c, http.StatusOK, "", localPath(c.QueryParam("next")))
}

func (s *Server) showLogin(c echo.Context, status int, problem, next string) error {
	view := loginView{frame: s.frame(), Problem: problem, Next: next, Writes: s.opt.OpenReading}
	view.Title, view.LoggedIn = "Log in", false
	c.Response().Header().Set("Cache-Control", "no-store")
	return s.show(c, status, "login", view)
}

// login takes a token's secret from the form, never from the address.
func (s *Server) login(c echo.Context) error {
	req := c.Request()
	if err := req.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "web.login", "the form could not be read", err)
	}
	next := localPath(req.PostForm.Get("next"))
	session, expires, err := s.deps.Auth.Login(req.Context(), strings.TrimSpace(req.PostForm.Get("token")))
	if fault.KindOf(err) == fault.Unauthenticated && err != nil {
		if err = s.failedLogin(c, err); fault.KindOf(err) == fault.TooMany {
			return err
		}
		visitOf(c).err = err
		return s.showLogin(c, http.StatusUnauthorized, "This token is not known here, or it has expired.", next)
	}
	if err != nil {
		return err
	}
	c.SetCookie(s.cookie(session, expires))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Redirect(http.StatusSeeOther, s.link(next))
}

func (s *Server) logout(c echo.Context) error {
	if cookie, err := c.Request().Cookie(s.cookieName()); err == nil {
		if err := s.deps.Auth.Logout(c.Request().Context(), cookie.Value); err != nil {
			return err
		}
	}
	gone := s.cookie("", time.Unix(1, 0))
	gone.MaxAge = -1
	c.SetCookie(gone)
	return c.Redirect(http.StatusSeeOther, s.link("/login"))
}

// returnTo is the page that asked for a login.
func returnTo(c echo.Context, v *visit) string {
	if c.Request().Method != http.MethodGet {
		return "/"
	}
	next := c.Request().URL.EscapedPath()
	if q := c.Request().URL.RawQuery; q != "" {
		next += "?" + q
	}
	return localPath(next)
}

// localPath is the path when it leads to a page of this portal, else "/": a form
// must not send its reader to another site. Browsers read \ as /, and drop
// control characters.
func localPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\t\r\n") || len(p) > maxPathBytes {
		return "/"
	}
	return p
}
