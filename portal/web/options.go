package web

import (
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// Options are what the configuration says about the pages.
type Options struct {
	// PublicURL is the address that readers use; its path is the portal's prefix.
	// It makes every absolute link: clone address, Atom, OpenSearch, canonical.
	PublicURL *url.URL
	// OpenReading lets anybody read without a token.
	OpenReading bool
	// Listener is the address on which this machine alone reaches the portal: requests
	// under a name that is not this machine's are refused then (hosts.go). The zero
	// value is a portal that other machines reach, too: names are not looked at.
	Listener netip.Addr
	// Proxies may set X-Forwarded-For. Empty: the connection's address counts.
	Proxies []netip.Prefix
	// Name is the portal's name in titles; "Postern" when empty.
	Name string
	// MetricsGuarded says that Deps.Metrics asks for a token of its own, which is
	// not one of the portal's.
	MetricsGuarded bool
	Feeds          FeedOptions
	Version        string
	Log            *slog.Logger
	Now            func() time.Time
}

func (o Options) check() error {
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

// prefix is the path under which the portal lives: "" or "/kb".
func (o Options) prefix() string {
	return strings.TrimRight((&url.URL{Path: o.PublicURL.Path}).EscapedPath(), "/")
}

// origin is scheme and host, without a slash.
func (o Options) origin() string { return o.PublicURL.Scheme + "://" + o.PublicURL.Host }

func (o Options) secure() bool { return o.PublicURL.Scheme == "https" }

func (o Options) name() string {
	if o.Name == "" {
		return "Postern"
	}
	return o.Name
}
