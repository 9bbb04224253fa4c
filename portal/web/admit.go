package web

import (
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
			return noCredential(c.Request())
		}
		return fault.Newf(fault.Forbidden, "web", "the token %q is a %s and may not do this", v.who.Name, v.who.Role)
	}
	return s.throttle(c, v, r.rate)
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

// throttle takes one request from the client's bucket of the class.
func (s *Server) throttle(c echo.Context, v *visit, class rateClass) error {
	if class == rateNone {
		return nil
	}
	who := s.ip(c.Request())
	if s.local(who) {
		return nil
	}
	who = network(who)
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

// tooMany is the error of a client that asks too often. What only the state of the
// server refuses is fault.Unavailable.
func tooMany(c echo.Context, wait time.Duration) error {
	seconds := int(wait/time.Second) + 1
	c.Response().Header().Set("Retry-After", itoa(seconds))
	return fault.Newf(fault.TooMany, "web", "too many requests; try again in %d s", seconds)
}
