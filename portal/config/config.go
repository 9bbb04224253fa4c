package config

import (
	"log/slog"
	"net/netip"
	"net/url"
	"time"
)

// Config is the complete configuration, after defaults and validation. Sizes are in
// bytes. It is read once at start: a changed setting needs a restart.
type Config struct {
	Name            string         // of the portal, in titles
	Listen          string         // host:port; port 0 is any free port
	DataDir         string         // absolute or relative to the working directory; never empty
	DataDirStated   bool           // by a flag, the environment, the file or systemd; otherwise it is the user's default
	PublicURL       *url.URL       // as readers write it, without a trailing slash; nil: not stated
	Access          Access         // who may read
	TLS             TLS            // both files or none
	BehindProxy     bool           // a reverse proxy in front terminates TLS
	TrustedProxies  []netip.Prefix // whose X-Forwarded-For counts; none without BehindProxy
	Log             Log
	Git             Git
	Limits          Limits
	SeverityAliases map[string]string // word -> SEV1..SEV5, besides the built-in words
	Targets         Targets
	OnCall          OnCall
	Reports         Reports
	Render          Render
	Metrics         Metrics
	Prometheus      Prometheus
	Mail            Mail
	Channels        map[string]Channel // by the name that report definitions use
	Feeds           Feeds
	Retention       Retention
}

// Access states who may read. Pushing always needs a token.
type Access struct {
	Read string // ReadToken or ReadOpen, never empty
}

// The values of Access.Read.
const (
	ReadToken = "token" // anyone with a token
	ReadOpen  = "open"  // anyone who reaches the portal
)

// TLS names the files of the portal's own certificate.
type TLS struct{ Cert, Key string }

// On reports whether the portal itself serves TLS.
func (t TLS) On() bool { return t.Cert != "" }

// Log configures logging.
type Log struct {
	Level  slog.Level
	Format string // LogText or LogJSON
}

// The values of Log.Format.
const (
	LogText = "text"
	LogJSON = "json"
)

// Git configures the git program.
type Git struct{ Path string }

// Limits bound one push. They are checked before any content is read, so that a hostile
// push costs little.
type Limits struct {
	PushPacked   int64 // bytes as sent
	PushInflated int64 // bytes of all new objects, unpacked
	Document     int64 // bytes of one document
	Attachment   int64 // bytes of any other file
	ChangedPaths int
	Commits      int
	TreePaths    int // files in the whole tree
	TreeDepth    int // folders within folders
	PushTime     time.Duration
	FreeSpace    int64 // bytes that stay free on the data folder's disk
}

// Targets are the 1-5-10 targets for the milestones of an incident: a minute to detect,
// five to diagnose, ten to recover, unless they are set.
type Targets struct {
	Detect, Diagnose, Recover time.Duration
	Middle                    string // TargetDiagnosed or TargetAcknowledged
	MiddleName                string // "" is the name of Middle
	From                      string // TargetStarted or TargetDetected
}

// The values of Targets.Middle and Targets.From.
const (
	TargetDiagnosed    = "diagnosed"
	TargetAcknowledged = "acknowledged"
	TargetStarted      = "started"
	TargetDetected     = "detected"
)

// OnCall states the night and the shifts of people on call, in their wall-clock time.
type OnCall struct {
	Zone                   string // IANA name; "" is not stated
	Night                  Night
	ShiftFrom, ShiftLength time.Duration
}

// Reports configures the built-in reports.
type Reports struct {
	Zone    string // IANA name of the zone of days, weeks and months
	Browser string // the Chromium that prints PDFs; "" searches for one
	// PostmortemFrom is the lowest severity that needs a post-mortem, such as "SEV2".
	PostmortemFrom string
}

// Render bounds the child processes that render Markdown. Rendering runs outside of the
// portal's process, so that a hostile document can exceed only these bounds.
type Render struct {
	Workers int
	Time    time.Duration // processor time for one document
	Memory  int64         // bytes of address space
}

// Metrics states who may read /metrics.
type Metrics struct {
	Token Secret // empty: anyone who may read the portal
}

// Mail configures the sending of reports by mail. Without a host no mail is sent, and
// the other settings have no effect.
type Mail struct {
	Host     string // "" sends none
	Port     int
	TLS      string // MailStartTLS, MailTLS or MailPlain
	From     string
	User     string
	Password Secret
}

// The values of Mail.TLS.
const (
	MailStartTLS = "starttls"
	MailTLS      = "tls"
	MailPlain    = "none"
)

// Prometheus lists the servers that SLIs are measured with. The first is used for an
// SLI that names none.
type Prometheus struct{ Sources []PrometheusSource }
