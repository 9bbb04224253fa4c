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
	// Policy returns how incidents are evaluated.
	Policy() incident.Policy
	// Incidents returns those that overlap [from, to), newest start first.
	Incidents(ctx context.Context, from, to time.Time) ([]incident.Incident, error)
	// Incident returns one by its id or an alias.
	Incident(ctx context.Context, id string) (incident.Incident, error)
	// Open returns the open incidents.
	Open(ctx context.Context) ([]incident.Incident, error)
	// Episodes returns the episodes that overlap [from, to), newest start first.
	Episodes(ctx context.Context, from, to time.Time) ([]alert.Episode, error)
	// Changes returns the changes of [from, to), newest first.
	Changes(ctx context.Context, from, to time.Time) ([]change.Linked, error)
	// Statements returns the slow statements of [from, to), longest total first.
	Statements(ctx context.Context, from, to time.Time) ([]sql.Followed, error)
	// Drills returns the drills of [from, to).
	Drills(ctx context.Context, from, to time.Time) ([]incident.Drill, error)
	// Services returns the defined services.
	Services(ctx context.Context) ([]slo.Service, error)
	// OnCall returns the zones, nights and shifts of the people on call.
	OnCall(ctx context.Context) (alert.OnCall, error)
	// Drafts returns the post-mortems of an incident on pushed branches.
	Drafts(ctx context.Context, in incident.Incident) ([]incidentparts.DraftPostmortem, error)
	// Spent returns how much of the error budgets of its SLOs an incident consumed.
	Spent(ctx context.Context, in incident.Incident) ([]incidentparts.BudgetSpent, error)

	// Edit, Enter and Decide store what a person enters; hand and who name their token.
	// Invalid input is fault.Invalid with a text for that person.
	Edit(ctx context.Context, hand incident.Hand, id string, edits ...incident.Edit) (incident.Incident, error)
	Enter(ctx context.Context, hand incident.Hand, v incident.Record) (in incident.Incident, fresh bool, err error)
	Decide(ctx context.Context, who string, d sql.Decision) error
}
