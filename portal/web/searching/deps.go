package searching

import (
	"context"
	"time"

	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/querylog"
	"github.com/postern/postern/search/suggest"
)

// Deps are the parts of the portal that these pages use. All must be set. Their methods
// may be called from many goroutines.
type Deps struct {
	Library Library
	Search  Searcher
	Suggest Suggester
	Queries QueryLog
	Status  page.StatusReporter
}

// Library reads published documents. Errors are faults: NotFound when there is no such
// document.
type Library interface {
	// ByID returns the document of a permalink id, the one in use or a former one.
	ByID(ctx context.Context, id string) (library.Found, error)
	// Page reads one document at its newest revision.
	Page(ctx context.Context, id string, rev postmortems.OID) (library.Page, error)
}

// Searcher finds documents.
type Searcher interface {
	// Errors are fault.Invalid for a query that cannot be run, fault.Unavailable while
	// search is busy and fault.Timeout.
	Search(ctx context.Context, r search.Request) (search.Results, error)
	// Similar finds what resembles a pasted text, or is written for an alert.
	Similar(ctx context.Context, r search.SimilarRequest) (search.Likeness, error)
}

// Suggester completes what is typed. It must cost microseconds.
type Suggester interface {
	Suggest(text string, limit int) []suggest.Suggestion
}

// QueryLog counts searches without recording who searched, and stores the notes about
// missing documents.
type QueryLog interface {
	// Asked and Opened return at once: they queue what they record. Page names a view of
	// the search page, text is the query.
	Asked(s querylog.Search)
	Opened(page, text string)
	// Gaps reads the days from (inclusive) to (exclusive). A note has one query and the
	// words that readers added. Finish fails with fault.NotFound for an unknown id.
	Gaps(ctx context.Context, from, to time.Time) (querylog.Gaps, error)
	Missing(ctx context.Context) ([]querylog.Note, error)
	Report(ctx context.Context, query, words string) (querylog.Note, error)
	Finish(ctx context.Context, id string, done bool, by string) error
}
