package reports

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// A composite objective has no counts of its own: what it spent is what its parts
// spent, by weight. The parts stand beside it, unweighted.

// Compose judges a composite over the spans of a report from its parts, which were
// measured over the same. at is as in Measurement.
func Compose(s slo.SLO, at func(time.Time) (slo.SLO, bool), parts []Objective, p period.Period, asOf time.Time) Objective {
	if asOf.IsZero() || asOf.After(p.To) {
		asOf = p.To
	}
	o := Objective{SLO: s}
	spans := Spans(p)
	m := Measurement{SLO: s, At: at}
	for n, span := range spans {
		then, ok := m.at(span)
		if !ok || len(then.Parts) == 0 {
			o.Results = append(o.Results, slo.Result{From: span.From, To: span.To, State: slo.NotYet, Reason: "the composite was not defined"})
			continue
		}
		results := map[string]slo.Result{}
		for _, part := range parts {
			results[part.SLO.Name] = part.result(n, len(spans))
		}
		o.Results = append(o.Results, slo.Composite(then, results, slo.Span{From: span.From, To: span.To, Now: asOf}))
	}
	own := map[string]slo.Result{}
	for _, part := range parts {
		if own[part.SLO.Name] = part.Window; windowText(part.SLO.Window) != windowText(s.Window) || part.SLO.Window.Rolling != s.Window.Rolling {
			own[part.SLO.Name] = slo.Result{State: slo.NoData, Reason: "it has another window than the composite"}
		}
	}
	from, to := window(s, asOf)
	span := slo.Span{From: from, To: to, Now: asOf}
	o.Window = slo.Composite(s, own, span)
	if whole, any := estimatedParts(parts, own); any && o.Window.Spent != nil {
		if r := slo.Composite(s, whole, span); r.Spent != nil {
			o.Projected = &slo.Projection{Spent: *r.Spent, Left: *r.Left}
		}
	}
	return o
}

// estimatedParts returns the parts' results over a window that is not over, each
// with what it consumed of its whole budget, estimated; any is false when the
// window is over for all.
func estimatedParts(parts []Objective, own map[string]slo.Result) (whole map[string]slo.Result, any bool) {
	whole = maps.Clone(own)
	for _, part := range parts {
		if r := whole[part.SLO.Name]; part.Projected != nil && r.Spent != nil {
			spent, left := part.Projected.Spent, part.Projected.Left
			r.Spent, r.Left = &spent, &left
			whole[part.SLO.Name], any = r, true
		}
	}
	return whole, any
}

// composite tells whether the objective is made of others.
func (o Objective) composite() bool { return len(o.SLO.Parts) > 0 }

// compositeTable lists what each part adds to what a composite spent.
func (c *compiler) compositeTable() Table {
	head := strings.ToLower(c.spanHead())
	t := Table{
		Key: "composites", Title: "Composites and their parts",
		Note: "A composite spent what its parts spent of their own budgets, by weight: each adds spent × weight / sum of the weights.",
		Columns: []Column{
			{Key: "slo", Title: "Composite"}, {Key: "part", Title: "Part"}, {Key: "weight", Title: "Weight", Numeric: true}, {Key: "state", Title: "State"},
			{Key: "spent", Title: "Spent this " + head, Numeric: true}, {Key: "adds", Title: "Adds", Numeric: true},
			{Key: "wspent", Title: "Spent in its window", Numeric: true}, {Key: "wadds", Title: "Adds in it", Numeric: true}, {Key: "left", Title: "Left of it", Numeric: true},
		},
	}
	known := map[string]Objective{}
	for _, o := range c.in.Objectives {
		known[o.SLO.Name] = o
	}
	for _, o := range c.in.Objectives {
		if o.composite() {
			t.Rows = append(t.Rows, c.compositeRows(o, known)...)
		}
	}
	t.atMost(5 * mostAtLook)
	return t
}

