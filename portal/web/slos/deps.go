package slos

import (
	"context"
	"time"

	"github.com/postern/postern/reports/slostatus"
)

// Deps are the parts of the portal that these pages use. Their methods may be called
// from many goroutines.
type Deps struct {
	Board  Board  // nil: there are no SLOs, and the pages answer 404
	Curves Curves // nil: SLOs are shown without their curves
}

// Board evaluates SLOs as they are now.
type Board interface {
	// Rows evaluates every SLO over its own window, by name. It is called for every page
	// and answers from memory when nothing changed.
	Rows(ctx context.Context) ([]slostatus.Row, error)
	// Detail returns everything about one SLO over a span, or over its own window if both
	// ends are zero. Errors are fault.NotFound, Gone and Invalid.
	Detail(ctx context.Context, name string, from, to time.Time) (slostatus.Detail, error)
}

// Curves draws the curves of one SLO as SVG elements for a page. id must be unique in
// the page.
type Curves interface {
	Budget(d slostatus.Detail, id string) ([]byte, error)
	SLI(d slostatus.Detail, id string) ([]byte, error)
}
