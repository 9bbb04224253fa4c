package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// What a period, or an incident in it, consumed of an SLO's budgets. Every share is
// of one window: bad events that lie in it over what the whole of it permits. A
// calendar window that ended inside the period is one budget, the one that began
// after it another, and neither is held against the other's bad events.

// mostWindows is how many calendar windows a period may touch to be held against
// each of them; one that touches more is longer than they are and is held against
// what it permits itself.
const mostWindows = 2

// BudgetPart is one budget with the part of it that a period consumed.
type BudgetPart struct {
	slo.Budget
	// Taken is how many bad events (or slices) of the window lie in the period.
	Taken float64
	// Period is set where the budget is the period's own: the SLO's window is shorter.
	Period bool
}

// share returns what the period consumed of the budget.
func (b BudgetPart) share() (share float64, estimated, ok bool) { return b.Share(b.Taken) }

// ended reports whether the budget's window was over at an instant.
func (b BudgetPart) ended(at time.Time) bool { return !b.Window.To.After(at) }

// budgets returns the budgets that a period touches, the earliest first; results
// are those of its spans. The last is of the SLO's own window as it stands at asOf,
// unless the period is longer.
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
		from, to := later(w.From, p.From), earlierOf(later(w.From, asOf), w.To)
		out = append(out, BudgetPart{Budget: b, Taken: slo.BadIn(s, m.Buckets, later(from, b.Window.From), to)})
	}
	return out
}

// windows returns the SLO's own windows that a period touches, the earliest first,
// at most one more than mostWindows. A rolling SLO has one: the window that ends
// with the data.
func (m Measurement) windows(p period.Period, asOf time.Time) (out []slo.Span) {
	from, to := window(m.SLO, asOf)
	out = []slo.Span{{From: from, To: to, Now: asOf}}
	for calendar(m.SLO) && from.After(p.From) && len(out) <= mostWindows {
		from, to = window(m.SLO, from)
		out = append([]slo.Span{{From: from, To: to, Now: asOf}}, out...)
	}
	return out
}

// calendar reports whether the SLO's window is one of the calendar; it rolls where
// none is stated.
func calendar(s slo.SLO) bool { return !s.Window.Rolling && s.Window.Count > 0 }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlierOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// budgets returns all budgets that the period touches, the earliest first.
func (o Objective) budgets() []BudgetPart {
	return append(slices.Clip(o.Ended), o.Current)
}

// left returns the share of the budget of the SLO's own window, as it stands when
// the period ends, that is not consumed. Of a calendar window that is not over it is
// estimated, because what the window permits is.
func (o Objective) left() (left float64, estimated, ok bool) {
	switch {
	case o.Window.Met == nil || o.Window.Left == nil:
		return 0, false, false
	case o.Projected != nil:
		return o.Projected.Left, true, true
	}
	return *o.Window.Left, false, true
}

// exhausted reports whether nothing is left of the budget of the SLO's own window.
func (o Objective) exhausted() bool {
	left, _, ok := o.left()
	return ok && left <= 0
}

// Costs returns what an incident consumed of an SLO's budgets, one for each window
// in which it did any harm. asOf is how far the data goes.
func Costs(o Objective, buckets []slo.Bucket, i incident.Incident, p period.Period, asOf time.Time) (all []Spend) {
	x := Incident{Incident: i}
	from, to := impactStart(x), impactEnd(x)
	if from.IsZero() || len(i.Doubts) > 0 || i.Maintenance || to.IsZero() && !i.Open {
		return nil
	}
	if to.IsZero() || to.After(asOf) {
		to = asOf
	}
	for _, b := range o.budgets() {
		w := b.Window
		bad := slo.BadDuring(o.SLO, buckets, from, to, w.From, w.To)
		share, estimated, ok := b.Share(bad)
		if !ok || bad <= 0 || number(share) == nil {
			continue
		}
		taken := slo.BadDuring(o.SLO, buckets, from, to, later(w.From, p.From), w.To)
		all = append(all, Spend{SLO: o.SLO.Name, Bad: bad, Share: share, Taken: taken, Estimated: estimated, WindowEnd: w.To.UTC()})
	}
	return all
}

