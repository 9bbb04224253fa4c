package page

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// ipv6Site is the prefix, in bits, by which addresses of IPv6 are counted: one
// subscriber has at least that many addresses.
const ipv6Site = 64

type principalKey struct{}

// WithPrincipal marks a connection or request as trusted to be p without a credential:
// the Unix socket in the data folder, and calls inside the process.
func WithPrincipal(ctx context.Context, p auth.Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// Inside reports whether a request comes from the Unix socket or from inside the
// process, and as whom.
func Inside(ctx context.Context) (p auth.Principal, ok bool) {
	p, ok = ctx.Value(principalKey{}).(auth.Principal)
	return p, ok
}

// CookieName returns the name of the session's cookie. Its prefix binds it to the host
// where TLS allows that.
func (k *Kit) CookieName() string {
	if k.opt.secure() {
		return "__Host-postern"
	}
	return "postern"
}

// Cookie returns the cookie of a session.
func (k *Kit) Cookie(value string, expires time.Time) *http.Cookie {
	return &http.Cookie{
		Name: k.CookieName(), Value: value, Path: "/", Expires: expires,
		Secure: k.opt.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// identify sets the principal of the visit. A token of the portal in the header
// that is not known is refused. Any other Authorization header is not for the
// portal: a proxy in front puts its own there. A session that ended makes the
// reader anonymous.
func (k *Kit) identify(r *Request, strict bool) error {
	if p, ok := Inside(r.Context()); ok {
		r.Who = p
		return nil
	}
	if secret := headerSecret(r.Request); secret != "" {
		return k.identifyToken(r, secret)
	}
	if cookie, err := r.Cookie(k.CookieName()); err == nil && !strict {
		if p, err := k.deps.Auth.Session(r.Context(), cookie.Value); err == nil {
			r.Who = p
			return nil
		}
	}
	r.Anonymous = true
	if k.opt.OpenReading {
		r.Who = auth.Principal{Role: auth.Reader}
	}
	return nil
}

// identifyToken looks the token up before the limiter: a token has 256 random bits,
// so that a valid one is no guess, whatever else comes from its address. Looking one
// up is a hash and one read of the database.
func (k *Kit) identifyToken(r *Request, secret string) error {
	p, err := k.deps.Auth.Token(r.Context(), secret)
	if err != nil {
		r.Anonymous = true
		return k.FailedLogin(r, err)
	}
	r.Who = p
	return nil
}

// FailedLogin counts a wrong credential against its address and returns the error to
// answer: err itself, or that there were too many.
func (k *Kit) FailedLogin(r *Request, err error) error {
	ip := k.opt.ClientIP(r.Request)
	if fault.KindOf(err) != fault.Unauthenticated || local(ip) {
		return err
	}
	if wait, ok := k.limits.allow(RateFailed, network(ip)); !ok {
		return tooMany(r, wait)
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
// is all that some webhooks can set. "" is none that looks like one of the portal'k.
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
func local(ip string) bool {
	if ip == "" {
		return true // the Unix socket, or a call inside the process
	}
	addr := net.ParseIP(ip)
	return addr != nil && addr.IsLoopback()
}
