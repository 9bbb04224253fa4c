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

// ipv6Site is the length of prefix, in bits, by which IPv6 addresses are counted: one
// subscriber has at least that many addresses.
const ipv6Site = 64

// principalKey is the key of a trusted principal in a context.
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

// identify sets the principal of a request. An unknown token of the portal in the header
// is refused. Any other Authorization header is ignored, because proxies in front of the
// portal send their own. A session that has ended makes the reader anonymous.
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

// identifyToken looks the token up before the limiter: a token has 256 random bits, so a
// valid one is no guess, whatever else comes from its address. A lookup costs one hash
// and one read of the database.
func (k *Kit) identifyToken(r *Request, secret string) error {
	p, err := k.deps.Auth.Token(r.Context(), secret)
	if err != nil {
		r.Anonymous = true
		return k.FailedLogin(r, err)
	}
	r.Who = p
	return nil
}

// FailedLogin counts a wrong credential for the client's address. It returns err, or the
// error for too many requests once the address has used up its attempts.
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

// noCredential returns the error for a request that needs a token and has none.
func noCredential(r *http.Request) error {
	if r.Header.Get("Authorization") != "" {
		return fault.New(fault.Unauthenticated, "web", "a token is needed here; the Authorization header has none of this portal, which "+
			"begin with "+auth.SecretPrefix)
	}
	return fault.New(fault.Unauthenticated, "web", "a token is needed here")
}

// headerSecret returns the token in the Authorization header, "" if there is none that
// looks like one of the portal. It accepts a bearer token, the password of Basic (all
// that git can send), and the bare header (all that some webhooks can set).
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

// network returns the key by which an address is counted: the address itself, for IPv6
// its network.
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

// local reports whether a client is on this machine, where it can do worse than send
// many requests. Behind a listed proxy the extracted address is the reader's own.
func local(ip string) bool {
	if ip == "" {
		return true // the Unix socket, or a call inside the process
	}
	addr := net.ParseIP(ip)
	return addr != nil && addr.IsLoopback()
}
