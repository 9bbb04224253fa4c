package config

import (
	"strings"
	"time"

	"github.com/postern/postern/portal/base/severity"
)

// Units of sizes, in bytes.
const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
)

// setting is one thing that can be configured. The table of settings is the only place
// that names a key: file, environment, flags, reference and schema follow from it.
type setting struct {
	key    string // "access.read"
	value  value
	preset string // the default in the syntax of a flag; "" leaves the zero value
	doc    string // one or two sentences: what it does, and the unit
	// unstated describes the effect of an empty default, for the reference.
	unstated string
}

// env returns the environment variable of the setting: POSTERN_ACCESS_READ for
// access.read.
func (s setting) env() string {
	return "POSTERN_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// secret reports whether the value must not be printed. A secret has no flag: every
// user of the machine can read command lines.
func (s setting) secret() bool {
	if v, is := s.value.(interface{ secret() bool }); is {
		return v.secret()
	}
	_, is := s.value.(scalar[Secret])
	return is
}

// flag returns the name of the setting's flag, without dashes: "access-read" for
// access.read.
func (s setting) flag() string {
	return strings.NewReplacer(".", "-", "_", "-").Replace(s.key)
}

// settings returns the table of all settings of c, in the order of the reference. Each
// value points into c, so that reading a setting fills it.
func (c *Config) settings() []setting {
	all := c.serving()
	all = append(all, c.running()...)
	all = append(all, c.limiting()...)
	all = append(all, c.evaluating()...)
	all = append(all, c.delivering()...)
	return append(all, c.feeding()...)
}

// serving returns the settings of the server and its readers. Those without a preset
// have a default that depends on other settings; see validate.
func (c *Config) serving() []setting {
	return []setting{
		{key: "name", value: line(&c.Name), preset: "Postern",
			doc: "Name of the portal, in titles and feeds."},
		{key: "listen", value: address(&c.Listen), preset: "127.0.0.1:8080",
			doc: "Host and port to listen on; port 0 selects a free port. An address that other machines can reach requires " +
				"`access.read`, `public_url`, and `tls` or `behind_proxy`."},
		{key: "public_url", value: link(&c.PublicURL), unstated: "the listen address",
			doc: "URL that readers use, with the path if the portal has one. It is used for absolute links in push output, feeds and mail."},
		{key: "access.read", value: word(&c.Access.Read, ReadToken, ReadOpen),
			unstated: "`open` if only this machine can reach the portal, otherwise `token`",
			doc: "Who may read and search: `token` is anyone with a token, `open` is anyone who can reach the portal. Pushing always " +
				"needs a token."},
		{key: "tls.cert", value: line(&c.TLS.Cert), unstated: "no TLS",
			doc: "File with the portal's certificate chain (PEM)."},
		{key: "tls.key", value: line(&c.TLS.Key), unstated: "no TLS",
			doc: "File with the certificate's private key (PEM)."},
		{key: "behind_proxy", value: yes(&c.BehindProxy), preset: "false",
			doc: "States that a reverse proxy in front of the portal terminates TLS."},
		{key: "trusted_proxies", value: prefixes(&c.TrustedProxies), unstated: "this machine, with `behind_proxy`; otherwise none",
			doc: "Networks of the proxies whose `X-Forwarded-For` is trusted."},
		{key: "metrics.token", value: secret(&c.Metrics.Token), unstated: "anyone who may read the portal",
			doc: "Token that a collector must send as `Authorization: Bearer` to read `/metrics`."},
	}
}

// running returns the settings of the process: data, log, git and the render workers.
func (c *Config) running() []setting {
	return []setting{
		{key: "data_dir", value: line(&c.DataDir), unstated: "`$STATE_DIRECTORY`, or `$XDG_DATA_HOME/postern`, or `~/.local/share/postern`",
			doc: "Folder of all data, on a local disk."},
		{key: "log.level", value: level(&c.Log.Level), preset: "info",
			doc: "Lowest level of messages that are logged."},
		{key: "log.format", value: word(&c.Log.Format, LogText, LogJSON), preset: LogText,
			doc: "Format of log lines."},
		{key: "git.path", value: line(&c.Git.Path), preset: "git",
			doc: "The git program: a name in `$PATH`, or a path."},
		{key: "render.workers", value: number(&c.Render.Workers, 1, 64), preset: "2",
			doc: "Number of child processes that render Markdown. A push that finds all of them busy starts another, at most 4 more in " +
				"total; each uses at most `render.memory`."},
		{key: "render.time", value: duration(&c.Render.Time, 100*time.Millisecond, time.Minute), preset: "3s",
			doc: "Maximum processor time for rendering one document."},
		{key: "render.memory", value: size(&c.Render.Memory, 256*mib, 16*gib), preset: "1GiB",
			doc: "Address space of one render process."},
	}
}

// limiting returns the limits of pushes. validate compares them with each other.
func (c *Config) limiting() []setting {
	l := &c.Limits
	return []setting{
		{key: "limits.push_packed", value: size(&l.PushPacked, mib, gib), preset: "64MiB",
			doc: "Maximum size of a push as sent (compressed)."},
		{key: "limits.push_inflated", value: size(&l.PushInflated, mib, 16*gib), preset: "256MiB",
			doc: "Maximum size of a push, uncompressed."},
		{key: "limits.document", value: size(&l.Document, kib, 16*mib), preset: "1MiB",
			doc: "Maximum size of a document."},
		{key: "limits.attachment", value: size(&l.Attachment, kib, gib), preset: "10MiB",
			doc: "Maximum size of any other file."},
		{key: "limits.changed_paths", value: number(&l.ChangedPaths, 1, 1_000_000), preset: "20000",
			doc: "Maximum number of files that one push changes."},
		{key: "limits.commits", value: number(&l.Commits, 1, 1_000_000), preset: "2000",
			doc: "Maximum number of commits in one push. Import a longer history with `postern import git`."},
		{key: "limits.tree_paths", value: number(&l.TreePaths, 1, 1_000_000), preset: "200000",
			doc: "Maximum number of files in the repository."},
		{key: "limits.tree_depth", value: number(&l.TreeDepth, 1, 64), preset: "16",
			doc: "Maximum depth of folders."},
		{key: "limits.push_time", value: duration(&l.PushTime, 10*time.Second, time.Hour), preset: "10m",
			doc: "Maximum duration of a push, from its first byte to the response, including the wait for its turn."},
		{key: "limits.free_space", value: size(&l.FreeSpace, mib, 1<<20*gib), preset: "256MiB",
			doc: "Space that stays free on the disk of the data folder. A push that needs it is refused; reading continues."},
	}
}

// evaluating returns the settings by which SLOs and incidents are evaluated.
func (c *Config) evaluating() []setting {
	return []setting{
		{key: "prometheus.sources", value: sources(&c.Prometheus.Sources), unstated: "none",
			doc: "Servers that SLIs are measured with: Prometheus, or another server with its query API. A list of `{name, url}` with, " +
				"if needed, `token`, or `user` and `password`; `step` (1m; not below the scrape interval) and `grace` (1m; how long after " +
				"its end a bucket is queried). The first is used for an SLI that names none. As a flag: `main=http://prometheus:9090`."},
		{key: "severity_aliases", value: severities(&c.SeverityAliases), unstated: "the words in common use",
			doc: "Additional words for the severities `SEV1` to `SEV5`, such as `page-now: SEV1`; they override the built-in words " +
				"(`P1`, `S1`, `critical`, …)."},
		{key: "reports.zone", value: zone(&c.Reports.Zone), preset: "UTC",
			doc: "IANA time zone of the days, weeks and months of the built-in reports, such as `Asia/Shanghai`. A report defined in " +
				"`reports/` of the repository states its own."},
		{key: "reports.browser", value: line(&c.Reports.Browser), unstated: "Chromium, if one is found",
			doc: "The Chromium that prints reports as PDF: a name in `$PATH`, or a path. Without one, readers print from their own browser."},
		{key: "reports.postmortem_from", value: word(&c.Reports.PostmortemFrom, severity.Names()...), preset: "SEV2",
			doc: "Lowest severity that needs a post-mortem. Reports also require one for an incident that consumed more than a fifth of " +
				"an error budget."},
		{key: "targets.detect", value: duration(&c.Targets.Detect, time.Second, 30*24*time.Hour), preset: "1m",
			doc: "1-5-10 target from the start of impact to detection."},
		{key: "targets.diagnose", value: duration(&c.Targets.Diagnose, time.Second, 30*24*time.Hour), preset: "5m",
			doc: "Target for the middle step, counted from `targets.from`."},
		{key: "targets.recover", value: duration(&c.Targets.Recover, time.Second, 30*24*time.Hour), preset: "10m",
			doc: "Target for the end of impact, counted from `targets.from`."},
		{key: "targets.middle", value: word(&c.Targets.Middle, TargetDiagnosed, TargetAcknowledged), preset: TargetDiagnosed,
			doc: "Milestone of the middle step: `diagnosed` (the cause is known) or `acknowledged` (a person works on it)."},
		{key: "targets.middle_name", value: term(&c.Targets.MiddleName), unstated: "the milestone's own name",
			doc: "Name of the middle step on pages, in reports and in the API, such as `located`, `response` or 定位."},
		{key: "targets.from", value: word(&c.Targets.From, TargetStarted, TargetDetected), preset: TargetStarted,
			doc: "Where the later steps are counted from: `started` is the start of impact, `detected` is detection. The first step is " +
				"always counted from the start of impact, and so are the durations in search and in push output."},
		{key: "oncall.zone", value: zone(&c.OnCall.Zone), unstated: "`UTC` on pages, the report's zone in reports",
			doc: "IANA time zone of the people on call, for services without `postern/on-call-zone`."},
		{key: "oncall.night", value: night(&c.OnCall.Night), preset: "22:00-08:00",
			doc: "Hours in which a page wakes a person, in the local time of the person on call."},
		{key: "oncall.shift_from", value: clock(&c.OnCall.ShiftFrom), preset: "08:00",
			doc: "Time of day at which a shift starts."},
		{key: "oncall.shift_length", value: turn(&c.OnCall.ShiftLength), preset: "12h",
			doc: "Length of a shift: whole hours that divide a day."},
	}
}

// delivering returns the settings of mail and channels. None has an effect until a host
// or a channel is set.
func (c *Config) delivering() []setting {
	m := &c.Mail
	return []setting{
		{key: "mail.host", value: line(&m.Host), unstated: "no mail is sent",
			doc: "Mail server that sends reports."},
		{key: "mail.port", value: number(&m.Port, 1, 65535), preset: "587",
			doc: "Port of the mail server."},
		{key: "mail.tls", value: word(&m.TLS, MailStartTLS, MailTLS, MailPlain), preset: MailStartTLS,
			doc: "Protection of the connection: `starttls` (required), `tls` from the first byte, or `none`, for a server on this machine only."},
		{key: "mail.from", value: line(&m.From), unstated: "must be stated with `mail.host`",
			doc: "Address of the sender, with or without a name."},
		{key: "mail.user", value: line(&m.User), unstated: "no login",
			doc: "User name at the mail server."},
		{key: "mail.password", value: password(&m.Password), unstated: "no login",
			doc: "Password at the mail server."},
		{key: "channels", value: channels(&c.Channels), unstated: "none",
			doc: "Chats, webhooks and folders that reports can be sent to, by name: `{ops: {type: slack, url: https://…}}`; types are " +
				"`slack`, `teams`, `dingtalk`, `feishu`, `wecom`, `webhook` and `folder`. In the environment: `ops slack https://…`, " +
				"separated by semicolons."},
	}
}
