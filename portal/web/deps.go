package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/querylog"
	"github.com/postern/postern/search/suggest"
)

// Deps are the parts of the portal that the pages speak to. All must be set but
// API, MCP and Metrics, without which their routes answer 404, Observe, Renderer
// and those that say what nil means. Every method may be called from many
// goroutines.
type Deps struct {
	Texts   *messages.Printer // the texts of the pages, in their language
	Library Library
	Content postmortems.Content // attachments, by object name
	Search  Searcher
	Suggest Suggester
	Queries QueryLog
	Git     Git
	Auth    Authenticator
	Admin   Admin
	Status  StatusReporter
	// Unreadable is how many stored rows could not be read; nil: none. Every page and
	// answer states it, as any list may lack them.
	Unreadable func() int
	Rules      []postmortems.Rule
	Renderer   postmortems.BodyRenderer // for the rules' pages; nil: they show the Markdown as it is
	Schemas    map[string][]byte        // JSON Schemas by name ("postmortem"), served under /schema/NAME.json
	Board      Board                    // nil: there are no objectives
	Curves     Curves                   // nil: objectives are shown without them
	Measured   func() []MeasuredSource  // servers that objectives are measured by; nil: none
	Services   Directory                // nil: services are those that documents name
	Reports    Reports                  // nil: there are none
	Charts     Charts                   // of reports; set when Reports is
	Printer    Printer                  // nil: no PDF
	Jobs       Jobs                     // nil: no page of jobs
	// Deliveries is what was sent of reports; nil: no page of it.
	Deliveries Deliveries
	MCP        http.Handler // /mcp: tools for language models
	API        http.Handler // /api/v1/… and /openapi.json, without the portal's prefix
	Metrics    http.Handler
	Feeds      Feeds // nil: feeds are not taken in
	Observe    func(Observation)
	Signals    Signals       // incidents, alerts, changes, slow SQL; nil: their routes answer 404
	NewID      func() string // a fresh request id, 16 or more URL-safe characters
}

// Library is the published knowledge. An address is path-absolute, without the
// portal's prefix, and percent-encoded as url.URL.EscapedPath encodes, whatever
// the browser sent: "/postmortems/2026/%E6%B1%A0". Errors are faults: NotFound
// when there is no such thing.
type Library interface {
	// Seq numbers the state of the library: it changes with every publish and
	// every draft, and two equal numbers mean equal answers. It is asked for on
	// every request and must cost next to nothing.
	Seq(ctx context.Context) (uint64, error)
	// Lookup answers an address of a document (in every form the contract gives
	// it), of something that was there before, or of a stored file.
	Lookup(ctx context.Context, address string) (library.Found, error)
	// ByID answers a permalink id, the one in use or a former one: Record or Gone is set.
	ByID(ctx context.Context, id string) (library.Found, error)
	// Page reads one document (its Source may be left empty) at the newest revision, or at the revision whose
	// commit begins with rev (at least 7 digits). It answers for removed
	// documents when rev is given.
	Page(ctx context.Context, id string, rev postmortems.OID) (library.Page, error)
	// Revisions are all revisions of a document, newest first, also of a removed one.
	Revisions(ctx context.Context, id string) ([]library.Revision, error)
	// List gives one page of documents, newest Date first, and the cursor of the
	// next page ("" at the end).
	List(ctx context.Context, f library.Filter) (records []library.Record, next string, err error)
	// Counts gives the values of a facet (kind, service, severity, tag, owner,
	// year) among the documents that f admits, most frequent first; f's Limit and
	// Cursor are ignored.
	Counts(ctx context.Context, facet string, f library.Filter) ([]library.Count, error)
	// Actions gives action items over all documents, by due date, those without
	// one last.
	Actions(ctx context.Context, f library.ActionFilter) ([]library.ActionItem, error)
	// MostRead gives the n documents that were read most of late.
	MostRead(ctx context.Context, n int) ([]library.Record, error)
	// MarkRead counts one reading. It must not wait for the disk.
	MarkRead(id string)

	// Drafts gives the branches other than main, newest first.
	Drafts(ctx context.Context) ([]library.Draft, error)
	// DraftPage reads a document as it stands on a draft; its links lead to the
	// draft where the draft changes their target. Documents that the draft leaves
	// alone are NotFound.
	DraftPage(ctx context.Context, branch, address string) (library.Page, error)
	// DraftFile finds a stored file as it stands on a draft.
	DraftFile(ctx context.Context, branch, path string) (library.File, error)
}

