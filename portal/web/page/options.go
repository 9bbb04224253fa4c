package page

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// Options are the settings that every page depends on.
type Options struct {
	// PublicURL is the address that readers use; its path is the portal's prefix.
	// Every absolute link is made from it: clone address, Atom, OpenSearch, canonical.
	PublicURL *url.URL
	// OpenReading lets anyone read without a token.
	OpenReading bool
	// Name is the portal's name in titles; "Postern" when empty.
	Name    string
	Version string
	// ClientIP returns the address of a request's client, "" for the Unix socket and
	// for calls inside the process.
	ClientIP func(*http.Request) string
	Log      *slog.Logger
	Now      func() time.Time
}

// Check returns a fault.Invalid for a setting that an administrator has to correct.
func (o Options) Check() error {
	const op = "web.New"
	switch {
	case o.PublicURL == nil || o.PublicURL.Host == "":
		return fault.New(fault.Invalid, op, "public_url must be an absolute address")
	case o.PublicURL.Scheme != "http" && o.PublicURL.Scheme != "https":
		return fault.New(fault.Invalid, op, "public_url must begin with http:// or https://")
	case o.PublicURL.RawQuery != "" || o.PublicURL.Fragment != "" || o.PublicURL.User != nil:
		return fault.New(fault.Invalid, op, "public_url must have no query, fragment or user")
	case o.Now == nil || o.Log == nil:
		return fault.New(fault.Internal, op, "a clock and a log are needed")
	}
	return nil
}

// prefix returns the path under which the portal is served: "" or "/kb".
func (o Options) prefix() string {
	return strings.TrimRight((&url.URL{Path: o.PublicURL.Path}).EscapedPath(), "/")
}

// origin returns scheme and host, without a slash.
func (o Options) origin() string { return o.PublicURL.Scheme + "://" + o.PublicURL.Host }

// secure reports whether readers use TLS.
func (o Options) secure() bool { return o.PublicURL.Scheme == "https" }

// name returns the portal's name in titles.
func (o Options) name() string {
	if o.Name == "" {
		return "Postern"
	}
	return o.Name
}