// compositeRows are one composite and its parts.
func (c *compiler) compositeRows(o Objective, known map[string]Objective) []Row {
	weights := 0.0
	for _, p := range o.SLO.Parts {
		weights += p.Weight
	}
	r := c.now(o)
	how := c.derive(c.compositeHow(o, known, weights))
	name := Value{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}
	verdict := c.verdictValue(o, r)
	verdict.How = how
	rows := []Row{{Key: "composite-" + o.SLO.Name, Cells: []Value{
		name, words("all, by weight"), weightValue(weights), verdict, withHow(spentValue(o, r), how), {}, withHow(windowSpent(o), how), {}, withHow(c.leastLeft([]Objective{o}), how),
	}}}
	for _, p := range o.SLO.Parts {
		m, there := known[p.SLO]
		row := Row{Key: "composite-" + o.SLO.Name + "-" + p.SLO, Cells: []Value{name, words(title(p.SLO)), weightValue(p.Weight), {Text: "not defined", Tone: Gap}, {}, {}, {}, {}, {}}}
		if there {
			own := c.now(m)
			row.Cells[1] = Value{Text: c.titles[p.SLO], Link: sloLink(p.SLO)}
			row.Cells[3] = c.verdictValue(m, own)
			row.Cells[4], row.Cells[5] = spentValue(m, own), addsValue(own, p.Weight/weights, how)
			row.Cells[6], row.Cells[7] = windowSpent(m), addsValue(m.Window, p.Weight/weights, how)
			if m.Projected != nil {
				row.Cells[7] = withHow(budgetShare(m.Projected.Spent*p.Weight/weights, true), how)
			}
			row.Cells[8] = c.leastLeft([]Objective{m})
		}
		rows = append(rows, row)
	}
	return rows
}

// compositeHow is the arithmetic of what a composite spent in the period.
func (c *compiler) compositeHow(o Objective, known map[string]Objective, weights float64) Derivation {
	r := c.now(o)
	d := Derivation{
		Key: "composite-" + o.SLO.Name, Title: "Budget of " + c.titles[o.SLO.Name],
		Formula: "sum over the parts of (spent × weight) / sum of the weights; left = 1 - spent. Spent of a part is its bad events / ((1 - its target) × its total)",
		From:    r.From, To: r.To, Coverage: number(r.Coverage), Source: "SLI buckets of the parts", Revision: short(o.SLO.Hash), Link: sloLink(o.SLO.Name),
	}
	for _, p := range o.SLO.Parts {
		name := p.SLO
		if t, ours := c.titles[p.SLO]; ours {
			name = t
		}
		v := Value{Text: "not defined", Tone: Gap}
		if m, there := known[p.SLO]; there {
			v = withHow(spentValue(m, c.now(m)), rowKey(m))
		}
		d.Terms = append(d.Terms, Term{"spent by " + title(name), v}, Term{"weight of " + title(name), weightValue(p.Weight)})
	}
	d.Terms = append(d.Terms, Term{"sum of the weights", weightValue(weights)})
	if r.State != slo.NotYet {
		d.To = r.To
		if d.To.After(c.asOf) {
			d.To = c.asOf
		}
	}
	return d
}

func weightValue(w float64) Value {
	return Value{Text: fmt.Sprintf("%g", w), Number: number(w), Unit: Times}
}

// windowSpent is what was consumed of the SLO's own window's budget; estimated where
// the window is not over.
func windowSpent(o Objective) Value {
	if o.Projected == nil || o.Window.Spent == nil {
		return spentValue(o, o.Window)
	}
	v := withHow(budgetShare(o.Projected.Spent, true), rowKey(o))
	if o.Projected.Spent > 1 {
		v.Tone = Bad
	}
	return v
}

// addsValue is what a part adds to its composite; nothing when it has no number.
func addsValue(r slo.Result, weight float64, how string) Value {
	if r.Spent == nil || r.State == slo.Invalid || r.State == slo.NoData {
		return dash(Ratio)
	}
	return withHow(share(*r.Spent*weight), how)
}
