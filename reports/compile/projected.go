package compile

import (
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/tally"
)

// The budget of a calendar window in progress: to date, of the traffic so far; and of the
// whole window, if the rest of it has the traffic of the same hours of the last four weeks.
// The second is an estimate and is marked as one.

// projectedTable lists the SLOs with a calendar window in progress. They are in order
// of service. The columns up to "spent" are counted, the others are projected.
func (c *compiler) projectedTable() reports.Table {
	t := reports.Table{Key: "projected", Title: c.Text("report_body.projected_title"), Note: c.Text("report_body.projected_note"),
		Columns: []reports.Column{
			c.words("slo", "report_body.col_slo"), c.words("window", "report_body.col_window"), c.words("until", "report_body.col_until"),
			c.numbers("bad", "report_body.col_bad_to_date"), c.numbers("allowed", "report_body.col_allowed_to_date"),
			c.numbers("spent", "report_body.col_consumed_to_date"),
			c.numbers("total", "report_body.col_projected_events"), c.numbers("wallowed", "report_body.col_projected_allowed"),
			c.numbers("wspent", "report_body.col_projected_consumed"), c.numbers("wleft", "report_body.col_projected_remaining"),
		}}
	for _, o := range c.in.Objectives {
		if o.Projected != nil && o.Window.Allowed != nil {
			t.Rows = append(t.Rows, c.projectedRow(o))
		}
	}
	t.Limit(mostListed)
	return t
}

// projectedRow returns the two budgets of one window in progress. A projection beyond
// the budget is Bad, though it is an estimate.
func (c *compiler) projectedRow(o reports.Objective) reports.Row {
	p, w := o.Projected, o.Window
	how := c.derive(c.projectedHow(o))
	bad := func(v reports.Value, over bool) reports.Value {
		if over {
			v.Tone = reports.Bad
		}
		return withHow(v, how)
	}
	return reports.Row{Key: "projected-" + o.SLO.Name, Cells: []reports.Value{
		c.sloName(o.SLO.Name), c.windowValue(o.SLO.Window), c.when(w.To),
		events(w.Total - w.Good), allowed(w), withHow(c.spentValue(o, w), how),
		withHow(estimate(events(p.Total)), how), withHow(estimate(events(p.Allowed)), how),
		bad(estimate(share(p.Spent)), p.Spent > 1), bad(estimate(share(p.Left)), p.Left < 0),
	}}
}

// projectedHow is the derivation of one window in progress. Hours without history are
// among the terms: where the same hours of earlier weeks have no data, the projection
// is less certain.
func (c *compiler) projectedHow(o reports.Objective) reports.Derivation {
	p, w := o.Projected, o.Window
	return reports.Derivation{
		Key: "projected-" + o.SLO.Name, Title: c.Text("report_body.projected_budget", "SLO", c.titles[o.SLO.Name]),
		Formula: c.Text("report_body.projected_formula"),
		Terms: []reports.Term{
			term(c.Text("report_body.bad_so_far"), events(w.Total-w.Good)), term(c.Text("report_body.total_so_far"), events(w.Total)),
			term(c.Text("report_body.target"), name(humanize.Target(o.SLO.Target))), term(c.Text("report_body.allowed_so_far"), allowed(w)),
			term(c.Text("report_body.hours_ahead"), count(p.Hours)), term(c.Text("report_body.hours_without_history"), count(p.Unseen)),
			term(c.Text("report_body.projected_total"), estimate(events(p.Total))),
			term(c.Text("report_body.projected_allowed"), estimate(events(p.Allowed))),
		},
		From: w.From, To: tally.Earlier(w.To, c.asOf), Coverage: reports.Number(w.Coverage),
		Source: c.Text("report_body.source_buckets"), Revision: short(o.SLO.Hash), Link: sloLink(o.SLO.Name),
	}
}
