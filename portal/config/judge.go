package config

import (
	"net"
	"net/mail"
	"net/netip"
	"path/filepath"
	"strings"
)

// judge fills in the defaults that depend on other settings, and checks what
// only together can be wrong.
func (l *loader) judge(c *Config) {
	c.DataDirStated = c.DataDir != "" || stateDirectory(l.src.Env) != ""
	if c.DataDir == "" {
		if c.DataDir = DefaultDataDir(l.src.Env); c.DataDir == "" {
			l.blame("data_dir", "no home folder is known: state data_dir")
		}
	}
	if c.BehindProxy && c.TrustedProxies == nil {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		given, missing := "tls.cert", "tls.key"
		if c.TLS.Cert == "" {
			given, missing = missing, given
		}
		l.blame(given, "%s needs %s too", given, missing)
	}
	if l.stated("trusted_proxies") && !c.BehindProxy {
		l.blame("trusted_proxies", "trusted_proxies needs behind_proxy: true; without it no proxy is believed")
	}
	if c.TLS.On() && c.PublicURL != nil && c.PublicURL.Scheme != "https" {
		l.blame("public_url", "public_url must begin with https:// because the portal speaks TLS")
	}
	if c.Limits.PushInflated < c.Limits.PushPacked {
		l.blame("limits.push_inflated", "limits.push_inflated must not be less than limits.push_packed")
	}
	if most := max(c.Limits.Document, c.Limits.Attachment); most > c.Limits.PushInflated {
		l.blame("limits.push_inflated", "limits.push_inflated must not be less than the largest file of %s", sizeText(most))
	}
	l.judgeAccess(c)
	l.judgeMail(c)
}

// judgeMail holds that mail can leave as configured, before the first report
// finds out.
func (l *loader) judgeMail(c *Config) {
	if c.Mail.Host == "" {
		return
	}
	if c.Mail.From == "" {
		l.blame("mail.host", "mail.host needs mail.from, the sender's address")
	} else if _, err := mail.ParseAddress(c.Mail.From); err != nil {
		l.blame("mail.from", "mail.from must be an address such as Postern <portal@example.org>")
	}
	if c.Mail.TLS == MailPlain && !loopbackHost(c.Mail.Host) {
		l.blame("mail.tls", "mail.tls: none is for a mail server on this machine; %s needs starttls or tls", c.Mail.Host)
	}
	if (c.Mail.User == "") != !c.Mail.Password.Set() {
		l.blame("mail.user", "mail.user and mail.password are stated together")
	}
}

// judgeAccess holds the rule of the contract: whoever lets other machines in
// states who may read, under which address, and where TLS is.
func (l *loader) judgeAccess(c *Config) {
	if !loopback(c.Listen) {
		const because = "listen %s is reached from other machines, so %s"
		if !l.stated("access.read") {
			l.blame("listen", because, c.Listen, "access.read must be stated: token (whoever has one reads) or open (everybody reads)")
		}
		if c.PublicURL == nil {
			l.blame("listen", because, c.Listen, "public_url must be stated: the address that readers use")
		}
		if !c.TLS.On() && !c.BehindProxy {
			l.blame("listen", because, c.Listen, "TLS must be stated: tls.cert and tls.key, or behind_proxy: true when a proxy in front has it")
		}
	}
	if c.Access.Read == "" {
		c.Access.Read = ReadToken
		if c.onlyThisMachine() {
			c.Access.Read = ReadOpen
		}
	}
}

// onlyThisMachine tells whether nothing points to readers elsewhere: a proxy in
// front, or a public address, brings them to a loopback address as well.
func (c *Config) onlyThisMachine() bool {
	return loopback(c.Listen) && !c.BehindProxy && (c.PublicURL == nil || loopbackHost(c.PublicURL.Hostname()))
}

func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err == nil && loopbackHost(host)
}

func loopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// DefaultDataDir is where data lies when nothing is stated: the state folder that
// systemd names, else the user's data folder, else "".
func DefaultDataDir(env Lookup) string {
	if dir := stateDirectory(env); dir != "" {
		return dir
	}
	if dir, _ := env("XDG_DATA_HOME"); filepath.IsAbs(dir) { // a relative one is to be ignored, says XDG
		return filepath.Join(dir, "postern")
	}
	if home, _ := env("HOME"); home != "" {
		return filepath.Join(home, ".local", "share", "postern")
	}
	return ""
}

// stateDirectory is the first folder that systemd names for the unit's state.
func stateDirectory(env Lookup) string {
	dirs, _ := env("STATE_DIRECTORY")
	dir, _, _ := strings.Cut(dirs, ":")
	return dir
}

// FindFile is the name of the configuration file: the flag's, else that of
// POSTERN_CONFIG, else "" for none.
func FindFile(flag string, env Lookup) string {
	if flag != "" {
		return flag
	}
	name, _ := env("POSTERN_CONFIG")
	return name
}
