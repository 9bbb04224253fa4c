package compile

import (
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// calculation is the appendix: one row an SLO with all that its figures are computed
// from. Value.How of an SLO's figure is the key of its row. It is in every report and
// has no limit of rows: each number of an SLO must be checkable.
func (c *compiler) calculation() reports.Section {
	s := reports.Section{Title: c.Text("report_body.calculation_title"), Note: c.Text("report_body.calculation_note")}
	if len(c.in.Objectives) == 0 {
		s.Empty = c.Text("report_body.calculation_empty")
		return s
	}
	t := reports.Table{Key: "every", Title: c.Text("report_body.every_title"), Columns: []reports.Column{
		c.words("slo", "report_body.col_slo"), c.words("state", "report_body.col_state"), c.numbers("good", "report_body.col_good"),
		c.numbers("total", "report_body.col_total"),
		c.numbers("sli", "report_body.col_sli"), c.numbers("target", "report_body.col_target"), c.numbers("allowed", "report_body.col_allowed"),
		c.numbers("spent", "report_body.col_consumed"), c.numbers("coverage", "report_body.col_measured"),
		c.words("window", "report_body.col_window"),
		c.numbers("wbad", "report_body.col_window_bad"), c.numbers("wallowed", "report_body.col_window_allowed"),
		c.numbers("wleft", "report_body.col_remaining_window"),
		c.words("definition", "report_body.col_definition"),
	}}
	for _, o := range c.in.Objectives {
		t.Rows = append(t.Rows, c.calculationRow(o))
	}
	s.Tables = []reports.Table{t}
	return s
}

// calculationRow returns the counts, ratios and budgets of one SLO. Its values have no
// How: the row is the calculation. The indices below are those of the columns of
// calculation.
func (c *compiler) calculationRow(o reports.Objective) reports.Row {
	r, w := c.now(o), o.Window
	noHow := func(v reports.Value) reports.Value { return withHow(v, "") }
	state := c.dataState(r.State, toneOf(r))
	if r.Met != nil {
		state = noHow(c.verdictValue(o, r))
	}
	window := c.windowValue(o.SLO.Window)
	window.Text += " " + c.method(o.SLO)
	row := reports.Row{Key: rowKey(o), Cells: []reports.Value{
		c.sloName(o.SLO.Name), state, measured(r, r.Good), measured(r, r.Total), noHow(c.sliValue(o, r)),
		targetValue(o), allowed(r), noHow(c.spentValue(o, r)),
		number(r.Coverage, reports.Ratio, humanize.Percent(r.Coverage, 1)), window, badIn(w), windowAllowed(o),
		noHow(c.leastLeft([]reports.Objective{o})), name(short(o.SLO.Hash)),
	}}
	// No data was expected, so its coverage of 0 is no gap.
	if r.State == slo.NotYet {
		row.Cells[8] = dash(reports.Ratio)
	}
	if o.Composite() { // its counts are those of its parts
		row.Cells[2], row.Cells[3], row.Cells[10] = dash(reports.Count), dash(reports.Count), dash(reports.Count)
	}
	return row
}

// badIn returns how many bad events a result counts; a dash where its data has more
// good events than events. Such data is invalid, and a negative number would be read as
// a correction.
func badIn(r slo.Result) reports.Value {
	if r.Total < r.Good {
		return dash(reports.Count)
	}
	return measured(r, r.Total-r.Good)
}

// measured returns a count, or a dash where there is no data to count. No traffic is a
// count of 0; no data is not.
func measured(r slo.Result, x float64) reports.Value {
	if r.State == slo.NoData || r.State == slo.NotYet {
		return dash(reports.Count)
	}
	return events(x)
}

// allowed returns how many bad events a result allows. Of a window in progress it is
// what the traffic so far allows.
func allowed(r slo.Result) reports.Value {
	if r.Allowed == nil {
		return dash(reports.Count)
	}
	return events(*r.Allowed)
}

// windowAllowed returns what the SLO's own window allows: of one in progress an
// estimate of all of it, as its traffic is projected.
func windowAllowed(o reports.Objective) reports.Value {
	if o.Projected != nil && o.Window.Allowed != nil {
		return estimate(events(o.Projected.Allowed))
	}
	return allowed(o.Window)
}

// method names what the counts are where they are not events; "" they are. For slices
// it states their length, since the counts are of slices.
func (c *compiler) method(s slo.SLO) string {
	switch s.Method {
	case slo.Timeslices:
		return c.Text("report_body.slices", "Length", humanize.Duration(s.SliceLen))
	case slo.RatioTimeslices:
		return c.Text("report_body.ratio_slices", "Length", humanize.Duration(s.SliceLen))
	}
	return ""
}
