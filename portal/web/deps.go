package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/documents"
	"github.com/postern/postern/portal/web/feeds"
	"github.com/postern/postern/portal/web/incidents"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/reporting"
	"github.com/postern/postern/portal/web/searching"
	"github.com/postern/postern/portal/web/slos"
	"github.com/postern/postern/postmortems"
)

// Deps are the parts of the portal that the pages use. All must be set unless their
// comment states what nil means; without API, MCP and Metrics their routes answer 404.
// Methods may be called from many goroutines.
type Deps struct {
	Texts *messages.Printer // the texts of the pages, in their language
	// Templates are those of Texts; nil: New parses them.
	Templates *page.Templates
	Library   Library
	Content   postmortems.Content // attachments, by object name
	Search    Searcher
	Suggest   searching.Suggester
	Queries   searching.QueryLog
	Git       Git
	Auth      page.Authenticator
	Admin     Admin
	Status    page.StatusReporter
	// Unreadable is how many stored rows could not be read; nil: none. Every page and
	// answer states it, as any list may lack them.
	Unreadable func() int
	Rules      []postmortems.Rule
	Renderer   postmortems.BodyRenderer      // for the rules' pages; nil: they show the Markdown as it is
	Schemas    map[string][]byte             // JSON Schemas by name ("postmortem"), served under /schema/NAME.json
	Board      Board                         // nil: there are no objectives
	Curves     slos.Curves                   // nil: objectives are shown without them
	Measured   func() []feeds.MeasuredSource // servers that objectives are measured by; nil: none
	Services   documents.Directory           // nil: services are those that documents name
	Reports    Reports                       // nil: there are none
	Charts     reporting.Charts              // of reports; set when Reports is
	Printer    reporting.Printer             // nil: no PDF
	Jobs       reporting.Jobs                // nil: no page of jobs
	// Deliveries is what was sent of reports; nil: no page of it.
	Deliveries reporting.Deliveries
	MCP        http.Handler // /mcp: tools for language models
	API        http.Handler // /api/v1/… and /openapi.json, without the portal's prefix
	Metrics    http.Handler
	Feeds      feeds.Feeds // nil: feeds are not taken in
	Observe    func(Observation)
	Signals    Signals       // incidents, alerts, changes, slow SQL; nil: their routes answer 404
	NewID      func() string // a fresh request id, 16 or more URL-safe characters
}

// Library is the published knowledge, as the pages read it.
type Library interface {
	documents.Library
	searching.Library
	incidents.Library
}

// Searcher finds documents.
type Searcher interface {
	page.Searcher
	documents.Searcher
	searching.Searcher
	incidents.Searcher
}

// Reports are the published reports.
type Reports interface {
	documents.Reports
	reporting.Reports
}

// Signals are the folded views of what feeds, post-mortems and people reported.
type Signals interface {
	documents.Signals
	incidents.Signals
}

// Board evaluates SLOs.
type Board interface {
	documents.Board
	slos.Board
}

// Git serves the smart HTTP protocol of the one repository. The caller has checked that
// the client may read (upload-pack) or push at least drafts (receive-pack). A method
// either writes the whole response and returns nil, or writes nothing and returns a
// fault. It sets the deadlines of the connection and decodes gzip.
type Git interface {
	// InfoRefs answers GET /info/refs; service is "git-upload-pack" or
	// "git-receive-pack".
	InfoRefs(w http.ResponseWriter, r *http.Request, service string) error
	UploadPack(w http.ResponseWriter, r *http.Request, reader string) error
	ReceivePack(w http.ResponseWriter, r *http.Request, who auth.Principal) error
}

// Admin runs the commands of an administrator in the running portal.
type Admin interface {
	// CreateToken makes a token. The secret is not stored.
	CreateToken(ctx context.Context, g auth.Grant) (secret string, t auth.Token, err error)
	Tokens(ctx context.Context) ([]auth.Token, error)
	RevokeToken(ctx context.Context, id string) error
	// Backup writes one consistent backup while the portal runs.
	Backup(ctx context.Context, w io.Writer) error
	// Check verifies that git, database and index agree; an empty list is good.
	Check(ctx context.Context) (findings []string, err error)
	// Reindex starts a new build of the index, beside the one in use.
	Reindex(ctx context.Context) error
	// ImportGit publishes the history of a repository that the server can read
	// (a path on its machine); say receives progress and findings.
	ImportGit(ctx context.Context, repo string, who auth.Principal, say func(line string)) error
}

// Observation is one answered request, for metrics.
type Observation struct {
	Route  string // the route's pattern, never the raw path: "/p/:id"
	Method string
	Status int
	Took   time.Duration
	Bytes  int64 // of the body as sent
}
