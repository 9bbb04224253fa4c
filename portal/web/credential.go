package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// ipv6Site is the prefix, in bits, by which addresses of IPv6 are counted: one
// subscriber has at least that many addresses.
const ipv6Site = 64

// identify sets the principal of the visit. A token of the portal in the header
// that is not known is refused. Any other Authorization header is not for the
// portal: a proxy in front puts its own there. A session that ended makes the
// reader anonymous.
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

// identifyToken looks the token up before the limiter: a token has 256 random bits,
// so that a valid one is no guess, whatever else comes from its address. Looking one
// up is a hash and one read of the database.
func (s *Server) identifyToken(c echo.Context, v *visit, secret string) error {
	p, err := s.deps.Auth.Token(c.Request().Context(), secret)
	if err != nil {
		v.anon = true
		return s.failedLogin(c, err)
	}
	v.who = p
	return nil
}

// failedLogin counts a wrong credential against its address and returns the error to
// answer: err itself, or that there were too many.
func (s *Server) failedLogin(c echo.Context, err error) error {
	ip := s.ip(c.Request())
	if fault.KindOf(err) != fault.Unauthenticated || s.local(ip) {
		return err
	}
	if wait, ok := s.limits.allow(rateFailed, network(ip)); !ok {
		return tooMany(c, wait)
	}
	return err
}

// noCredential is the error of a request that needs a token and has none.
func noCredential(r *http.Request) error {
	if r.Header.Get("Authorization") != "" {
		return fault.New(fault.Unauthenticated, "web", "a token is needed here; the Authorization header has none of this portal, which begin with "+auth.SecretPrefix)
	}
	return fault.New(fault.Unauthenticated, "web", "a token is needed here")
}

// headerSecret returns the token of the Authorization header: a bearer, the
// password of Basic, which is all that git can send, or the header as it is, which
// is all that some webhooks can set. "" is none that looks like one of the portal's.
func headerSecret(r *http.Request) string {
	for _, h := range r.Header["Authorization"] {
		scheme, rest, _ := strings.Cut(h, " ")
		rest = strings.TrimSpace(rest)
		switch {
		case strings.EqualFold(scheme, "Bearer") && ours(rest):
			return rest
		case strings.EqualFold(scheme, "Basic"):
			one := http.Request{Header: http.Header{"Authorization": {h}}}
			if _, password, ok := one.BasicAuth(); ok && ours(password) {
				return password
			}
		case ours(h), ours(rest):
			return h // of another scheme: a token among them is looked up as it stands, and refused
		}
	}
	return ""
}

// ours reports whether a text looks like a token of the portal.
func ours(text string) bool { return strings.HasPrefix(text, auth.SecretPrefix) }

// network returns what an address is counted as: itself, and of IPv6 its network.
func network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	addr = addr.Unmap().WithZone("")
	if !addr.Is6() {
		return addr.String()
	}
	prefix, err := addr.Prefix(ipv6Site)
	if err != nil {
		return ip
	}
	return prefix.String()
}

// local reports whether a client is on this machine, where it could do worse than
// ask often. Behind a listed proxy the extracted address is the reader's own.
func (s *Server) local(ip string) bool {
	if ip == "" {
		return true // the Unix socket, or a call inside the process
	}
	addr := net.ParseIP(ip)
	return addr != nil && addr.IsLoopback()
}