// of names a budget: "its 28-day budget", "its 1-month budget that ended on
// 30 September", "the month's budget".
func (c *compiler) of(o Objective, b BudgetPart) string {
	switch name := "its " + windowText(o.SLO.Window) + " budget"; {
	case b.Period:
		return "the " + strings.ToLower(c.spanHead()) + "'s budget"
	case !calendar(o.SLO):
		return name
	case b.ended(c.asOf):
		return fmt.Sprintf("%s that ended on %s", name, c.lastDay(o, b))
	case b.Whole != nil:
		return fmt.Sprintf("%s to %s, estimated", name, c.lastDay(o, b))
	default:
		return fmt.Sprintf("%s to %s", name, c.lastDay(o, b))
	}
}

// windowOf names the window of a budget in a table.
func (c *compiler) windowOf(x spender) string {
	switch {
	case x.budget.Period:
		return "the " + strings.ToLower(c.spanHead()) + " (its " + windowText(x.SLO.Window) + " window is shorter)"
	case !calendar(x.SLO):
		return windowText(x.SLO.Window) + " window"
	case x.budget.ended(c.asOf):
		return fmt.Sprintf("%s window, ended %s", windowText(x.SLO.Window), c.lastDay(x.Objective, x.budget))
	}
	return fmt.Sprintf("%s window, to %s", windowText(x.SLO.Window), c.lastDay(x.Objective, x.budget))
}

// budgetKey names a budget: the objective's name, and for an earlier window than
// its own at the period's end, the window's end.
func (c *compiler) budgetKey(x spender) string {
	if x.budget.Window.To.Equal(x.Current.Window.To) {
		return x.SLO.Name
	}
	return x.SLO.Name + "-" + x.budget.Window.To.UTC().Format(time.DateOnly)
}

// leftOf is the share of a budget that is left: of a window that ended, what was
// left at its end.
func (c *compiler) leftOf(x spender) Value {
	if x.budget.Period || x.budget.Window.Met == nil {
		return c.leastLeft([]Objective{x.Objective})
	}
	left, estimated, ok := x.budget.Left()
	if !ok {
		return Value{Text: "no data", Tone: Gap}
	}
	return leftValue(x.Objective, x.budget.Window, left, estimated)
}

// spentHow is the arithmetic of what the period consumed of one budget.
func (c *compiler) spentHow(x spender) Derivation {
	allowed, estimated, _ := x.budget.Allowed()
	permitted := events(allowed)
	if estimated {
		permitted = estimate(permitted)
	}
	w := x.budget.Window
	return Derivation{
		Key: "spent-" + c.budgetKey(x), Title: "Consumed of the budget of " + c.titles[x.SLO.Name],
		Formula: "bad events that lie in the period and in the window / bad events that the whole window allows. The period has a share of each window that it touches; what a window that is not over allows is estimated",
		Terms: []Term{
			{"bad in the period and the window", events(x.budget.Taken)}, {"allowed by " + c.of(x.Objective, x.budget), permitted}, {"bad in the window to date", events(max(w.Total-w.Good, 0))},
		},
		From: later(w.From, c.p.From), To: earlierOf(w.To, c.asOf), Coverage: number(w.Coverage), Source: "SLI buckets", Revision: short(w.Hash), Link: sloLink(x.SLO.Name),
	}
}

// lastDay names the last day of a calendar window, by the clock that the window
// goes by.
func (c *compiler) lastDay(o Objective, b BudgetPart) string {
	zone := time.UTC
	if o.SLO.Window.Zone != nil {
		zone = o.SLO.Window.Zone
	}
	return b.Window.To.Add(-time.Nanosecond).In(zone).Format("2 January")
}
