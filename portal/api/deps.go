package api

import (
	"context"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/querylog"
	"github.com/postern/postern/search/suggest"
)

// Deps are the parts that the operations read. All but Board must be set. Each
// interface is declared here, with only the methods that an operation calls.
type Deps struct {
	Library Library
	Search  Searcher
	Suggest Suggester
	Queries QueryLog
	Board   Board // nil without SLOs
	Reports Reports
	Signals Signals
}

// Library is the published documents. Its errors are faults: fault.NotFound for an
// unknown document.
type Library interface {
	// ByID looks up a permalink id, current or former: Record or Gone is set.
	ByID(ctx context.Context, id string) (library.Found, error)
	// Page reads one document at the newest revision, or at the one whose commit begins
	// with rev; a removed document needs rev.
	Page(ctx context.Context, id string, rev postmortems.OID) (library.Page, error)
	// Source returns the file as its author pushed it.
	Source(ctx context.Context, blob postmortems.OID) ([]byte, error)
	// List returns one page of documents, newest first, and the cursor of the next page
	// ("" at the end).
	List(ctx context.Context, f library.Filter) (records []library.Record, next string, err error)
	// ListActions returns one page of the action items of all documents, by due date,
	// items without one last, and the cursor of the next page ("" at the end).
	ListActions(ctx context.Context, f library.ActionFilter) (items []library.ActionItem, next string, err error)
	// Revisions returns all revisions of a document, newest first, also of a removed
	// one.
	Revisions(ctx context.Context, id string) ([]library.Revision, error)
}

// Searcher finds documents.
type Searcher interface {
	Search(ctx context.Context, r search.Request) (search.Results, error)
	// Similar finds documents similar to a pasted text.
	Similar(ctx context.Context, r search.SimilarRequest) (search.Likeness, error)
}

// Suggester completes a query that is being typed. It answers from memory and does not
// fail.
type Suggester interface {
	Suggest(text string, limit int) []suggest.Suggestion
}

// QueryLog counts searches and returns those without a useful result.
type QueryLog interface {
	// Asked counts a search. It does not block.
	Asked(s querylog.Search)
	// Gaps reads the days from (inclusive) to (exclusive).
	Gaps(ctx context.Context, from, to time.Time) (querylog.Gaps, error)
	// Missing returns readers' notes about missing documents, open ones first.
	Missing(ctx context.Context) ([]querylog.Note, error)
}
