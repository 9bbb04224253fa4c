package web

import (
	"context"
	"time"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// Board judges objectives as they are now.
type Board interface {
	// Rows judges every objective over its own window, by name. It is asked on
	// every look at the board and answers from memory when nothing changed.
	Rows(ctx context.Context) ([]slostatus.Row, error)
	// Detail gives everything about one objective over a span, or over its own
	// window when both ends are zero. Errors are fault.NotFound, Gone and Invalid.
	Detail(ctx context.Context, name string, from, to time.Time) (slostatus.Detail, error)
}

// Curves draws the curves of one objective as SVG elements for a page; id must be
// unique in the page.
type Curves interface {
	Budget(d slostatus.Detail, id string) ([]byte, error)
	SLI(d slostatus.Detail, id string) ([]byte, error)
}

// Directory knows the services.
type Directory interface {
	Services(ctx context.Context) ([]slo.Service, error)
}

// MeasuredSource is a server that objectives are measured by, and how it does.
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

// RefusedQuery is an objective whose query the server does not take.
type RefusedQuery struct{ SLO, Why string }
