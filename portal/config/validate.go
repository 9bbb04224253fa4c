package config

import (
	"net"
	"net/mail"
	"net/netip"
	"path/filepath"
	"strings"
)

// validate sets the defaults that depend on other settings, and reports combinations of
// settings that are wrong. Each problem is reported at the setting that should be
// changed.
func (l *loader) validate(c *Config) {
	c.DataDirStated = c.DataDir != "" || stateDirectory(l.src.Env) != ""
	if c.DataDir == "" {
		if c.DataDir = DefaultDataDir(l.src.Env); c.DataDir == "" {
			l.reportSetting("data_dir", "no home folder is known: set data_dir")
		}
	}
	// An empty list is stated and stays empty; only an absent one has this default.
	if c.BehindProxy && c.TrustedProxies == nil {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		given, missing := "tls.cert", "tls.key"
		if c.TLS.Cert == "" {
			given, missing = missing, given
		}
		l.reportSetting(given, "%s needs %s, too", given, missing)
	}
	// Clients could otherwise forge their addresses: nothing in front of the portal
	// replaces the header.
	if l.stated("trusted_proxies") && !c.BehindProxy {
		l.reportSetting("trusted_proxies", "trusted_proxies needs behind_proxy: true; without it no proxy is trusted")
	}
	if c.TLS.On() && c.PublicURL != nil && c.PublicURL.Scheme != "https" {
		l.reportSetting("public_url", "public_url must begin with https:// because the portal serves TLS")
	}
	// Limits that contradict each other would refuse a push with a message about the
	// wrong one.
	if c.Limits.PushInflated < c.Limits.PushPacked {
		l.reportSetting("limits.push_inflated", "limits.push_inflated must not be less than limits.push_packed")
	}
	if most := max(c.Limits.Document, c.Limits.Attachment); most > c.Limits.PushInflated {
		l.reportSetting("limits.push_inflated", "limits.push_inflated must not be less than the largest file of %s", sizeText(most))
	}
	l.validateAccess(c)
	l.validateMail(c)
}

// validateMail reports settings with which mail cannot be sent, before the first report
// fails.
func (l *loader) validateMail(c *Config) {
	if c.Mail.Host == "" {
		return
	}
	if c.Mail.From == "" {
		l.reportSetting("mail.host", "mail.host needs mail.from, the sender's address")
	} else if _, err := mail.ParseAddress(c.Mail.From); err != nil {
		l.reportSetting("mail.from", "mail.from must be an address such as Postern <portal@example.org>")
	}
	if c.Mail.TLS == MailPlain && !loopbackHost(c.Mail.Host) {
		l.reportSetting("mail.tls", "mail.tls: none is for a mail server on this machine; %s needs starttls or tls", c.Mail.Host)
	}
	if (c.Mail.User == "") != !c.Mail.Password.Set() {
		l.reportSetting("mail.user", "mail.user and mail.password must be set together")
	}
}

// validateAccess reports missing settings of a portal that other machines can reach:
// who may read, the URL of readers, and where TLS ends must be stated. For this machine
// only, reading is open.
func (l *loader) validateAccess(c *Config) {
	if !loopback(c.Listen) {
		const because = "other machines can reach %s, so %s"
		if !l.stated("access.read") {
			l.reportSetting("listen", because, c.Listen, "access.read must be set: token (anyone with a token reads) or open (anyone reads)")
		}
		if c.PublicURL == nil {
			l.reportSetting("listen", because, c.Listen, "public_url must be set: the URL that readers use")
		}
		if !c.TLS.On() && !c.BehindProxy {
			l.reportSetting("listen", because, c.Listen,
				"TLS must be configured: tls.cert and tls.key, or behind_proxy: true if a proxy in front terminates it")
		}
	}
	if c.Access.Read == "" {
		c.Access.Read = ReadToken
		if c.onlyThisMachine() {
			c.Access.Read = ReadOpen
		}
	}
}

// onlyThisMachine reports whether only this machine can reach the portal: a proxy in
// front, or a public URL, brings other readers to a loopback address as well.
func (c *Config) onlyThisMachine() bool {
	return loopback(c.Listen) && !c.BehindProxy && (c.PublicURL == nil || loopbackHost(c.PublicURL.Hostname()))
}

// loopback reports whether host:port is an address that only this machine can reach. An
// empty host is every interface and is not.
func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err == nil && loopbackHost(host)
}

// loopbackHost reports whether a host is this machine's loopback. Names other than
// localhost are not resolved, because an answer of DNS may change.
func loopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// DefaultDataDir returns the data folder when none is set: the state folder that
// systemd names, or the user's data folder by the XDG specification, or "" if neither
// is known.
func DefaultDataDir(env Lookup) string {
	if dir := stateDirectory(env); dir != "" {
		return dir
	}
	if dir, _ := env("XDG_DATA_HOME"); filepath.IsAbs(dir) { // the XDG specification ignores relative paths
		return filepath.Join(dir, "postern")
	}
	if home, _ := env("HOME"); home != "" {
		return filepath.Join(home, ".local", "share", "postern")
	}
	return ""
}

// stateDirectory returns the first folder that systemd names for the unit's state; ""
// for none. systemd separates several folders by colons.
func stateDirectory(env Lookup) string {
	dirs, _ := env("STATE_DIRECTORY")
	dir, _, _ := strings.Cut(dirs, ":")
	return dir
}

// FindFile returns the name of the configuration file: that of the flag, or of
// POSTERN_CONFIG, or "" for none. It does not examine whether the file exists.
func FindFile(flag string, env Lookup) string {
	if flag != "" {
		return flag
	}
	name, _ := env("POSTERN_CONFIG")
	return name
}
