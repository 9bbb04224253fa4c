package web

import (
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/postern/postern/portal/web/feeds"
)

// Options are the settings of the pages.
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
	Feeds          feeds.Options
	Version        string
	Log            *slog.Logger
	Now            func() time.Time
}
