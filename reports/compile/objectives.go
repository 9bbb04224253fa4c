package compile

import (
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// mostListed is how many rows most tables have; the appendix has all SLOs.
const mostListed = 20

// leastShift is the change of the consumed budget from which an arrow is drawn. It is
// five points of budget: 0.05 of the whole.
const leastShift = 0.05

// verdictCounts counts SLOs over one span. met is a part of measured. SLOs that were
// not in force are in none of the three.
type verdictCounts struct{ met, measured, unmeasured int }

// tone is Bad when one was missed, and Gap when none was measured.
func (t verdictCounts) tone() reports.Tone {
	switch {
	case t.measured == 0:
		return reports.Gap
	case t.met < t.measured:
		return reports.Bad
	}
	return reports.Good
}

// now returns an SLO's result over the report's own period.
func (c *compiler) now(o reports.Objective) slo.Result { return o.Result(len(c.spans)-1, len(c.spans)) }

// earlier returns its result over the period that this one is compared with.
func (c *compiler) earlier(o reports.Objective) slo.Result { return o.Result(c.before(), len(c.spans)) }

// count adds up the results of the nth span; SLOs that were not yet in force are
// neither measured nor missing. n is an index into c.spans.
func (c *compiler) count(objectives []reports.Objective, n int) (t verdictCounts) {
	for _, o := range objectives {
		r := o.Result(n, len(c.spans))
		switch {
		case r.State == slo.NotYet:
		case r.Met == nil:
			t.unmeasured++
		default:
			t.measured++
			if *r.Met {
				t.met++
			}
		}
	}
	return t
}

// shift returns how much more of its budget an SLO consumed than before. ok is false
// when the two cannot be compared: both have to be fully measured, by one definition.
// points is a fraction of the budget, not a percentage; negative means less consumed.
func shift(before, after slo.Result) (points float64, ok bool) {
	if before.State != slo.OK || after.State != slo.OK || before.Hash != after.Hash || before.Spent == nil || after.Spent == nil {
		return 0, false
	}
	return *after.Spent - *before.Spent, true
}

// arrow returns the mark at a count of SLOs met in the nth span, compared with an
// earlier one: down when more were missed, up when fewer were. There is none unless the
// same SLOs were measured, each whose verdict changed was fully measured by one
// definition, and one of those moved by leastShift. The result ends with a blank, so
// that it can precede a count. before and n are indices of spans; a negative before
// means that there is no earlier one.
func (c *compiler) arrow(objectives []reports.Objective, before, n int) string {
	if before < 0 {
		return ""
	}
	// turned is how many more were met than before; moved is whether one of those
	// changed by enough.
	turned, moved := 0, false
	for _, o := range objectives {
		was, is := o.Result(before, len(c.spans)), o.Result(n, len(c.spans))
		if (was.Met == nil) != (is.Met == nil) {
			return ""
		}
		if is.Met == nil || *was.Met == *is.Met {
			continue
		}
		points, ok := shift(was, is)
		if !ok {
			return ""
		}
		if *is.Met {
			turned, points = turned+1, -points
		} else {
			turned--
		}
		moved = moved || points >= leastShift
	}
	switch {
	case moved && turned < 0:
		return "▼ "
	case moved && turned > 0:
		return "▲ "
	}
	return ""
}

// byService groups the SLOs, which are in order of service. The groups share the array
// of the inputs.
func (c *compiler) byService() (groups [][]reports.Objective) {
	all := c.in.Objectives
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].SLO.Service == all[i].SLO.Service {
			j++
		}
		groups = append(groups, all[i:j])
		i = j
	}
	return groups
}

