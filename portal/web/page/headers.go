package page

import "net/http"

// pagePolicy lets a page load only what the portal itself serves, and run only
// the portal's own script; no inline script or style runs, whatever a document
// holds. The script's one HTML sink goes through the policy named "postern".
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types postern"

// headers are the answers' fixed header values. The slices are shared between
// answers, which saves an allocation a header; nobody may append to them.
type headers struct {
	page, nosniff, referrer, sameOrigin, permissions, hsts []string
}

func newHeaders(tls bool) headers {
	h := headers{
		page:        []string{pagePolicy},
		nosniff:     []string{"nosniff"},
		referrer:    []string{"same-origin"},
		sameOrigin:  []string{"same-origin"},
		permissions: []string{"camera=(), microphone=(), geolocation=()"},
	}
	if tls {
		h.hsts = []string{"max-age=31536000"} // a year, in seconds
	}
	return h
}

// UnreadableHeader states on every answer how many stored rows could not be read,
// so that a program does not take a list for whole. It is absent when all could.
const UnreadableHeader = "Postern-Unreadable-Rows"

// set puts the headers that every answer has; handlers may replace the policy.
func (h headers) set(to http.Header) {
	to["Content-Security-Policy"] = h.page
	to["X-Content-Type-Options"] = h.nosniff
	to["Referrer-Policy"] = h.referrer
	to["Cross-Origin-Opener-Policy"] = h.sameOrigin
	to["Cross-Origin-Resource-Policy"] = h.sameOrigin
	to["Permissions-Policy"] = h.permissions
	if h.hsts != nil {
		to["Strict-Transport-Security"] = h.hsts
	}
}
