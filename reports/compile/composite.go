package compile

import (
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/tally"
)

// compositeTable lists what each part adds to what a composite consumed. Each composite
// is a row by weight, followed by one row a part. Both are given for the period and for
// the SLO's own window.
func (c *compiler) compositeTable() reports.Table {
	t := reports.Table{Key: "composites", Title: c.Text("report_body.composites_title"), Note: c.Text("report_body.composites_note"),
		Columns: []reports.Column{
			c.words("slo", "report_body.col_composite"), c.words("part", "report_body.col_part"), c.numbers("weight", "report_body.col_weight"),
			c.words("state", "report_body.col_state"),
			c.spentColumn("spent"), c.numbers("adds", "report_body.col_contribution"), c.numbers("wspent", "report_body.col_window_consumed"),
			c.numbers("wadds", "report_body.col_window_contribution"), c.numbers("left", "report_body.col_remaining_window"),
		}}
	// Parts that are out of scope are not known here, and are shown by their names.
	known := map[string]reports.Objective{}
	for _, o := range c.in.Objectives {
		known[o.SLO.Name] = o
	}
	for _, o := range c.in.Objectives {
		if o.Composite() {
			t.Rows = append(t.Rows, c.compositeRows(o, known)...)
		}
	}
	// A composite has several rows, so the limit is larger than that of other tables.
	t.Limit(5 * mostListed)
	return t
}

// compositeRows are one composite and its parts. A part adds (its consumed share) ×
// (its weight / all weights); the sum of these is what the composite consumed. weights
// is positive, since each weight is. The two cells of contributions are empty in the
// row of the composite itself.
func (c *compiler) compositeRows(o reports.Objective, known map[string]reports.Objective) []reports.Row {
	weights := 0.0
	for _, p := range o.SLO.Parts {
		weights += p.Weight
	}
	r := c.now(o)
	how := c.derive(c.compositeHow(o, known, weights))
	composite := c.sloName(o.SLO.Name)
	rows := []reports.Row{{Key: "composite-" + o.SLO.Name, Cells: []reports.Value{
		composite, c.state("report_body.state_by_weight", reports.Plain), weightValue(weights), withHow(c.verdictValue(o, r), how),
		withHow(c.spentValue(o, r), how), {}, withHow(c.windowSpent(o), how), {}, withHow(c.leastLeft([]reports.Objective{o}), how),
	}}}
	for _, p := range o.SLO.Parts {
		row := reports.Row{Key: "composite-" + o.SLO.Name + "-" + p.SLO, Cells: []reports.Value{
			composite, name(title(p.SLO)), weightValue(p.Weight), c.state("report_body.state_not_defined", reports.Gap), {}, {}, {}, {}, {},
		}}
		if m, there := known[p.SLO]; there {
			own := c.now(m)
			row.Cells[1] = c.sloName(p.SLO)
			row.Cells[3] = c.verdictValue(m, own)
			row.Cells[4], row.Cells[5] = c.spentValue(m, own), addsValue(own, p.Weight/weights, how)
			row.Cells[6], row.Cells[7] = c.windowSpent(m), addsValue(m.Window, p.Weight/weights, how)
			if m.Projected != nil {
				row.Cells[7] = withHow(budgetShare(m.Projected.Spent*p.Weight/weights, true), how)
			}
			row.Cells[8] = c.leastLeft([]reports.Objective{m})
		}
		rows = append(rows, row)
	}
	return rows
}

// compositeHow is the derivation of what a composite consumed in the period. Its terms
// are the share and the weight of each part, and the sum of weights. Its span is that
// of the result, as far as there is data.
func (c *compiler) compositeHow(o reports.Objective, known map[string]reports.Objective, weights float64) reports.Derivation {
	r := c.now(o)
	d := reports.Derivation{
		Key: "composite-" + o.SLO.Name, Title: c.Text("report_body.composite_budget", "SLO", c.titles[o.SLO.Name]),
		Formula: c.Text("report_body.composite_formula"), From: r.From, To: r.To, Coverage: reports.Number(r.Coverage),
		Source: c.Text("report_body.source_part_buckets"), Revision: short(o.SLO.Hash), Link: sloLink(o.SLO.Name),
	}
	for _, p := range o.SLO.Parts {
		// The title, if the part is in the report; the name otherwise.
		part := p.SLO
		if t, ours := c.titles[p.SLO]; ours {
			part = t
		}
		v := c.state("report_body.state_not_defined", reports.Gap)
		if m, there := known[p.SLO]; there {
			v = withHow(c.spentValue(m, c.now(m)), rowKey(m))
		}
		d.Terms = append(d.Terms, term(c.Text("report_body.consumed_by", "SLO", title(part)), v),
			term(c.Text("report_body.weight_of", "SLO", title(part)), weightValue(p.Weight)))
	}
	d.Terms = append(d.Terms, term(c.Text("report_body.weights"), weightValue(weights)))
	if r.State != slo.NotYet {
		d.To = tally.Earlier(r.To, c.asOf)
	}
	return d
}

// weightValue returns the weight of a part, with as many decimals as it has.
func weightValue(w float64) reports.Value { return number(w, reports.Times, humanize.Decimal(w, -1)) }

// windowSpent returns what was consumed of the budget of the SLO's own window;
// estimated where the window is in progress. An estimate above 1 is Bad as well: the
// budget will be exhausted if the traffic stays as it was.
func (c *compiler) windowSpent(o reports.Objective) reports.Value {
	if o.Projected == nil || o.Window.Spent == nil {
		return c.spentValue(o, o.Window)
	}
	v := withHow(budgetShare(o.Projected.Spent, true), rowKey(o))
	if o.Projected.Spent > 1 {
		v.Tone = reports.Bad
	}
	return v
}

// addsValue returns what a part adds to its composite; a dash when it has no number.
// weight is the part's fraction of all weights.
func addsValue(r slo.Result, weight float64, how string) reports.Value {
	if r.Spent == nil || r.State == slo.Invalid || r.State == slo.NoData {
		return dash(reports.Ratio)
	}
	return withHow(share(*r.Spent*weight), how)
}
