package compile

import (
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// arithmetic is the appendix: one row an objective with all that its figures are
// made of. Value.How of an objective's figure is the key of its row.
func (c *compiler) arithmetic() reports.Section {
	s := reports.Section{
		Title: "How these numbers are made",
		Note:  "Indicator = good / total. Allowed = (1 - target) × total. Spent = (total - good) / allowed; left = 1 - spent. Counts are summed over buckets aligned to UTC; ratios are taken last and compared before they are rounded. Left of the window counts over the objective's own window as it stood when the period ended; what a calendar window that is not over allows is estimated (≈). A period's share of a window is the bad events that lie in both, over what the whole window allows.",
	}
	if len(c.in.Objectives) == 0 {
		s.Empty = "No objective is defined in this scope. How the other figures are made stands below."
		return s
	}
	t := reports.Table{Key: "every", Title: "Every objective", Columns: []reports.Column{
		{Key: "slo", Title: "Objective"}, {Key: "state", Title: "State"}, {Key: "good", Title: "Good", Numeric: true}, {Key: "total", Title: "Total", Numeric: true},
		{Key: "sli", Title: "Indicator", Numeric: true}, {Key: "target", Title: "Target", Numeric: true}, {Key: "allowed", Title: "Allowed bad", Numeric: true}, {Key: "spent", Title: "Spent", Numeric: true},
		{Key: "coverage", Title: "Measured", Numeric: true}, {Key: "window", Title: "Window"}, {Key: "wbad", Title: "Bad in it", Numeric: true}, {Key: "wallowed", Title: "Allowed in it", Numeric: true},
		{Key: "wleft", Title: "Left of it", Numeric: true}, {Key: "definition", Title: "Definition"},
	}}
	for _, o := range c.in.Objectives {
		t.Rows = append(t.Rows, c.arithmeticRow(o))
	}
	s.Tables = []reports.Table{t}
	return s
}

func (c *compiler) arithmeticRow(o reports.Objective) reports.Row {
	r, w := c.now(o), o.Window
	noHow := func(v reports.Value) reports.Value { v.How = ""; return v }
	state := reports.Value{Text: r.State.Words(), Tone: toneOf(r)}
	if r.Met != nil {
		state = noHow(c.verdictValue(o, r))
	}
	row := reports.Row{Key: rowKey(o), Cells: []reports.Value{
		{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, state, measured(r, r.Good), measured(r, r.Total), noHow(sliValue(o, r)),
		targetValue(o), allowed(r), noHow(spentValue(o, r)),
		{Text: percentText(r.Coverage, 1), Number: reports.Number(r.Coverage), Unit: reports.Ratio}, words(windowText(o.SLO.Window) + " " + method(o.SLO)), badIn(w), windowAllowed(o),
		noHow(c.leastLeft([]reports.Objective{o})), words(short(o.SLO.Hash)),
	}}
	if r.State == slo.NotYet {
		row.Cells[8] = dash(reports.Ratio)
	}
	if o.Composite() { // its counts are those of its parts
		row.Cells[2], row.Cells[3], row.Cells[10] = dash(reports.Count), dash(reports.Count), dash(reports.Count)
	}
	return row
}

// badIn is how many bad events a result counts; a dash where its data says that more
// were good than there were.
func badIn(r slo.Result) reports.Value {
	if r.Total < r.Good {
		return dash(reports.Count)
	}
	return measured(r, r.Total-r.Good)
}

// measured is a count, or a dash where there is no data to count.
func measured(r slo.Result, x float64) reports.Value {
	if r.State == slo.NoData || r.State == slo.NotYet {
		return dash(reports.Count)
	}
	return events(x)
}

func allowed(r slo.Result) reports.Value {
	if r.Allowed == nil {
		return dash(reports.Count)
	}
	return events(*r.Allowed)
}

// windowAllowed is what the SLO's own window permits: all of it, estimated where it
// is not over.
func windowAllowed(o reports.Objective) reports.Value {
	if o.Projected != nil && o.Window.Allowed != nil {
		return estimate(events(o.Projected.Allowed))
	}
	return allowed(o.Window)
}

// method says what the counts are, where they are not events.
func method(s slo.SLO) string {
	switch s.Method {
	case slo.Timeslices:
		return "in slices of " + durationText(s.SliceLen)
	case slo.RatioTimeslices:
		return "in slices of " + durationText(s.SliceLen) + ", by their ratios"
	}
	return ""
}

// short is as much of a hash as tells two apart.
func short(hash string) string {
	const most = 10
	return title(hash)[:min(len(title(hash)), most)]
}