// Searcher finds documents.
type Searcher interface {
	Search(ctx context.Context, r search.Request) (search.Results, error)
	// Similar finds what resembles a pasted text, or is for an alert.
	Similar(ctx context.Context, r search.SimilarRequest) (search.Likeness, error)
	// Related finds the incidents most like a document.
	Related(ctx context.Context, id string, limit int) ([]search.Match, error)
}

// Suggester offers what begins with what is typed. It must cost microseconds.
type Suggester interface {
	Suggest(text string, limit int) []suggest.Suggestion
}

// QueryLog counts searches without telling who asked, and keeps the notes about
// what is missing.
type QueryLog interface {
	// Asked and Opened wait for nothing.
	Asked(s querylog.Search)
	Opened(page, text string)
	// Gaps reads the days from (inclusive) to (exclusive).
	Gaps(ctx context.Context, from, to time.Time) (querylog.Gaps, error)
	Missing(ctx context.Context) ([]querylog.Note, error)
	Report(ctx context.Context, query, words string) (querylog.Note, error)
	Finish(ctx context.Context, id string, done bool, by string) error
}

// Git serves the smart HTTP protocol of the one repository. The caller has
// checked that who may read (upload-pack) or push at least drafts (receive-pack).
// A method either writes the whole response and returns nil, or writes nothing
// and returns a fault. It moves the connection's deadlines itself and undoes
// gzip itself.
type Git interface {
	// InfoRefs answers GET /info/refs; service is "git-upload-pack" or
	// "git-receive-pack".
	InfoRefs(w http.ResponseWriter, r *http.Request, service string) error
	UploadPack(w http.ResponseWriter, r *http.Request, reader string) error
	ReceivePack(w http.ResponseWriter, r *http.Request, who auth.Principal) error
}

// Authenticator checks credentials. Unknown, expired and revoked ones are
// fault.Unauthenticated.
type Authenticator interface {
	// Token gives the principal of a token's secret.
	Token(ctx context.Context, secret string) (auth.Principal, error)
	// Login opens a browser session for a token's secret; the returned value is
	// the cookie's.
	Login(ctx context.Context, secret string) (session string, expires time.Time, err error)
	// Session gives the principal of a cookie's value.
	Session(ctx context.Context, session string) (auth.Principal, error)
	// Logout ends a session; an unknown one is no error.
	Logout(ctx context.Context, session string) error
}

// Admin is what the command line asks of a running portal.
type Admin interface {
	// CreateToken makes a token. The secret is not kept.
	CreateToken(ctx context.Context, g auth.Grant) (secret string, t auth.Token, err error)
	Tokens(ctx context.Context) ([]auth.Token, error)
	RevokeToken(ctx context.Context, id string) error
	// Backup writes one consistent backup while the portal runs.
	Backup(ctx context.Context, w io.Writer) error
	// Check verifies that git, database and index agree; an empty list is good.
	Check(ctx context.Context) (findings []string, err error)
	// Reindex starts building the index anew, beside the one in use.
	Reindex(ctx context.Context) error
	// ImportGit publishes the history of a repository that the server can read
	// (a path on its machine); say is told progress and findings.
	ImportGit(ctx context.Context, repo string, who auth.Principal, say func(line string)) error
}

// StatusReporter tells how the portal is.
type StatusReporter interface {
	Status(ctx context.Context) Status
}

// Status is the answer of /readyz.
type Status struct {
	Ready    bool          `json:"ready"`   // started, reconciled, not stopping, and every part works
	Reading  bool          `json:"reading"` // pages are answered, whatever else fails
	Checks   []StatusCheck `json:"checks"`
	IndexLag uint64        `json:"index_lag"` // changes of the library that search does not know yet
	Version  string        `json:"version"`
}

// StatusCheck is one part of the portal.
type StatusCheck struct {
	Name string `json:"name"` // "database", "index", "git", "writes"
	OK   bool   `json:"ok"`
	// Degraded says that the part is not well and does what it still can: the portal
	// stays ready, as a restart or another replica would not help.
	Degraded bool   `json:"degraded,omitempty"`
	Detail   string `json:"detail,omitempty"` // a short word for the operator; no paths, no causes
}

// Observation is one answered request, for metrics.
type Observation struct {
	Route  string // the route's pattern, never the raw path: "/p/:id"
	Method string
	Status int
	Took   time.Duration
	Bytes  int64 // of the body as sent
}
