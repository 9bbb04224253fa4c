package reports

import (
	"time"

	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/tally"
)

// What a period, or an incident in it, consumed of an SLO's budgets. Every share is of one
// window: bad events that are in it, divided by what the whole window allows. A calendar
// window that ended inside the period is one budget, the one that began after it another,
// and neither is charged with the other's bad events.

// mostWindows is how many calendar windows a period may touch and be compared with each of
// them. A period that touches more is longer than they are and has a budget of its own.
const mostWindows = 2

// BudgetPart is one budget with the part of it that a period consumed.
type BudgetPart struct {
	slo.Budget
	// Taken is how many bad events (or slices) of the window are in the period.
	Taken float64
	// Period is set where the budget is the period's own: the SLO's window is shorter.
	Period bool
}

// Consumed returns what the period consumed of the budget.
func (b BudgetPart) Consumed() (share float64, estimated, ok bool) { return b.Share(b.Taken) }

// EndedBy reports whether the budget's window was over at an instant.
func (b BudgetPart) EndedBy(at time.Time) bool { return !b.Window.To.After(at) }

// budgets returns the budgets that a period touches, the earliest first; results are those
// of its spans. The last is of the SLO's own window at asOf, unless the period is longer.
func (m Measurement) budgets(p period.Period, results []slo.Result, own slo.Budget, asOf time.Time) []BudgetPart {
	windows := m.windows(p, asOf)
	rolling := windows[0] // the only one, of an SLO whose window rolls
	shorter := !calendar(m.SLO) && p.To.Sub(p.From) > rolling.To.Sub(rolling.From)
	if (shorter || len(windows) > mostWindows) && len(results) > 0 {
		r := results[len(results)-1]
		return []BudgetPart{{Budget: slo.Budget{Window: r, Known: r.Allowed != nil}, Taken: max(r.Total-r.Good, 0), Period: true}}
	}
	var out []BudgetPart
	for _, w := range windows {
		b := own
		s := m.SLO
		if w.To.Before(asOf) { // an earlier one than own
			var ok bool
			if s, ok = m.at(period.Period{From: w.From, To: w.To}); !ok {
				continue
			}
			b = slo.BudgetOf(s, m.Buckets, w)
		}
		from, to := tally.Later(w.From, p.From), tally.Earlier(tally.Later(w.From, asOf), w.To)
		out = append(out, BudgetPart{Budget: b, Taken: slo.BadIn(s, m.Buckets, tally.Later(from, b.Window.From), to)})
	}
	return out
}

// windows returns the SLO's own windows that a period touches, the earliest first,
// at most one more than mostWindows. A rolling SLO has one: the window that ends
// with the data.
func (m Measurement) windows(p period.Period, asOf time.Time) (out []slo.Span) {
	from, to := m.SLO.Window.Until(asOf)
	out = []slo.Span{{From: from, To: to, Now: asOf}}
	for calendar(m.SLO) && from.After(p.From) && len(out) <= mostWindows {
		from, to = m.SLO.Window.Until(from)
		out = append([]slo.Span{{From: from, To: to, Now: asOf}}, out...)
	}
	return out
}

// calendar reports whether the SLO's window is one of the calendar; it rolls where
// none is stated.
func calendar(s slo.SLO) bool { return !s.Window.Rolling && s.Window.Count > 0 }
