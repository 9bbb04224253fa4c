package compile

import (
	"fmt"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// mostAtLook is how many objectives the first tables name; the appendix has all.
const mostAtLook = 20

// leastShift is the change of the budget spent from which an arrow is drawn.
const leastShift = 0.05

// verdictCounts counts objectives over one span.
type verdictCounts struct{ met, measured, unmeasured int }

func (t verdictCounts) text() string {
	if t.measured == 0 {
		return "no data"
	}
	return fmt.Sprintf("%d/%d", t.met, t.measured)
}

func (t verdictCounts) tone() reports.Tone {
	switch {
	case t.measured == 0:
		return reports.Gap
	case t.met < t.measured:
		return reports.Bad
	}
	return reports.Good
}

// now is an objective's result over the report's own period.
func (c *compiler) now(o reports.Objective) slo.Result { return o.Result(len(c.spans)-1, len(c.spans)) }

// earlier is its result over the period that this one is compared with.
func (c *compiler) earlier(o reports.Objective) slo.Result { return o.Result(c.before(), len(c.spans)) }

// count adds up results of the nth span; objectives that were not yet in force
// are neither measured nor missing.
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

// shift tells whether a change of budget spent between two results may be spoken
// of, and how large it is: both periods fully measured, by one definition.
func shift(before, after slo.Result) (points float64, ok bool) {
	if before.State != slo.OK || after.State != slo.OK || before.Hash != after.Hash || before.Spent == nil || after.Spent == nil {
		return 0, false
	}
	return *after.Spent - *before.Spent, true
}

// arrow is the mark at a count of objectives met in the nth span against the one
// that is compared with: down when more were missed, up likewise. It is drawn only
// where the data carries it: the same objectives were measured, each whose verdict
// turned was fully measured by one definition, and one of those moved by leastShift.
func (c *compiler) arrow(objectives []reports.Objective, before, n int) string {
	if before < 0 {
		return ""
	}
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

// byService groups the objectives, which are in order of service.
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

func (c *compiler) objectives() reports.Section {
	s := reports.Section{Title: "Objectives", Note: "Each cell is objectives met of those measured, its arrow against the cell before. An arrow needs both periods fully measured, one definition, and five points of budget between them."}
	if len(c.in.Objectives) == 0 {
		s.Empty = "No objective is defined in this scope; files in slos/ define them."
		return s
	}
	s.Tables = append(s.Tables, c.matrix())
	if t, any := c.looks(); any {
		s.Tables = append(s.Tables, t)
	}
	return s
}

// matrix is services by periods, with the least budget left of the service.
func (c *compiler) matrix() reports.Table {
	t := reports.Table{Key: "matrix", Title: "Objectives met by service", Columns: []reports.Column{{Key: "service", Title: "Service"}, {Key: "team", Title: "Team"}}}
	first := c.firstMeasured()
	for _, p := range c.spans[first:] {
		t.Columns = append(t.Columns, reports.Column{Key: p.ID, Title: spanTitle(p), Matrix: true})
	}
	if c.p.Kind == period.Monthly {
		t.Columns = append(t.Columns, reports.Column{Key: "year", Title: "Against " + spanTitle(c.spans[0]), Numeric: true})
	}
	t.Columns = append(t.Columns, reports.Column{Key: "left", Title: "Least budget left", Numeric: true})
	groups := c.byService()
	if len(groups) > 1 {
		t.Rows = append(t.Rows, c.matrixRow("every-service", []reports.Value{words("All services"), {}}, c.in.Objectives, first))
	}
	for _, g := range groups {
		name := g[0].SLO.Service
		t.Rows = append(t.Rows, c.matrixRow("service-"+name, []reports.Value{{Text: c.serviceTitle(name), Link: serviceLink(name)}, words(c.team(name))}, g, first))
	}
	return t
}

// matrixRow is one group of objectives over the spans from first on.
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

// yearAgo compares a month with the same month of the year before: seasons make
// neighbouring months unlike.
func (c *compiler) yearAgo(g []reports.Objective) reports.Value {
	then := c.count(g, 0)
	if then.measured == 0 {
		return reports.Value{Text: "no data then", Tone: reports.Gap}
	}
	for _, o := range g {
		was, is := o.Result(0, len(c.spans)), c.now(o)
		if was.Met != nil && is.Met != nil && was.Hash != is.Hash {
			return reports.Value{Text: then.text() + ", definition changed", Tone: reports.Gap}
		}
	}
	v := reports.Value{Text: c.arrow(g, 0, c.last()) + "from " + then.text(), Number: reports.Number(float64(then.met) / float64(then.measured)), Unit: reports.Ratio}
	return v
}

// firstMeasured is the first span of which anything was measured: columns of
// before the portal began say nothing.
func (c *compiler) firstMeasured() int {
	for n := range c.spans {
		if c.count(c.in.Objectives, n).measured > 0 {
			return n
		}
	}
	return len(c.spans) - 1
}

func (c *compiler) matrixCell(g []reports.Objective, n int) reports.Value {
	count := c.count(g, n)
	v := reports.Value{Text: count.text(), Tone: count.tone()}
	if count.measured > 0 {
		v.Text = c.arrow(g, n-1, n) + v.Text
		v.Number, v.Unit = reports.Number(float64(count.met)/float64(count.measured)), reports.Ratio
	} else if count.unmeasured == 0 {
		v.Text = "–" // not yet in force
	}
	return v
}

// leastLeft is the smallest share of budget left among SLOs, over their own windows
// as they stand when the period ends.
func (c *compiler) leastLeft(g []reports.Objective) reports.Value { return least(g, currentLeft) }

// leastLeftOf is leastLeft for the window in which most of the period lies: a month
// that ended is not described by the hours of the next one.
func (c *compiler) leastLeftOf(g []reports.Objective) reports.Value {
	return least(g, func(o reports.Objective) (reports.Value, bool) {
		b := c.mainPart(o)
		left, estimated, ok := b.Left()
		if !ok || b.Period || b.Window.Met == nil || !b.Window.To.Before(o.Window.To) {
			return currentLeft(o)
		}
		v := leftValue(o, b.Window, left, estimated)
		v.Text += " at its end"
		return v, true
	})
}

// currentLeft is what is left of an SLO's own window; ok is false when it is not known.
func currentLeft(o reports.Objective) (v reports.Value, ok bool) {
	left, estimated, ok := o.Remaining()
	if !ok || reports.Number(left) == nil {
		return v, false
	}
	return leftValue(o, o.Window, left, estimated), true
}

// leftValue is a share of a window's budget that is left. Of a window that was
// measured in part it says how much was: what was not measured may have consumed more.
func leftValue(o reports.Objective, w slo.Result, left float64, estimated bool) reports.Value {
	v := withHow(budgetShare(left, estimated), rowKey(o))
	if w.State == slo.Partial {
		v.Text += ", " + percentText(w.Coverage, 0) + " measured"
	}
	if left < 0 {
		v.Tone = reports.Bad
	}
	return v
}

func least(g []reports.Objective, of func(reports.Objective) (reports.Value, bool)) reports.Value {
	out := reports.Value{Text: "no data", Tone: reports.Gap}
	for _, o := range g {
		if v, ok := of(o); ok && (out.Number == nil || v.Number != nil && *v.Number < *out.Number) {
			out = v
		}
	}
	return out
}

func rowKey(o reports.Objective) string { return "slo-" + o.SLO.Name }
