package documents

import (
	"context"
	"net/http"

	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/reportstore"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
	"github.com/postern/postern/search"
)

// Deps are the parts of the portal that these pages read. All must be set unless a
// field says what nil means. Their methods may be called from many goroutines.
type Deps struct {
	Library  Library
	Content  postmortems.Content // attachments, by object name
	Search   Searcher
	Status   page.StatusReporter
	Rules    []postmortems.Rule
	Renderer postmortems.BodyRenderer // of the rules' pages; nil: they show the Markdown as it is
	Board    Board                    // nil: there are no SLOs
	Services Directory                // nil: services are those that documents name
	Reports  Reports                  // nil: there are none
	Signals  Signals                  // nil: incidents are not known
	API      http.Handler             // answers for documents as JSON; nil: 404
}

// Library is the published knowledge. An address is path-absolute, without the portal's
// prefix, and percent-encoded by url.URL.EscapedPath: "/postmortems/2026/%E6%B1%A0".
// Errors are faults: NotFound if there is no such thing.
type Library interface {
	// Seq numbers the state of the library: it changes with every publish and every
	// draft, and two equal numbers mean equal answers. It is read for every request and
	// must cost next to nothing.
	Seq(ctx context.Context) (uint64, error)
	// Lookup returns what is at an address: a document, something that was there before,
	// or a stored file.
	Lookup(ctx context.Context, address string) (library.Found, error)
	// ByID answers a permalink id, the one in use or a former one: Record or Gone is set.
	ByID(ctx context.Context, id string) (library.Found, error)
	// Page reads one document (its Source may be left empty) at the newest revision, or
	// at the revision whose commit begins with rev (at least 7 digits). Removed documents
	// are read only with rev.
	Page(ctx context.Context, id string, rev postmortems.OID) (library.Page, error)
	// Revisions returns all revisions of a document, newest first, also of a removed one.
	Revisions(ctx context.Context, id string) ([]library.Revision, error)
	// List returns one page of documents, newest Date first, and the cursor of the next
	// page ("" at the end).
	List(ctx context.Context, f library.Filter) (records []library.Record, next string, err error)
	// Counts returns the values of a facet (kind, service, severity, tag, owner, year)
	// among the documents that f admits, most frequent first; f's Limit and Cursor are
	// ignored.
	Counts(ctx context.Context, facet string, f library.Filter) ([]library.Count, error)
	// Actions returns action items over all documents, by due date, those without one
	// last.
	Actions(ctx context.Context, f library.ActionFilter) ([]library.ActionItem, error)
	// MostRead returns the n documents that were read most often of late.
	MostRead(ctx context.Context, n int) ([]library.Record, error)
	// MarkRead counts one reading. It must not wait for the disk.
	MarkRead(id string)

	// Drafts returns the branches other than main, newest first.
	Drafts(ctx context.Context) ([]library.Draft, error)
	// DraftPage reads a document as it is on a draft; its links lead to the draft where
	// the draft changes their target. Documents that the draft does not change are
	// NotFound.
	DraftPage(ctx context.Context, branch, address string) (library.Page, error)
	// DraftFile returns a stored file as it is on a draft.
	DraftFile(ctx context.Context, branch, path string) (library.File, error)
}

// Searcher finds documents like another.
type Searcher interface {
	// Related finds the incidents most like a document.
	Related(ctx context.Context, id string, limit int) ([]search.Match, error)
}

// Board evaluates SLOs as they are now.
type Board interface {
	// Rows evaluates every SLO over its own window, by name. It answers from memory
	// when nothing changed.
	Rows(ctx context.Context) ([]slostatus.Row, error)
}

// Directory lists the services.
type Directory interface {
	Services(ctx context.Context) ([]slo.Service, error)
}

// Reports lists published reports.
type Reports interface {
	// List returns the newest revision of each period of a report, latest period first.
	List(ctx context.Context, name, cursor string, limit int) (rows []reportstore.Revision, next string, err error)
}

// Signals reads incidents.
type Signals interface {
	// Policy returns how incidents are evaluated.
	Policy() incident.Policy
	// Open returns the incidents that are not over.
	Open(ctx context.Context) ([]incident.Incident, error)
}
