package page

import (
	"net/http"
	"strconv"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// Admit checks a request against its row of the route table: the size of its body,
// its origin, its credential and its rate. It sets who the client is.
func (k *Kit) Admit(r *Request, row *Route) error {
	r.route = row
	if r.ContentLength > row.Body && !row.Late {
		return tooLarge(row.Body)
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(r.Writer, r.Body, row.Body)
	}
	if err := k.cross.Check(r.Request); err != nil {
		return fault.Wrap(fault.Forbidden, "web", "this form was sent from another site; open the page here and send it again", err)
	}
	if row.Foreign {
		return nil
	}
	if err := k.identify(r, row.Strict); err != nil {
		return err
	}
	if !row.Public && !r.Who.May(row.Need) {
		if r.Anonymous {
			return noCredential(r.Request)
		}
		return fault.Newf(fault.Forbidden, "web", "the token %q is a %s and may not do this", r.Who.Name, r.Who.Role)
	}
	return k.Throttle(r, row.Rate)
}

// tooLarge returns the error for a body that exceeds the limit of its route, in bytes.
func tooLarge(limit int64) error {
	return fault.Newf(fault.TooLarge, "web", "the request's body is larger than the %d bytes allowed here", limit)
}

// StillMay checks the token of the header again, in the middle of a long request: a
// token that was revoked or has expired meanwhile is refused.
func (k *Kit) StillMay(r *Request, need auth.Action) error {
	secret := headerSecret(r.Request)
	if secret == "" || r.Who.TokenID == "" {
		return nil // the socket, or a call inside the process
	}
	who, err := k.deps.Auth.Token(r.Context(), secret)
	if err == nil && !who.May(need) {
		err = fault.Newf(fault.Forbidden, "web", "the token %q may not do this any more", who.Name)
	}
	return err
}

// Throttle takes one request from the client's bucket of the class. It fails with
// fault.TooMany if the bucket is empty. Clients on this machine are not limited.
func (k *Kit) Throttle(r *Request, class RateClass) error {
	if class == RateNone {
		return nil
	}
	client := k.opt.ClientIP(r.Request)
	if local(client) {
		return nil
	}
	client = network(client)
	if r.Who.TokenID != "" {
		client = r.Who.TokenID
	}
	if wait, ok := k.limits.allow(class, client); !ok {
		return tooMany(r, wait)
	}
	return nil
}

// ThrottleSpan limits requests for a range of days that their address states. Only few
// such answers are cached; the others are computed for each request.
func (k *Kit) ThrottleSpan(r *Request) error {
	if q := r.Query(); q.Has("from") || q.Has("to") || q.Has("days") {
		return k.Throttle(r, RateSearch)
	}
	return nil
}

// tooMany returns the error for a client that sends too many requests, and states in
// Retry-After when the next one is allowed. What only the state of the server refuses is
// fault.Unavailable.
func tooMany(r *Request, wait time.Duration) error {
	seconds := int(wait/time.Second) + 1
	r.Writer.Header().Set("Retry-After", strconv.Itoa(seconds))
	return fault.Newf(fault.TooMany, "web", "too many requests; try again in %d s", seconds)
}

// Network returns what the client's address is counted as.
func (k *Kit) Network(r *Request) string { return network(k.opt.ClientIP(r.Request)) }

// ClientIP returns the address of the client, "" for the Unix socket and for calls inside
// the process.
func (k *Kit) ClientIP(r *Request) string { return k.opt.ClientIP(r.Request) }
