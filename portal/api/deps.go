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

// Deps are what the operations ask. All must be set.
type Deps struct {
	Library Library
	Search  Searcher
	Suggest Suggester
	Queries QueryLog
	Board   Board // nil: there are no objectives
	Reports Reports
	Signals Signals
}

// Library is the published knowledge. Errors are faults: NotFound when there is
// no such thing.
type Library interface {
	// ByID answers a permalink id, the one in use or a former one: Record or Gone
	// is set.
	ByID(ctx context.Context, id string) (library.Found, error)
	// Page reads one document at the newest revision, or at the one whose commit
	// begins with rev; a removed document needs rev.
	Page(ctx context.Context, id string, rev postmortems.OID) (library.Page, error)
	// Source is the file as its author pushed it.
	Source(ctx context.Context, blob postmortems.OID) ([]byte, error)
	// List gives one page of documents, newest first, and the cursor of the next
	// ("" at the end).
	List(ctx context.Context, f library.Filter) (records []library.Record, next string, err error)
	// ListActions gives one page of the action items of all documents, by due date,
	// those without one last, and the cursor of the next ("" at the end).
	ListActions(ctx context.Context, f library.ActionFilter) (items []library.ActionItem, next string, err error)
	// Revisions are all revisions of a document, newest first, also of a removed one.
	Revisions(ctx context.Context, id string) ([]library.Revision, error)
}

// Searcher finds documents.
type Searcher interface {
	Search(ctx context.Context, r search.Request) (search.Results, error)
	// Similar finds what resembles a pasted text.
	Similar(ctx context.Context, r search.SimilarRequest) (search.Likeness, error)
}

// Suggester offers what begins with what is typed.
type Suggester interface {
	Suggest(text string, limit int) []suggest.Suggestion
}

// QueryLog counts searches and tells which were of no use.
type QueryLog interface {
	Asked(s querylog.Search)
	// Gaps reads the days from (inclusive) to (exclusive).
	Gaps(ctx context.Context, from, to time.Time) (querylog.Gaps, error)
	Missing(ctx context.Context) ([]querylog.Note, error)
}
