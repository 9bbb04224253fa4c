package web

import (
	"slices"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/pagerduty"
)

// signature says how far the webhooks of a source are signed.
type signature string

const (
	signatureNone    signature = ""         // its format has none
	signatureChecked signature = "checked"  // one must be valid
	signatureOpen    signature = "unsigned" // a token is enough
	signatureMissing signature = "missing"  // one is asked for, but no secret is stated
)

// signatureOf is the signature of a source's posts of a format.
func (s *Server) signatureOf(format, source string) signature {
	switch {
	case format != formatPagerDuty:
		return signatureNone
	case len(s.signing(source)) > 0:
		return signatureChecked
	case s.opt.Feeds.SignedOnly:
		return signatureMissing
	}
	return signatureOpen
}

// signing are the secrets of a source of PagerDuty webhooks.
func (s *Server) signing(source string) []string {
	if s.opt.Feeds.Signing == nil {
		return nil
	}
	return s.opt.Feeds.Signing(source)
}

// checkSignature holds a PagerDuty webhook against the secrets of its source.
func (s *Server) checkSignature(in feed.Input) error {
	const op = "web.feed"
	header := in.Header(pagerduty.SignatureHeader)
	switch s.signatureOf(formatPagerDuty, in.Source) {
	case signatureMissing:
		return fault.Newf(fault.Unauthenticated, op, "no secret is stated for this source in feeds.pagerduty_secrets, and feeds.pagerduty_signed_only takes no webhook without a valid %s", pagerduty.SignatureHeader)
	case signatureChecked:
		signed := func(secret string) bool { return pagerduty.Signed(in.Body, header, secret) }
		if !slices.ContainsFunc(s.signing(in.Source), signed) {
			return fault.Newf(fault.Unauthenticated, op, "the webhook has no valid %s for this source; compare the secret in PagerDuty with feeds.pagerduty_secrets", pagerduty.SignatureHeader)
		}
	}
	return nil
}