// objectives is the section about the SLOs: services by periods, and the SLOs that need
// attention. SLOs that were met and fully measured are only counted here; all of them
// are in the appendix.
func (c *compiler) objectives() reports.Section {
	s := reports.Section{Title: c.Text("report_body.slos_title"), Note: c.Text("report_body.slos_note")}
	if len(c.in.Objectives) == 0 {
		s.Empty = c.Text("report_body.slos_empty")
		return s
	}
	s.Tables = append(s.Tables, c.matrix())
	if t := c.watchlist(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	return s
}

// matrix is services by periods, with the least remaining budget of each service. The
// row of all services is only there when there are several. Monthly reports have one
// more column, with the same month of the year before.
func (c *compiler) matrix() reports.Table {
	t := reports.Table{Key: "matrix", Title: c.Text("report_body.matrix_title"), Columns: []reports.Column{
		c.words("service", "report_body.col_service"), c.words("team", "report_body.col_team"),
	}}
	// A monthly report's first span is that month of the year before, see
	// reports.Spans.
	first := c.firstMeasured()
	for _, p := range c.spans[first:] {
		t.Columns = append(t.Columns, reports.Column{Key: p.ID, Title: spanTitle(p), Matrix: true})
	}
	if c.p.Kind == period.Monthly {
		t.Columns = append(t.Columns, reports.Column{Key: "year", Title: c.Text("report_body.col_compared_with", "Period",
			spanTitle(c.spans[0])), Numeric: true})
	}
	t.Columns = append(t.Columns, c.numbers("left", "report_body.col_least_remaining"))
	groups := c.byService()
	if len(groups) > 1 {
		all := []reports.Value{c.state("report_body.state_all_services", reports.Plain), {}}
		t.Rows = append(t.Rows, c.matrixRow("every-service", all, c.in.Objectives, first))
	}
	for _, g := range groups {
		service := g[0].SLO.Service
		t.Rows = append(t.Rows, c.matrixRow("service-"+service, []reports.Value{c.service(service), name(c.team(service))}, g, first))
	}
	return t
}

// matrixRow is one group of SLOs over the spans from first on. names are its first
// cells.
func (c *compiler) matrixRow(key string, names []reports.Value, g []reports.Objective, first int) reports.Row {
	row := reports.Row{Key: key, Cells: names}
	for n := first; n < len(c.spans); n++ {
		row.Cells = append(row.Cells, c.matrixCell(g, n))
	}
	if c.p.Kind == period.Monthly {
		row.Cells = append(row.Cells, c.yearAgo(g))
	}
	row.Cells = append(row.Cells, c.leastLeftOf(g))
	return row
}

// yearAgo compares a month with the same month of the year before, because neighbouring
// months differ by season. Span 0 of a monthly report is that month. If the definition
// of any SLO in the group has changed since, the counts are shown without an arrow.
func (c *compiler) yearAgo(g []reports.Objective) reports.Value {
	then := c.count(g, 0)
	if then.measured == 0 {
		return c.state("report_body.state_no_data_then", reports.Gap)
	}
	was := counts(then.met, then.measured)
	for _, o := range g {
		before, after := o.Result(0, len(c.spans)), c.now(o)
		if before.Met != nil && after.Met != nil && before.Hash != after.Hash {
			return reports.Value{Text: c.Text("report_body.other_definition", "Was", was), Key: was + " other", Tone: reports.Gap}
		}
	}
	text := c.arrow(g, 0, c.last()) + c.Text("report_body.from", "Was", was)
	v := number(float64(then.met)/float64(then.measured), reports.Ratio, text)
	v.Key = was
	return v
}

// firstMeasured is the first span of which anything was measured: columns of before the
// portal began are empty. If none was, it is the period itself.
func (c *compiler) firstMeasured() int {
	for n := range c.spans {
		if c.count(c.in.Objectives, n).measured > 0 {
			return n
		}
	}
	return len(c.spans) - 1
}

// matrixCell counts the SLOs of a group that were met in the nth span, with the arrow
// against the span before. A group of which nothing was in force has a dash, one that
// was not measured has no data.
func (c *compiler) matrixCell(g []reports.Objective, n int) reports.Value {
	count := c.count(g, n)
	switch {
	case count.measured > 0:
		met := counts(count.met, count.measured)
		v := number(float64(count.met)/float64(count.measured), reports.Ratio, c.arrow(g, n-1, n)+met)
		v.Key, v.Tone = met, count.tone()
		return v
	case count.unmeasured == 0: // not yet in force
		return reports.Value{Text: "–", Tone: count.tone()}
	}
	return c.noData("")
}

// leastLeft returns the smallest share of a budget that remains among SLOs, over their
// own windows at the end of the period. It is the remaining budget of the SLO that has
// the least, or no data.
func (c *compiler) leastLeft(g []reports.Objective) reports.Value { return c.least(g, c.currentLeft) }

// leastLeftOf is leastLeft for the window in which most of the period is: a month that
// ended is not described by the first hours of the next one. Where that window has
// ended, the text states that the share is of its end.
func (c *compiler) leastLeftOf(g []reports.Objective) reports.Value {
	return c.least(g, func(o reports.Objective) (reports.Value, bool) {
		b := c.mainPart(o)
		left, estimated, ok := b.Left()
		if !ok || b.Period || b.Window.Met == nil || !b.Window.To.Before(o.Window.To) {
			return c.currentLeft(o)
		}
		v := c.leftValue(o, b.Window, left, estimated)
		v.Text, v.Key = c.Text("report_body.at_its_end", "Share", v.Text), v.Key+" ended"
		return v, true
	})
}

// currentLeft returns what remains of an SLO's own window; ok is false when it is not
// known.
func (c *compiler) currentLeft(o reports.Objective) (v reports.Value, ok bool) {
	left, estimated, ok := o.Remaining()
	if !ok || reports.Number(left) == nil {
		return v, false
	}
	return c.leftValue(o, o.Window, left, estimated), true
}

// leftValue returns a share of a window's budget that remains. Of a window that was
// measured in part it states how much was: what was not measured may have consumed
// more. Below zero it is Bad: more than the budget was consumed.
func (c *compiler) leftValue(o reports.Objective, w slo.Result, left float64, estimated bool) reports.Value {
	v := withHow(budgetShare(left, estimated), rowKey(o))
	if w.State == slo.Partial {
		v.Text, v.Key = c.partlyMeasured(v.Text, w.Coverage), "partial"
	}
	if left < 0 {
		v.Tone = reports.Bad
	}
	return v
}

// partlyMeasured adds to a text how much was measured.
func (c *compiler) partlyMeasured(text string, coverage float64) string {
	return c.Text("report_body.partly_measured", "Text", text, "Coverage", humanize.Percent(coverage, 0))
}

// least returns the smallest value of a group; no data when none is known. Values
// without a number never replace one with a number.
func (c *compiler) least(g []reports.Objective, of func(reports.Objective) (reports.Value, bool)) reports.Value {
	out := c.noData("")
	for _, o := range g {
		if v, ok := of(o); ok && (out.Number == nil || v.Number != nil && *v.Number < *out.Number) {
			out = v
		}
	}
	return out
}

// rowKey is the key of the row of an SLO in the calculation, for Value.How.
func rowKey(o reports.Objective) string { return "slo-" + o.SLO.Name }
