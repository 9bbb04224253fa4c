package config

import (
	"strings"
	"time"

	"github.com/postern/postern/portal/base/severity"
)

// Units of sizes.
const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
)

// setting is one thing that can be set.
type setting struct {
	key    string // "access.read"
	value  value
	preset string // the default as a flag would give it; "" leaves the zero value
	doc    string // one or two sentences: what it does, and the unit
	// unstated explains an empty default in the reference.
	unstated string
}

// env is the environment variable of the setting.
func (s setting) env() string {
	return "POSTERN_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// secret tells whether the value must not be shown. A secret has no flag: every
// user of the machine can read command lines.
func (s setting) secret() bool {
	if v, is := s.value.(interface{ secret() bool }); is {
		return v.secret()
	}
	_, is := s.value.(scalar[Secret])
	return is
}

// flag is the name of the setting's flag, without dashes.
func (s setting) flag() string {
	return strings.NewReplacer(".", "-", "_", "-").Replace(s.key)
}

// settings is the table of all settings of c, in the order of the reference.
func (c *Config) settings() []setting {
	all := c.serving()
	all = append(all, c.running()...)
	all = append(all, c.limiting()...)
	all = append(all, c.judging()...)
	all = append(all, c.delivering()...)
	return append(all, c.feeding()...)
}

func (c *Config) serving() []setting {
	return []setting{
		{key: "name", value: line(&c.Name), preset: "Postern",
			doc: "The name of the portal, in titles and feeds."},
		{key: "listen", value: address(&c.Listen), preset: "127.0.0.1:8080",
			doc: "Host and port to listen on; port 0 takes any free one. An address that other machines reach needs `access.read`, `public_url`, and `tls` or `behind_proxy` stated."},
		{key: "public_url", value: link(&c.PublicURL), unstated: "the listen address",
			doc: "The address readers use, with its path when the portal lives under one. It makes every absolute link: push answers, feeds, mail."},
		{key: "access.read", value: word(&c.Access.Read, ReadToken, ReadOpen), unstated: "`open` when only this machine reaches the portal, else `token`",
			doc: "Who may read and search: `token` is whoever has one, `open` is everybody who reaches the portal. Pushing always needs a token."},
		{key: "tls.cert", value: line(&c.TLS.Cert), unstated: "no TLS",
			doc: "File with the portal's certificate chain (PEM)."},
		{key: "tls.key", value: line(&c.TLS.Key), unstated: "no TLS",
			doc: "File with the certificate's private key (PEM)."},
		{key: "behind_proxy", value: yes(&c.BehindProxy), preset: "false",
			doc: "States that a reverse proxy in front of the portal speaks TLS with the readers."},
		{key: "trusted_proxies", value: prefixes(&c.TrustedProxies), unstated: "this machine, with `behind_proxy`; else none",
			doc: "Networks of the proxies whose `X-Forwarded-For` is believed."},
		{key: "metrics.token", value: secret(&c.Metrics.Token), unstated: "whoever may read the portal",
			doc: "What a collector must send as `Authorization: Bearer` to read `/metrics`."},
	}
}

func (c *Config) running() []setting {
	return []setting{
		{key: "data_dir", value: line(&c.DataDir), unstated: "`$STATE_DIRECTORY`, else `$XDG_DATA_HOME/postern`, else `~/.local/share/postern`",
			doc: "Folder of everything the portal keeps, on a local disk."},
		{key: "log.level", value: level(&c.Log.Level), preset: "info",
			doc: "The least grave messages that are logged."},
		{key: "log.format", value: word(&c.Log.Format, LogText, LogJSON), preset: LogText,
			doc: "The form of log lines."},
		{key: "git.path", value: line(&c.Git.Path), preset: "git",
			doc: "The git program: a name looked up in `$PATH`, or a file."},
		{key: "render.workers", value: number(&c.Render.Workers, 1, 64), preset: "2",
			doc: "Child processes that render Markdown at the same time. A push that finds them all at work for others gets one more, at most 4 more in all; each takes at most `render.memory`."},
		{key: "render.time", value: duration(&c.Render.Time, 100*time.Millisecond, time.Minute), preset: "3s",
			doc: "Processor time that rendering one document may take."},
		{key: "render.memory", value: size(&c.Render.Memory, 256*mib, 16*gib), preset: "1GiB",
			doc: "Address space of one child that renders."},
	}
}

func (c *Config) limiting() []setting {
	l := &c.Limits
	return []setting{
		{key: "limits.push_packed", value: size(&l.PushPacked, mib, gib), preset: "64MiB",
			doc: "Largest push, as it is sent."},
		{key: "limits.push_inflated", value: size(&l.PushInflated, mib, 16*gib), preset: "256MiB",
			doc: "Largest push, unpacked."},
		{key: "limits.document", value: size(&l.Document, kib, 16*mib), preset: "1MiB",
			doc: "Largest document."},
		{key: "limits.attachment", value: size(&l.Attachment, kib, gib), preset: "10MiB",
			doc: "Largest file that is no document."},
		{key: "limits.changed_paths", value: number(&l.ChangedPaths, 1, 1_000_000), preset: "20000",
			doc: "Most files that one push may change."},
		{key: "limits.commits", value: number(&l.Commits, 1, 1_000_000), preset: "2000",
			doc: "Most commits of one push. A longer history comes in by `postern import git`."},
		{key: "limits.tree_paths", value: number(&l.TreePaths, 1, 1_000_000), preset: "200000",
			doc: "Most files in the repository."},
		{key: "limits.tree_depth", value: number(&l.TreeDepth, 1, 64), preset: "16",
			doc: "Most folders within folders."},
		{key: "limits.push_time", value: duration(&l.PushTime, 10*time.Second, time.Hour), preset: "10m",
			doc: "How long one push may take, from its first byte to the answer, waiting for its turn included."},
		{key: "limits.free_space", value: size(&l.FreeSpace, mib, 1<<20*gib), preset: "256MiB",
			doc: "Room that stays free on the disk of the data folder. A push that would take of it is refused; reading goes on."},
	}
}

func (c *Config) judging() []setting {
	return []setting{
		{key: "prometheus.sources", value: sources(&c.Prometheus.Sources), unstated: "none",
			doc: "Servers that objectives are measured by: Prometheus, or what speaks its query API. A list of `{name, url}` with, if needed, `token`, or `user` and `password`; `step` (1m: not below the scrape interval) and `grace` (1m: how long after its end a bucket is asked for). The first is asked when an indicator names none. As a flag: `main=http://prometheus:9090`."},
		{key: "severity_aliases", value: severities(&c.SeverityAliases), unstated: "the words in common use",
			doc: "Further words for the severities `SEV1` to `SEV5`, such as `page-now: SEV1`; they win over the built-in ones (`P1`, `S1`, `critical`, …)."},
		{key: "reports.zone", value: zone(&c.Reports.Zone), preset: "UTC",
			doc: "The IANA time zone whose days, weeks and months the built-in reports have, such as `Asia/Shanghai`. A report in `reports/` of the repository states its own."},
		{key: "reports.browser", value: line(&c.Reports.Browser), unstated: "Chromium, if one is found",
			doc: "The Chromium that prints reports as PDF: a name looked up in `$PATH`, or a file. Without one, readers print from their own browser."},
		{key: "reports.postmortem_from", value: word(&c.Reports.PostmortemFrom, severity.Names()...), preset: "SEV2",
			doc: "The least grave severity that needs a post-mortem. Reports ask for one also when an incident took more than a fifth of a budget."},
		{key: "targets.detect", value: duration(&c.Targets.Detect, time.Second, 30*24*time.Hour), preset: "1m",
			doc: "Target of 1-5-10 from the start of impact until it is detected."},
		{key: "targets.diagnose", value: duration(&c.Targets.Diagnose, time.Second, 30*24*time.Hour), preset: "5m",
			doc: "Target until the middle step is reached, from `targets.from` on."},
		{key: "targets.recover", value: duration(&c.Targets.Recover, time.Second, 30*24*time.Hour), preset: "10m",
			doc: "Target until impact is over, from `targets.from` on."},
		{key: "targets.middle", value: word(&c.Targets.Middle, TargetDiagnosed, TargetAcknowledged), preset: TargetDiagnosed,
			doc: "The milestone of the middle step: `diagnosed` (the cause is known) or `acknowledged` (somebody is on it)."},
		{key: "targets.middle_name", value: term(&c.Targets.MiddleName), unstated: "the milestone's own name",
			doc: "What the middle step is called on pages, in reports and in the API: `located`, `response`, 定位."},
		{key: "targets.from", value: word(&c.Targets.From, TargetStarted, TargetDetected), preset: TargetStarted,
			doc: "From when the steps after the first are counted: `started` is the start of impact, `detected` is detection. The first is counted from the start of impact always, and so are the durations that search knows and push answers tell."},
		{key: "oncall.zone", value: zone(&c.OnCall.Zone), unstated: "`UTC` on pages, the report's own zone in reports",
			doc: "The IANA zone of the people on call, where a service states none by `postern/on-call-zone`."},
		{key: "oncall.night", value: night(&c.OnCall.Night), preset: "22:00-08:00",
			doc: "The hours in which a page wakes somebody, by the wall clock of who is on call."},
		{key: "oncall.shift_from", value: clock(&c.OnCall.ShiftFrom), preset: "08:00",
			doc: "A time of the day at which a shift begins."},
		{key: "oncall.shift_length", value: turn(&c.OnCall.ShiftLength), preset: "12h",
			doc: "How long a shift is: a part of a day in whole hours."},
	}
}

func (c *Config) delivering() []setting {
	m := &c.Mail
	return []setting{
		{key: "mail.host", value: line(&m.Host), unstated: "no mail is sent",
			doc: "The mail server that reports leave by."},
		{key: "mail.port", value: number(&m.Port, 1, 65535), preset: "587",
			doc: "Its port."},
		{key: "mail.tls", value: word(&m.TLS, MailStartTLS, MailTLS, MailPlain), preset: MailStartTLS,
			doc: "How the connection is protected: `starttls` is required, `tls` from the first byte, `none` goes to this machine only."},
		{key: "mail.from", value: line(&m.From), unstated: "must be stated with `mail.host`",
			doc: "The sender's address, with a name or without."},
		{key: "mail.user", value: line(&m.User), unstated: "no login",
			doc: "The user name at the mail server."},
		{key: "mail.password", value: password(&m.Password), unstated: "no login",
			doc: "The password at the mail server."},
		{key: "channels", value: channels(&c.Channels), unstated: "none",
			doc: "Chats, webhooks and folders that reports may be sent to, by name: `{ops: {type: slack, url: https://…}}`; types are `slack`, `teams`, `dingtalk`, `feishu`, `wecom`, `webhook` and `folder`. In the environment: `ops slack https://…` with semicolons between."},
	}
}
