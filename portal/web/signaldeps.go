package web

import (
	"context"
	"math"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// Signals are the folded views of what feeds, post-mortems and people said. What
// its methods return is shared and must not be written to.
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
	Drafts(ctx context.Context, in incident.Incident) ([]DraftPostmortem, error)
	// Spent is what an incident took of the error budgets of its objectives.
	Spent(ctx context.Context, in incident.Incident) ([]BudgetSpent, error)

	// Edit, Enter and Decide keep what a person says, who being the name of their
	// token. They are fault.Invalid with words for that person.
	Edit(ctx context.Context, hand incident.Hand, id string, edits ...incident.Edit) (incident.Incident, error)
	Enter(ctx context.Context, hand incident.Hand, v incident.Voice) (in incident.Incident, fresh bool, err error)
	Decide(ctx context.Context, who string, d sql.Decision) error
}

// DraftPostmortem is a post-mortem that was pushed and is not published.
type DraftPostmortem struct {
	Title, Branch string
	Address       string // of its preview, without the portal's prefix
}

// BudgetSpent is what one incident took of one objective's budget.
type BudgetSpent struct {
	SLO       string
	Title     string  // of the objective; "" it has none
	Bad       float64 // bad events while it lasted, or bad slices
	Share     float64 // of what the whole of the objective's own window permits
	Estimated bool    // Share is: the window is not over
}

// BadCount is Bad as people write it; slices may be bad by a fraction.
func (b BudgetSpent) BadCount() string { return humanize.Number(int(math.Round(b.Bad))) }
