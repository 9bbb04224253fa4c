package compile

import (
	"slices"
	"strings"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// looks lists the objectives that somebody should look at: missed, then those
// that were not measured, then those that spent most.
func (c *compiler) looks() (reports.Table, bool) {
	t := reports.Table{
		Key: "looks", Title: "Objectives to look at",
		Columns: []reports.Column{
			{Key: "slo", Title: "Objective"}, {Key: "service", Title: "Service"}, {Key: "state", Title: "State"},
			{Key: "sli", Title: "Indicator", Numeric: true}, {Key: "target", Title: "Target", Numeric: true},
			{Key: "spent", Title: "Spent of the " + strings.ToLower(c.spanHead()) + "'s budget", Numeric: true}, {Key: "was", Title: capital(c.compareWord()), Numeric: true},
			{Key: "left", Title: "Left of its window's budget", Numeric: true}, {Key: "course", Title: "Spent, " + c.spansWord()},
		},
		Note: "The bars show the share of each " + strings.ToLower(c.spanHead()) + "'s own budget that was spent: a full bar is all of it or more, a dot is not measured.",
	}
	var rows []reports.Objective
	for _, o := range c.in.Objectives {
		if r := c.now(o); r.State != slo.NotYet && (r.Met == nil || !*r.Met || r.State == slo.Partial) {
			rows = append(rows, o)
		}
	}
	slices.SortStableFunc(rows, func(a, b reports.Objective) int { return c.gravity(b) - c.gravity(a) })
	for _, o := range rows[:min(len(rows), mostAtLook)] {
		t.Rows = append(t.Rows, c.lookRow(o))
	}
	t.Left = len(rows) - len(t.Rows)
	return t, len(t.Rows) > 0
}

// gravity orders objectives by how much they ask for a look: missed first.
func (c *compiler) gravity(o reports.Objective) int {
	r := c.now(o)
	switch {
	case r.Met != nil && !*r.Met:
		return 4
	case r.State == slo.Invalid:
		return 3
	case r.State == slo.NoData:
		return 2
	}
	return 1
}

func (c *compiler) lookRow(o reports.Objective) reports.Row {
	r := c.now(o)
	was := c.earlier(o)
	row := reports.Row{Key: "look-" + o.SLO.Name, Cells: []reports.Value{
		{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)},
		{Text: c.serviceTitle(o.SLO.Service), Link: serviceLink(o.SLO.Service)},
		c.verdictValue(o, r), sliValue(o, r), targetValue(o), spentValue(o, r), {}, c.leastLeftOf([]reports.Objective{o}), c.course(o),
	}}
	switch {
	case was.State != slo.NotYet && r.Hash != was.Hash && was.Hash != "":
		row.Cells[6] = reports.Value{Text: "definition changed", Tone: reports.Gap}
	default:
		row.Cells[6] = spentValue(o, was)
		row.Cells[6].Tone, row.Cells[6].How = reports.Plain, ""
	}
	return row
}
