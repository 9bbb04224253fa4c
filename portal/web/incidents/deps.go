package incidents

import (
	"context"
	"time"

	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/search"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// Deps are the parts of the portal that these pages use. Their methods may be called
// from many goroutines.
type Deps struct {
	Signals Signals // nil: the pages answer 404
	Library Library
	Search  Searcher
}

// Library reads published documents. Errors are faults: NotFound when there is no such
// document.
type Library interface {
	// ByID returns the document of a permalink id, the one in use or a former one.
	ByID(ctx context.Context, id string) (library.Found, error)
	// Page reads one document at its newest revision.
	Page(ctx context.Context, id string, rev postmortems.OID) (library.Page, error)
}

// Searcher finds documents like an incident.
type Searcher interface {
	Similar(ctx context.Context, r search.SimilarRequest) (search.Likeness, error)
	// Related finds the incidents most like a document.
	Related(ctx context.Context, id string, limit int) ([]search.Match, error)
}

// Signals are incidents, alerts, changes and slow statements, folded from all sources.
// What the methods return is shared and must not be changed.
type Signals interface {
	// Policy is how incidents are judged.
	Policy() incident.Policy
	// Incidents gives those that touch [from, to), newest start first.
	Incidents(ctx context.Context, from, to time.Time) ([]incident.Incident, error)
	// Incident gives one by its id or any other of its names.
	Incident(ctx context.Context, id string) (incident.Incident, error)
	// Open gives the incidents that are not over.
	Open(ctx context.Context) ([]incident.Incident, error)
	// Episodes gives the episodes that overlap [from, to), newest start first.
	Episodes(ctx context.Context, from, to time.Time) ([]alert.Episode, error)
	// Changes gives the changes of [from, to), newest first.
	Changes(ctx context.Context, from, to time.Time) ([]change.Linked, error)
	// Statements follows the slow statements over [from, to), longest total first.
	Statements(ctx context.Context, from, to time.Time) ([]sql.Followed, error)
	Drills(ctx context.Context, from, to time.Time) ([]incident.Drill, error)
	Services(ctx context.Context) ([]slo.Service, error)
	// OnCall tells how the people on call live.
	OnCall(ctx context.Context) (alert.OnCall, error)
	// Drafts are the post-mortems of an incident on pushed branches.
	Drafts(ctx context.Context, in incident.Incident) ([]incidentparts.DraftPostmortem, error)
	// Spent is what an incident took of the error budgets of its objectives.
	Spent(ctx context.Context, in incident.Incident) ([]incidentparts.BudgetSpent, error)

	// Edit, Enter and Decide keep what a person says, who being the name of their
	// token. They are fault.Invalid with words for that person.
	Edit(ctx context.Context, hand incident.Hand, id string, edits ...incident.Edit) (incident.Incident, error)
	Enter(ctx context.Context, hand incident.Hand, v incident.Record) (in incident.Incident, fresh bool, err error)
	Decide(ctx context.Context, who string, d sql.Decision) error
}
