package compile

import (
	"slices"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// watchlist lists the SLOs that need attention: missed, then those that were not
// measured, then those measured in part. SLOs with little or no traffic are among the
// last. Those not yet in force are left out. At most mostListed are shown.
func (c *compiler) watchlist() reports.Table {
	span := c.spanWord()
	t := reports.Table{
		Key: "looks", Title: c.Text("report_body.watchlist_title"), Note: c.Text("report_body.watchlist_note", "Period", span),
		Columns: []reports.Column{
			c.words("slo", "report_body.col_slo"), c.words("service", "report_body.col_service"), c.words("state", "report_body.col_state"),
			c.numbers("sli", "report_body.col_sli"), c.numbers("target", "report_body.col_target"),
			{Key: "spent", Title: c.Text("report_body.col_consumed_of_period", "Period", span), Numeric: true},
			{Key: "was", Title: capital(c.compareWord()), Numeric: true}, c.numbers("left", "report_body.col_remaining_own"),
			{Key: "course", Title: c.Text("report_body.col_consumed_over", "Periods", c.spansWord())},
		},
	}
	var rows []reports.Objective
	for _, o := range c.in.Objectives {
		if r := c.now(o); r.State != slo.NotYet && (r.Met == nil || !*r.Met || r.State == slo.Partial) {
			rows = append(rows, o)
		}
	}
	slices.SortStableFunc(rows, func(a, b reports.Objective) int { return c.attention(b) - c.attention(a) })
	for _, o := range rows[:min(len(rows), mostListed)] {
		t.Rows = append(t.Rows, c.watchRow(o))
	}
	t.Left = len(rows) - len(t.Rows)
	return t
}

// attention ranks SLOs for the watch list: missed ones have the largest number. Equal
// ones remain in order of service and name.
func (c *compiler) attention(o reports.Objective) int {
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

// watchRow returns one SLO beside the period before and its curve. Where the definition
// is another one, the share of the period before is replaced by a note.
func (c *compiler) watchRow(o reports.Objective) reports.Row {
	r, before := c.now(o), c.earlier(o)
	was := withTone(withHow(c.spentValue(o, before), ""), reports.Plain)
	if before.State != slo.NotYet && r.Hash != before.Hash && before.Hash != "" {
		was = c.state("report_body.state_other_definition", reports.Gap)
	}
	return reports.Row{Key: "look-" + o.SLO.Name, Cells: []reports.Value{
		c.sloName(o.SLO.Name), c.service(o.SLO.Service), c.verdictValue(o, r), c.sliValue(o, r), targetValue(o), c.spentValue(o, r),
		was, c.leastLeftOf([]reports.Objective{o}), c.curve(o),
	}}
}
