// Package config owns what an operator can set: one struct, read from a strict
// YAML file, the environment and flags, with every problem told at once.
//
// Each setting has one key, such as access.read, under which it is found in all
// three places; the later wins:
//
//	default                     settings.go
//	file         access: {read: token}
//	environment  POSTERN_ACCESS_READ=token; a secret also by POSTERN_X_FILE=path
//	flag         --access-read token
//
// The package reads no environment and no file by itself: both are passed in.
// The reference in docs/configuration.md and the JSON Schema are made from the
// same table as the reading, so that they cannot say something else.
package config

import (
	"log/slog"
	"net/netip"
	"net/url"
	"time"
)

// Config is the whole configuration. Sizes are bytes.
type Config struct {
	Name            string         // of the portal, in titles
	Listen          string         // host:port; port 0 is any free one
	DataDir         string         // absolute or relative to the working directory; never empty
	DataDirStated   bool           // by a flag, the environment, the file or systemd; else DataDir is the user's own
	PublicURL       *url.URL       // as readers write it, without a trailing slash; nil: not stated
	Access          Access         // who may read
	TLS             TLS            // both files or none
	BehindProxy     bool           // a reverse proxy in front speaks TLS
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

// Access says who may read.
type Access struct {
	Read string // ReadToken or ReadOpen, never empty
}

// The values of Access.Read.
const (
	ReadToken = "token" // whoever has a token
	ReadOpen  = "open"  // everybody who reaches the portal
)

// TLS names the files of the portal's own certificate.
type TLS struct{ Cert, Key string }

// On tells whether the portal itself speaks TLS.
func (t TLS) On() bool { return t.Cert != "" }

// Log says what is logged and how.
type Log struct {
	Level  slog.Level
	Format string // LogText or LogJSON
}

// The values of Log.Format.
const (
	LogText = "text"
	LogJSON = "json"
)

// Git names the git program.
type Git struct{ Path string }

// Limits bound one push. What they count is counted before any content is read.
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
	FreeSpace    int64 // bytes of the data folder's disk that are never written to
}

// Targets are 1-5-10: what the milestones of an incident are held against.
type Targets struct {
	Detect, Diagnose, Recover time.Duration
	Middle                    string // TargetDiagnosed or TargetAcknowledged
	MiddleName                string // "" is Middle's own
	From                      string // TargetStarted or TargetDetected
}

// The values of Targets.Middle and Targets.From.
const (
	TargetDiagnosed    = "diagnosed"
	TargetAcknowledged = "acknowledged"
	TargetStarted      = "started"
	TargetDetected     = "detected"
)

// OnCall says when people on call sleep and take turns, by their wall clock.
type OnCall struct {
	Zone                   string // IANA name; "" is not stated
	Night                  Night
	ShiftFrom, ShiftLength time.Duration
}

// Reports says how the built-in reports are made.
type Reports struct {
	Zone    string // IANA name of the zone whose days, weeks and months count
	Browser string // the Chromium that prints PDFs; "" looks for one
	// PostmortemFrom is the least grave severity that needs a post-mortem: "SEV2".
	PostmortemFrom string
}

// Render bounds the child processes that render Markdown.
type Render struct {
	Workers int
	Time    time.Duration // of processor, for one document
	Memory  int64         // bytes of address space
}

// Metrics says who may read /metrics.
type Metrics struct {
	Token Secret // empty: whoever may read the portal
}

// Mail says how reports leave by mail.
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

// Prometheus names the servers that objectives are measured by. The first is
// asked when an indicator names none.
type Prometheus struct{ Sources []PrometheusSource }
