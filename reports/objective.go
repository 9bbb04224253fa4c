package reports

import (
	"slices"

	"github.com/postern/postern/reports/slo"
)

// Budgets returns all budgets that the period touches, the earliest first.
func (o Objective) Budgets() []BudgetPart {
	return append(slices.Clip(o.Ended), o.Current)
}

// Remaining returns the share of the budget of the SLO's own window, as it stands when
// the period ends, that is not consumed. Of a calendar window that is not over it is
// estimated, because what the window permits is.
func (o Objective) Remaining() (left float64, estimated, ok bool) {
	switch {
	case o.Window.Met == nil || o.Window.Left == nil:
		return 0, false, false
	case o.Projected != nil:
		return o.Projected.Left, true, true
	}
	return *o.Window.Left, false, true
}

// Exhausted reports whether nothing is left of the budget of the SLO's own window.
func (o Objective) Exhausted() bool {
	left, _, ok := o.Remaining()
	return ok && left <= 0
}

// Composite reports whether the objective is made of others.
func (o Objective) Composite() bool { return len(o.SLO.Parts) > 0 }

// Result returns the objective's result over the nth of a report's spans. Its state is
// slo.NotYet where there is none.
func (o Objective) Result(n, spans int) slo.Result {
	if at := n - (spans - len(o.Results)); at >= 0 && at < len(o.Results) {
		return o.Results[at]
	}
	return slo.Result{State: slo.NotYet}
}

// Calendar reports whether the SLO's window is one of the calendar. It rolls where none
// is stated.
func (o Objective) Calendar() bool { return calendar(o.SLO) }
