package web

import (
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// admit finds out who is asking, whether they may, and whether not too often.
func (s *Server) admit(c echo.Context, v *visit, r route) error {
	if r.foreign {
		return nil
	}
	if err := s.identify(c, v, r.strict); err != nil {
		return err
	}
	if !r.public && !v.who.May(r.need) {
		if v.anon {
			return fault.New(fault.Unauthenticated, "web", "a token is needed here")
		}
		return fault.Newf(fault.Forbidden, "web", "the token %q is a %s and may not do this", v.who.Name, v.who.Role)
	}
	return s.throttle(c, v, r.rate)
}

// identify sets the principal of the visit. A credential in the header that is
// not known is refused; a session that ended only makes the reader anonymous.
func (s *Server) identify(c echo.Context, v *visit, strict bool) error {
	req := c.Request()
	if p, ok := req.Context().Value(principalKey{}).(auth.Principal); ok {
		v.who = p
		return nil
	}
	if secret := headerSecret(req); secret != "" {
		return s.identifyToken(c, v, secret)
	}
	if cookie, err := req.Cookie(s.cookieName()); err == nil && !strict {
		if p, err := s.deps.Auth.Session(req.Context(), cookie.Value); err == nil {
			v.who = p
			return nil
		}
	}
	v.anon = true
	if s.opt.OpenReading {
		v.who = auth.Principal{Role: auth.Reader}
	}
	return nil
}

func (s *Server) identifyToken(c echo.Context, v *visit, secret string) error {
	ip := s.ip(c.Request())
	if wait, yes := s.limits.spent(rateFailed, ip); yes && !s.local(ip) {
		return tooMany(c, wait)
	}
	p, err := s.deps.Auth.Token(c.Request().Context(), secret)
	if err != nil {
		v.anon = true
		if fault.KindOf(err) == fault.Unauthenticated {
			s.limits.allow(rateFailed, ip)
		}
		return err
	}
	v.who = p
	return nil
}

// stillMay asks again about a token of the header, in the middle of a long request:
// one that was revoked or expired meanwhile goes no further.
func (s *Server) stillMay(c echo.Context, need auth.Action) error {
	secret := headerSecret(c.Request())
	if secret == "" || visitOf(c).who.TokenID == "" {
		return nil // the socket, or a call inside the process
	}
	who, err := s.deps.Auth.Token(c.Request().Context(), secret)
	if err == nil && !who.May(need) {
		err = fault.Newf(fault.Forbidden, "web", "the token %q may not do this any more", who.Name)
	}
	return err
}

// headerSecret is the token of the Authorization header: a bearer, or the
// password of Basic, which is all that git can send.
func headerSecret(r *http.Request) string {
	h := r.Header.Get("Authorization")
	if h == "" {
		return ""
	}
	if scheme, token, ok := strings.Cut(h, " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	if _, password, ok := r.BasicAuth(); ok && password != "" {
		return password
	}
	return h // of a form that nobody knows: it is refused like an unknown token
}

// throttle takes one request from the client's bucket of the class.
func (s *Server) throttle(c echo.Context, v *visit, class rateClass) error {
	if class == rateNone {
		return nil
	}
	who := s.ip(c.Request())
	if s.local(who) {
		return nil
	}
	if v.who.TokenID != "" {
		who = v.who.TokenID
	}
	if wait, ok := s.limits.allow(class, who); !ok {
		return tooMany(c, wait)
	}
	return nil
}

// throttleSpan limits those who ask about a span of their own: few such answers
// are kept, the others are read and folded anew.
func (s *Server) throttleSpan(c echo.Context) error {
	if q := c.QueryParams(); q.Has("from") || q.Has("to") || q.Has("days") {
		return s.throttle(c, visitOf(c), rateSearch)
	}
	return nil
}

// local tells a client on this machine itself, which could do worse than ask
// often. Behind a listed proxy the extracted address is the reader's own.
func (s *Server) local(ip string) bool {
	if ip == "" {
		return true // the Unix socket, or a call inside the process
	}
	addr := net.ParseIP(ip)
	return addr != nil && addr.IsLoopback()
}

func tooMany(c echo.Context, wait time.Duration) error {
	seconds := int(wait/time.Second) + 1
	c.Response().Header().Set("Retry-After", itoa(seconds))
	return fault.Newf(fault.TooMany, "web", "too many requests; try again in %d s", seconds)
}
