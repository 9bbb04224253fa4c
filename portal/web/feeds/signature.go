package feeds

import (
	"slices"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
)

// signature states whether the webhooks of a source are signed. It is a value of the API.
type signature string

const (
	signatureNone    signature = ""         // its format has none
	signatureChecked signature = "checked"  // one must be valid
	signatureOpen    signature = "unsigned" // a token is enough
	signatureMissing signature = "missing"  // one is asked for, but no secret is stated
)

// format returns a format by its name; one that is not known has a name only. The store
// refuses an unknown format.
func (h *Handler) format(name string) feed.Format {
	for _, f := range h.opt.Formats {
		if f.Name == name {
			return f
		}
	}
	return feed.Format{Name: name}
}

// signatureOf returns how bodies of a source are signed in a format, and the secrets they
// may be signed with. Several secrets are valid at a time, so that one can be replaced
// without a gap.
func (h *Handler) signatureOf(f feed.Format, source string) (how signature, secrets []string) {
	if f.Signature == nil {
		return signatureNone, nil
	}
	only := false
	if h.opt.Signing != nil {
		secrets, only = h.opt.Signing(f.Name, source)
	}
	switch {
	case len(secrets) > 0:
		return signatureChecked, secrets
	case only:
		return signatureMissing, nil
	}
	return signatureOpen, nil
}

// checkSignature returns fault.Unauthenticated for a body that is not signed as its
// source must sign. Any of the secrets will do. The comparison in constant time is that
// of the format.
func (h *Handler) checkSignature(f feed.Format, in feed.Input) error {
	const op = "web.feed"
	switch how, secrets := h.signatureOf(f, in.Source); how {
	case signatureMissing:
		return fault.Newf(fault.Unauthenticated, op, "no secret is stated for this source in %s, and %s takes no webhook without a valid %s",
			f.Signature.SecretsKey, f.Signature.OnlyKey, f.Signature.Header)
	case signatureChecked:
		value := in.Header(f.Signature.Header)
		if !slices.ContainsFunc(secrets, func(secret string) bool { return f.Signature.Valid(in.Body, value, secret) }) {
			return fault.Newf(fault.Unauthenticated, op, "the webhook has no valid %s for this source; compare the secret in %s with %s",
				f.Signature.Header, f.Title, f.Signature.SecretsKey)
		}
	}
	return nil
}
