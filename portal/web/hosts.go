package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"golang.org/x/net/idna"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

// maxHostShown bounds what an error repeats of a Host header, in bytes.
const maxHostShown = 100

// hosts are the names that a portal answers to if it is reachable from this machine
// only. A page of another site can point its own name at 127.0.0.1 (DNS rebinding) and
// would read the portal through its reader's browser, which then sends that name as
// Host. A portal that other machines reach answers to any name: proxies pass on what
// they like, probes use the address of a pod, and reading is either open to all or needs
// a token, which a browser sends to no other name.
type hosts struct {
	checked  bool
	listener netip.Addr
	public   string // the name in public_url as browsers send it
}

// newHosts returns the names of a portal. A name with other letters than ASCII is
// compared in the form that browsers send.
func newHosts(opt Options) hosts {
	public := opt.PublicURL.Hostname()
	if ascii, err := idna.Lookup.ToASCII(public); err == nil {
		public = ascii // an address of IPv6 is no name, and stays
	}
	return hosts{checked: opt.Listener.IsValid(), listener: opt.Listener, public: strings.ToLower(public)}
}

// check refuses a request under a foreign name with fault.Misdirected. The Unix
// socket and calls inside the process have no names.
func (h hosts) check(r *http.Request) error {
	if !h.checked || h.known(r.Host) {
		return nil
	}
	if _, inside := page.Inside(r.Context()); inside {
		return nil
	}
	shown := r.Host
	if len(shown) > maxHostShown {
		shown = shown[:maxHostShown]
	}
	return fault.Newf(fault.Misdirected, "web.hosts",
		"this portal listens on this machine only and does not answer as %q; open it as localhost, or name the host that readers use in "+
			"public_url", shown)
}

// known reports whether a Host header names this machine: localhost and names below
// it, which browsers resolve to this machine themselves, an address of the loopback
// network, the listener's own address, or the host of public_url. The port does not
// matter: it may be forwarded. No browser sends an empty one.
func (h hosts) known(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") || name == h.public {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && (addr.Unmap().IsLoopback() || addr.Unmap() == h.listener)
}
