package page

import "net/http"

// pagePolicy lets a page load only what the portal serves, and run only the portal's own
// script. No inline script or style runs, whatever a document holds. The script's one
// HTML sink uses the policy named "postern".
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types postern"

// headers are the fixed header values of all answers. The slices are shared between
// answers, which saves one allocation per header; nothing may append to them.
type headers struct {
	page, nosniff, referrer, sameOrigin, permissions, hsts []string
}

// newHeaders returns the headers of a portal. With TLS, browsers are told to use nothing
// else for a year.
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

// UnreadableHeader names the header that states how many stored rows could not be read,
// so that a program does not take a list for complete. It is absent if all could be
// read.
const UnreadableHeader = "Postern-Unreadable-Rows"

// set sets the headers that every answer has; handlers may replace the policy.
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
