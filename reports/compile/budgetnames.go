package compile

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/tally"
)

// windowText writes the window of an SLO: "28-day". A unit that is not known is written
// as it is.
func (c *compiler) windowText(w slo.Window) string {
	units := map[string]string{"m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month", "Q": "quarter", "Y": "year"}
	unit := units[w.Unit]
	if unit == "" {
		return fmt.Sprintf("%d-%s", w.Count, title(w.Unit))
	}
	return c.Text(messages.Key("report_body.window_", unit), "Number", w.Count)
}

// windowValue is the window of an SLO.
func (c *compiler) windowValue(w slo.Window) reports.Value {
	return reports.Value{Text: c.windowText(w), Key: windowKey(w)}
}

// windowKey is the key of a window. It does not depend on the language: "28d". Reports
// are compared by it.
func windowKey(w slo.Window) string { return fmt.Sprintf("%d%s", w.Count, title(w.Unit)) }

// of names a budget inside a sentence: "28-day budget", "1-month budget that ended on
// 30 September", "the month's budget". The four cases are: a budget of the period
// itself, a rolling window, a calendar window that ended, and one in progress, whose
// size is exact or estimated.
func (c *compiler) of(o reports.Objective, b reports.BudgetPart) string {
	window := c.windowText(o.SLO.Window)
	switch {
	case b.Period:
		return c.Text("report_body.budget_of_period", "Period", c.spanWord())
	case !o.Calendar():
		return c.Text("report_body.budget_of_window", "Window", window)
	case b.EndedBy(c.asOf):
		return c.Text("report_body.budget_ended", "Window", window, "Day", c.lastDay(o, b))
	case b.Whole != nil:
		return c.Text("report_body.budget_until_estimated", "Window", window, "Day", c.lastDay(o, b))
	}
	return c.Text("report_body.budget_until", "Window", window, "Day", c.lastDay(o, b))
}

// windowOf names the window of a budget in a table. The key has the end of the window,
// so that two windows of one SLO differ, and the same one is equal in the next
// revision.
func (c *compiler) windowOf(x spender) reports.Value {
	window := c.windowText(x.SLO.Window)
	v := reports.Value{Key: cmp.Or(map[bool]string{true: "period"}[x.budget.Period],
		windowKey(x.SLO.Window)+" "+x.budget.Window.To.UTC().Format(time.RFC3339))}
	switch {
	case x.budget.Period:
		v.Text = c.Text("report_body.window_shorter", "Period", c.spanWord(), "Window", window)
	case !x.Calendar():
		v.Text = c.Text("report_body.window_of", "Window", window)
	case x.budget.EndedBy(c.asOf):
		v.Text = c.Text("report_body.window_ended", "Window", window, "Day", c.lastDay(x.Objective, x.budget))
	default:
		v.Text = c.Text("report_body.window_until", "Window", window, "Day", c.lastDay(x.Objective, x.budget))
	}
	return v
}

// budgetKey is the key of a budget: the SLO's name and, for an earlier window than its
// own at the period's end, the window's end. The plain name for the usual case makes
// keys equal from period to period.
func (c *compiler) budgetKey(x spender) string {
	if x.budget.Window.To.Equal(x.Current.Window.To) {
		return x.SLO.Name
	}
	return x.SLO.Name + "-" + x.budget.Window.To.UTC().Format(time.DateOnly)
}

// leftOf returns the share of a budget that remains: of a window that ended, what
// remained at its end. A budget of the period itself, or one that was not measured, has
// no remaining share of its own; the SLO's window is used.
func (c *compiler) leftOf(x spender) reports.Value {
	if x.budget.Period || x.budget.Window.Met == nil {
		return c.leastLeft([]reports.Objective{x.Objective})
	}
	left, estimated, ok := x.budget.Left()
	if !ok {
		return c.noData("")
	}
	return c.leftValue(x.Objective, x.budget.Window, left, estimated)
}

// spentHow is the derivation of what the period consumed of one budget. Its terms are
// the bad events that are in both the period and the window, what the window allows,
// and all bad events of the window. Its span is the intersection of the two.
func (c *compiler) spentHow(x spender) reports.Derivation {
	allowed, estimated, _ := x.budget.Allowed()
	permitted := events(allowed)
	if estimated {
		permitted = estimate(permitted)
	}
	w := x.budget.Window
	return reports.Derivation{
		Key: "spent-" + c.budgetKey(x), Title: c.Text("report_body.consumed_of", "SLO", c.titles[x.SLO.Name]),
		Formula: c.Text("report_body.consumed_formula"),
		Terms: []reports.Term{
			term(c.Text("report_body.bad_in_both"), events(x.budget.Taken)),
			term(c.Text("report_body.allowed_by", "Budget", c.of(x.Objective, x.budget)), permitted),
			term(c.Text("report_body.bad_in_window"), events(max(w.Total-w.Good, 0))),
		},
		From: tally.Later(w.From, c.p.From), To: tally.Earlier(w.To, c.asOf), Coverage: reports.Number(w.Coverage),
		Source: c.Text("report_body.source_buckets"), Revision: short(w.Hash), Link: sloLink(x.SLO.Name),
	}
}

// lastDay returns the last day of a calendar window, in the window's zone. A window
// usually ends at midnight, so the last day is that of the instant before. An unknown
// zone is UTC.
func (c *compiler) lastDay(o reports.Objective, b reports.BudgetPart) string {
	zone := time.UTC
	if o.SLO.Window.Zone != nil {
		zone = o.SLO.Window.Zone
	}
	return b.Window.To.Add(-time.Nanosecond).In(zone).Format("2 January")
}

// short returns as much of a hash as distinguishes two. It is at most ten bytes; hashes
// are hexadecimal, so no rune is cut. title bounds a hash that is from outside.
func short(hash string) string {
	const most = 10
	clipped := strings.TrimSpace(title(hash))
	return clipped[:min(len(clipped), most)]
}
