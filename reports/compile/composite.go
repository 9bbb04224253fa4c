package compile

import (
	"fmt"
	"strings"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// compositeTable lists what each part adds to what a composite spent.
func (c *compiler) compositeTable() reports.Table {
	head := strings.ToLower(c.spanHead())
	t := reports.Table{
		Key: "composites", Title: "Composites and their parts",
		Note: "A composite spent what its parts spent of their own budgets, by weight: each adds spent × weight / sum of the weights.",
		Columns: []reports.Column{
			{Key: "slo", Title: "Composite"}, {Key: "part", Title: "Part"}, {Key: "weight", Title: "Weight", Numeric: true}, {Key: "state", Title: "State"},
			{Key: "spent", Title: "Spent this " + head, Numeric: true}, {Key: "adds", Title: "Adds", Numeric: true},
			{Key: "wspent", Title: "Spent in its window", Numeric: true}, {Key: "wadds", Title: "Adds in it", Numeric: true}, {Key: "left", Title: "Left of it", Numeric: true},
		},
	}
	known := map[string]reports.Objective{}
	for _, o := range c.in.Objectives {
		known[o.SLO.Name] = o
	}
	for _, o := range c.in.Objectives {
		if o.Composite() {
			t.Rows = append(t.Rows, c.compositeRows(o, known)...)
		}
	}
	t.Limit(5 * mostAtLook)
	return t
}

// compositeRows are one composite and its parts.
func (c *compiler) compositeRows(o reports.Objective, known map[string]reports.Objective) []reports.Row {
	weights := 0.0
	for _, p := range o.SLO.Parts {
		weights += p.Weight
	}
	r := c.now(o)
	how := c.derive(c.compositeHow(o, known, weights))
	name := reports.Value{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}
	verdict := c.verdictValue(o, r)
	verdict.How = how
	rows := []reports.Row{{Key: "composite-" + o.SLO.Name, Cells: []reports.Value{
		name, words("all, by weight"), weightValue(weights), verdict, withHow(spentValue(o, r), how), {}, withHow(windowSpent(o), how), {}, withHow(c.leastLeft([]reports.Objective{o}), how),
	}}}
	for _, p := range o.SLO.Parts {
		m, there := known[p.SLO]
		row := reports.Row{Key: "composite-" + o.SLO.Name + "-" + p.SLO, Cells: []reports.Value{name, words(title(p.SLO)), weightValue(p.Weight), {Text: "not defined", Tone: reports.Gap}, {}, {}, {}, {}, {}}}
		if there {
			own := c.now(m)
			row.Cells[1] = reports.Value{Text: c.titles[p.SLO], Link: sloLink(p.SLO)}
			row.Cells[3] = c.verdictValue(m, own)
			row.Cells[4], row.Cells[5] = spentValue(m, own), addsValue(own, p.Weight/weights, how)
			row.Cells[6], row.Cells[7] = windowSpent(m), addsValue(m.Window, p.Weight/weights, how)
			if m.Projected != nil {
				row.Cells[7] = withHow(budgetShare(m.Projected.Spent*p.Weight/weights, true), how)
			}
			row.Cells[8] = c.leastLeft([]reports.Objective{m})
		}
		rows = append(rows, row)
	}
	return rows
}

// compositeHow is the arithmetic of what a composite spent in the period.
func (c *compiler) compositeHow(o reports.Objective, known map[string]reports.Objective, weights float64) reports.Derivation {
	r := c.now(o)
	d := reports.Derivation{
		Key: "composite-" + o.SLO.Name, Title: "Budget of " + c.titles[o.SLO.Name],
		Formula: "sum over the parts of (spent × weight) / sum of the weights; left = 1 - spent. Spent of a part is its bad events / ((1 - its target) × its total)",
		From:    r.From, To: r.To, Coverage: reports.Number(r.Coverage), Source: "SLI buckets of the parts", Revision: short(o.SLO.Hash), Link: sloLink(o.SLO.Name),
	}
	for _, p := range o.SLO.Parts {
		name := p.SLO
		if t, ours := c.titles[p.SLO]; ours {
			name = t
		}
		v := reports.Value{Text: "not defined", Tone: reports.Gap}
		if m, there := known[p.SLO]; there {
			v = withHow(spentValue(m, c.now(m)), rowKey(m))
		}
		d.Terms = append(d.Terms, term("spent by "+title(name), v), term("weight of "+title(name), weightValue(p.Weight)))
	}
	d.Terms = append(d.Terms, term("sum of the weights", weightValue(weights)))
	if r.State != slo.NotYet {
		d.To = r.To
		if d.To.After(c.asOf) {
			d.To = c.asOf
		}
	}
	return d
}

func weightValue(w float64) reports.Value {
	return reports.Value{Text: fmt.Sprintf("%g", w), Number: reports.Number(w), Unit: reports.Times}
}

// windowSpent is what was consumed of the SLO's own window's budget; estimated where
// the window is not over.
func windowSpent(o reports.Objective) reports.Value {
	if o.Projected == nil || o.Window.Spent == nil {
		return spentValue(o, o.Window)
	}
	v := withHow(budgetShare(o.Projected.Spent, true), rowKey(o))
	if o.Projected.Spent > 1 {
		v.Tone = reports.Bad
	}
	return v
}

// addsValue is what a part adds to its composite; nothing when it has no number.
func addsValue(r slo.Result, weight float64, how string) reports.Value {
	if r.Spent == nil || r.State == slo.Invalid || r.State == slo.NoData {
		return dash(reports.Ratio)
	}
	return withHow(share(*r.Spent*weight), how)
}
