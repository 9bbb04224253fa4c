package compile

import (
	"fmt"
	"strings"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/tally"
)

// of names a budget: "its 28-day budget", "its 1-month budget that ended on
// 30 September", "the month's budget".
func (c *compiler) of(o reports.Objective, b reports.BudgetPart) string {
	switch name := "its " + windowText(o.SLO.Window) + " budget"; {
	case b.Period:
		return "the " + strings.ToLower(c.spanHead()) + "'s budget"
	case !o.Calendar():
		return name
	case b.EndedBy(c.asOf):
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
	case !x.Calendar():
		return windowText(x.SLO.Window) + " window"
	case x.budget.EndedBy(c.asOf):
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
func (c *compiler) leftOf(x spender) reports.Value {
	if x.budget.Period || x.budget.Window.Met == nil {
		return c.leastLeft([]reports.Objective{x.Objective})
	}
	left, estimated, ok := x.budget.Left()
	if !ok {
		return reports.Value{Text: "no data", Tone: reports.Gap}
	}
	return leftValue(x.Objective, x.budget.Window, left, estimated)
}

// spentHow is the arithmetic of what the period consumed of one budget.
func (c *compiler) spentHow(x spender) reports.Derivation {
	allowed, estimated, _ := x.budget.Allowed()
	permitted := events(allowed)
	if estimated {
		permitted = estimate(permitted)
	}
	w := x.budget.Window
	return reports.Derivation{
		Key: "spent-" + c.budgetKey(x), Title: "Consumed of the budget of " + c.titles[x.SLO.Name],
		Formula: "bad events that lie in the period and in the window / bad events that the whole window allows. The period has a share of each window that it touches; what a window that is not over allows is estimated",
		Terms: []reports.Term{
			term("bad in the period and the window", events(x.budget.Taken)), term("allowed by "+c.of(x.Objective, x.budget), permitted), term("bad in the window to date", events(max(w.Total-w.Good, 0))),
		},
		From: tally.Later(w.From, c.p.From), To: tally.Earlier(w.To, c.asOf), Coverage: reports.Number(w.Coverage), Source: "SLI buckets", Revision: short(w.Hash), Link: sloLink(x.SLO.Name),
	}
}

// lastDay names the last day of a calendar window, by the clock that the window
// goes by.
func (c *compiler) lastDay(o reports.Objective, b reports.BudgetPart) string {
	zone := time.UTC
	if o.SLO.Window.Zone != nil {
		zone = o.SLO.Window.Zone
	}
	return b.Window.To.Add(-time.Nanosecond).In(zone).Format("2 January")
}
