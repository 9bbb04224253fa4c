package compile

import "github.com/postern/postern/reports"

// The budget of a calendar window that is not over: to date, of the traffic so
// far; and of the whole window, if the rest of it brings what the same hours
// brought in the last four weeks. The second is estimated and says so.

// projectedTable lists the objectives with an open calendar window.
func (c *compiler) projectedTable() reports.Table {
	t := reports.Table{
		Key: "projected", Title: "Calendar windows that are not over",
		Note: "To date: of what the traffic so far permits. Estimated: of what the whole window permits, if the rest of it brings the traffic of the same hours of the last four weeks; what it will really be nobody can know.",
		Columns: []reports.Column{
			{Key: "slo", Title: "Objective"}, {Key: "window", Title: "Window"}, {Key: "until", Title: "Until"}, {Key: "bad", Title: "Bad to date", Numeric: true},
			{Key: "allowed", Title: "Allowed to date", Numeric: true}, {Key: "spent", Title: "Spent to date", Numeric: true},
			{Key: "total", Title: "Events of the whole, estimated", Numeric: true}, {Key: "wallowed", Title: "Allowed of the whole, estimated", Numeric: true},
			{Key: "wspent", Title: "Spent of the whole, estimated", Numeric: true}, {Key: "wleft", Title: "Left of the whole, estimated", Numeric: true},
		},
	}
	for _, o := range c.in.Objectives {
		if o.Projected != nil && o.Window.Allowed != nil {
			t.Rows = append(t.Rows, c.projectedRow(o))
		}
	}
	t.Limit(mostAtLook)
	return t
}

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
		{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(windowText(o.SLO.Window)), c.when(w.To),
		events(w.Total - w.Good), allowed(w), withHow(spentValue(o, w), how),
		withHow(estimate(events(p.Total)), how), withHow(estimate(events(p.Allowed)), how),
		bad(estimate(share(p.Spent)), p.Spent > 1), bad(estimate(share(p.Left)), p.Left < 0),
	}}
}

// estimate marks a value as estimated.
func estimate(v reports.Value) reports.Value {
	if v.Number != nil {
		v.Text = "≈ " + v.Text
	}
	return v
}

// projectedHow is the arithmetic of one open window.
func (c *compiler) projectedHow(o reports.Objective) reports.Derivation {
	p, w := o.Projected, o.Window
	to := w.To
	if to.After(c.asOf) {
		to = c.asOf
	}
	return reports.Derivation{
		Key: "projected-" + o.SLO.Name, Title: "Budget of the open window of " + c.titles[o.SLO.Name],
		Formula: "to date: bad / ((1 - target) × total so far). Estimated: bad so far / ((1 - target) × (total so far + for each hour ahead the mean traffic of the same hour of the week over the last four weeks)); left = 1 - spent",
		Terms: []reports.Term{
			term("bad so far", events(w.Total-w.Good)), term("total so far", events(w.Total)), term("target", words(targetText(o.SLO.Target))), term("allowed so far", allowed(w)),
			term("hours ahead", count(p.Hours)), term("of them without any history, counted as the mean of the others", count(p.Unseen)),
			term("total of the whole, estimated", estimate(events(p.Total))), term("allowed of the whole, estimated", estimate(events(p.Allowed))),
		},
		From: w.From, To: to, Coverage: reports.Number(w.Coverage), Source: "SLI buckets", Revision: short(o.SLO.Hash), Link: sloLink(o.SLO.Name),
	}
}
