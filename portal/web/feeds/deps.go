package feeds

import (
	"context"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
)

// Deps are the parts of the portal that feeds and their pages use. Their methods may be
// called from many goroutines.
type Deps struct {
	Feeds    Feeds                   // nil: feeds are not taken in, and the routes answer 404
	Tokens   Tokens                  // the feeders' tokens, for administrators
	Measured func() []MeasuredSource // servers that SLOs are measured by; nil: none
}

// Tokens lists the tokens of the portal.
type Tokens interface {
	Tokens(ctx context.Context) ([]auth.Token, error)
}

// Feeds accepts what other systems send, and reports how each of them does. Errors are
// faults.
type Feeds interface {
	// Accept stores one body, decodes it and stores its facts. fault.Invalid: the body is
	// not the format at all, and is stored as a dead letter; fault.NotFound: there is no
	// such format; fault.Unavailable: come later.
	Accept(ctx context.Context, format string, in feed.Input) (feedstore.Result, error)
	// RecordRefusal notes that a body of a known sender was refused before it was read.
	RecordRefusal(ctx context.Context, u feedstore.Refusal) error
	// Sources returns all sources that ever sent something, by name.
	Sources(ctx context.Context) ([]feedstore.SourceStatus, error)
	// DeadLetters returns rejected items, newest first, and the cursor of
	// the next page ("" at the end).
	DeadLetters(ctx context.Context, f feedstore.DeadLetterFilter) (letters []feedstore.DeadLetter, next string, err error)
	// RetryDeadLetter processes the body of a dead letter again.
	RetryDeadLetter(ctx context.Context, id string) (feedstore.Result, error)
	// DismissDeadLetter deletes a dead letter.
	DismissDeadLetter(ctx context.Context, id string) error
}

// Options are the settings of feeds.
type Options struct {
	Body int64 // bytes of one body; 0 is 16 MiB. NDJSON of any length is taken in parts.
	// Formats are the formats that are taken, in the order of the page.
	Formats []feed.Format
	// Signing returns the secrets of a source in a format that is signed: a body
	// must be signed under one of them, if there are any. only reports whether a
	// source without a secret is refused. Nil: signatures are not checked.
	Signing func(format, source string) (secrets []string, only bool)
	// Redact takes secrets out of what a feed sent before it is shown; nil: it is
	// shown as it came.
	Redact func(text string) string
	// Polled returns the status pages that the portal polls; nil: there are none.
	Polled func() []PolledPage
}

// PolledPage is a status page that the portal polls.
type PolledPage struct {
	Source, URL string
	State       string    // "waiting", "ok", "failing", "broken"
	LastOK      time.Time // of the last answer; zero: none yet
	Next        time.Time // when it is asked again; zero: at once
	Why         string    // the last failure; "" when there is none
}

// MeasuredSource is a server that SLOs are measured by.
type MeasuredSource struct {
	Name     string
	State    string // "waiting", "working", "failing" or "paused"
	Why      string // of a state that is not working
	Series   int    // that are measured by it
	Behind   time.Duration
	Answered time.Time // last; zero: never
	Warning  string    // the server's last remark that data is missing
	Refused  []RefusedQuery
}

// RefusedQuery is an SLO whose query the server rejects.
type RefusedQuery struct{ SLO, Why string }
