package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// mostAtLook is how many objectives the first tables name; the appendix has all.
const mostAtLook = 20

// atMost leaves out the rows behind the first n, and says how many.
func (t *Table) atMost(n int) {
	t.Left = max(0, len(t.Rows)-n)
	t.Rows = t.Rows[:len(t.Rows)-t.Left]
}

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

func (t verdictCounts) tone() Tone {
	switch {
	case t.measured == 0:
		return Gap
	case t.met < t.measured:
		return Bad
	}
	return Good
}

// result is an objective's result over the nth span; not_yet where there is none.
func (o Objective) result(n, spans int) slo.Result {
	if at := n - (spans - len(o.Results)); at >= 0 && at < len(o.Results) {
		return o.Results[at]
	}
	return slo.Result{State: slo.NotYet}
}

// now is an objective's result over the report's own period.
func (c *compiler) now(o Objective) slo.Result { return o.result(len(c.spans)-1, len(c.spans)) }

// earlier is its result over the period that this one is compared with.
func (c *compiler) earlier(o Objective) slo.Result { return o.result(c.before(), len(c.spans)) }

// count adds up results of the nth span; objectives that were not yet in force
// are neither measured nor missing.
func (c *compiler) count(objectives []Objective, n int) (t verdictCounts) {
	for _, o := range objectives {
		r := o.result(n, len(c.spans))
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
func (c *compiler) arrow(objectives []Objective, before, n int) string {
	if before < 0 {
		return ""
	}
	turned, moved := 0, false
	for _, o := range objectives {
		was, is := o.result(before, len(c.spans)), o.result(n, len(c.spans))
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
func (c *compiler) byService() (groups [][]Objective) {
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

func (c *compiler) objectives() Section {
	s := Section{Title: "Objectives", Note: "Each cell is objectives met of those measured, its arrow against the cell before. An arrow needs both periods fully measured, one definition, and five points of budget between them."}
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
func (c *compiler) matrix() Table {
	t := Table{Key: "matrix", Title: "Objectives met by service", Columns: []Column{{Key: "service", Title: "Service"}, {Key: "team", Title: "Team"}}}
	first := c.firstMeasured()
	for _, p := range c.spans[first:] {
		t.Columns = append(t.Columns, Column{Key: p.ID, Title: spanTitle(p), Matrix: true})
	}
	if c.p.Kind == period.Monthly {
		t.Columns = append(t.Columns, Column{Key: "year", Title: "Against " + spanTitle(c.spans[0]), Numeric: true})
	}
	t.Columns = append(t.Columns, Column{Key: "left", Title: "Least budget left", Numeric: true})
	groups := c.byService()
	if len(groups) > 1 {
		t.Rows = append(t.Rows, c.matrixRow("every-service", []Value{words("All services"), {}}, c.in.Objectives, first))
	}
	for _, g := range groups {
		name := g[0].SLO.Service
		t.Rows = append(t.Rows, c.matrixRow("service-"+name, []Value{{Text: c.serviceTitle(name), Link: serviceLink(name)}, words(c.team(name))}, g, first))
	}
	return t
}

// matrixRow is one group of objectives over the spans from first on.
func (c *compiler) matrixRow(key string, names []Value, g []Objective, first int) Row {
	row := Row{Key: key, Cells: names}
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
func (c *compiler) yearAgo(g []Objective) Value {
	then := c.count(g, 0)
	if then.measured == 0 {
		return Value{Text: "no data then", Tone: Gap}
	}
	for _, o := range g {
		was, is := o.result(0, len(c.spans)), c.now(o)
		if was.Met != nil && is.Met != nil && was.Hash != is.Hash {
			return Value{Text: then.text() + ", definition changed", Tone: Gap}
		}
	}
	v := Value{Text: c.arrow(g, 0, c.last()) + "from " + then.text(), Number: number(float64(then.met) / float64(then.measured)), Unit: Ratio}
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

func (c *compiler) matrixCell(g []Objective, n int) Value {
	count := c.count(g, n)
	v := Value{Text: count.text(), Tone: count.tone()}
	if count.measured > 0 {
		v.Text = c.arrow(g, n-1, n) + v.Text
		v.Number, v.Unit = number(float64(count.met)/float64(count.measured)), Ratio
	} else if count.unmeasured == 0 {
		v.Text = "–" // not yet in force
	}
	return v
}

// leastLeft is the smallest share of budget left among SLOs, over their own windows
// as they stand when the period ends.
func (c *compiler) leastLeft(g []Objective) Value { return least(g, currentLeft) }

// leastLeftOf is leastLeft for the window in which most of the period lies: a month
// that ended is not described by the hours of the next one.
func (c *compiler) leastLeftOf(g []Objective) Value {
	return least(g, func(o Objective) (Value, bool) {
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
func currentLeft(o Objective) (v Value, ok bool) {
	left, estimated, ok := o.left()
	if !ok || number(left) == nil {
		return v, false
	}
	return leftValue(o, o.Window, left, estimated), true
}

// leftValue is a share of a window's budget that is left. Of a window that was
// measured in part it says how much was: what was not measured may have consumed more.
func leftValue(o Objective, w slo.Result, left float64, estimated bool) Value {
	v := withHow(budgetShare(left, estimated), rowKey(o))
	if w.State == slo.Partial {
		v.Text += ", " + percentText(w.Coverage, 0) + " measured"
	}
	if left < 0 {
		v.Tone = Bad
	}
	return v
}

func least(g []Objective, of func(Objective) (Value, bool)) Value {
	out := Value{Text: "no data", Tone: Gap}
	for _, o := range g {
		if v, ok := of(o); ok && (out.Number == nil || v.Number != nil && *v.Number < *out.Number) {
			out = v
		}
	}
	return out
}

func rowKey(o Objective) string { return "slo-" + o.SLO.Name }

// looks lists the objectives that somebody should look at: missed, then those
// that were not measured, then those that spent most.
func (c *compiler) looks() (Table, bool) {
	t := Table{
		Key: "looks", Title: "Objectives to look at",
		Columns: []Column{
			{Key: "slo", Title: "Objective"}, {Key: "service", Title: "Service"}, {Key: "state", Title: "State"},
			{Key: "sli", Title: "Indicator", Numeric: true}, {Key: "target", Title: "Target", Numeric: true},
			{Key: "spent", Title: "Spent of the " + strings.ToLower(c.spanHead()) + "'s budget", Numeric: true}, {Key: "was", Title: capital(c.compareWord()), Numeric: true},
			{Key: "left", Title: "Left of its window's budget", Numeric: true}, {Key: "course", Title: "Spent, " + c.spansWord()},
		},
		Note: "The bars show the share of each " + strings.ToLower(c.spanHead()) + "'s own budget that was spent: a full bar is all of it or more, a dot is not measured.",
	}
	var rows []Objective
	for _, o := range c.in.Objectives {
		if r := c.now(o); r.State != slo.NotYet && (r.Met == nil || !*r.Met || r.State == slo.Partial) {
			rows = append(rows, o)
		}
	}
	slices.SortStableFunc(rows, func(a, b Objective) int { return c.gravity(b) - c.gravity(a) })
	for _, o := range rows[:min(len(rows), mostAtLook)] {
		t.Rows = append(t.Rows, c.lookRow(o))
	}
	t.Left = len(rows) - len(t.Rows)
	return t, len(t.Rows) > 0
}

// gravity orders objectives by how much they ask for a look: missed first.
func (c *compiler) gravity(o Objective) int {
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

func (c *compiler) lookRow(o Objective) Row {
	r := c.now(o)
	was := c.earlier(o)
	row := Row{Key: "look-" + o.SLO.Name, Cells: []Value{
		{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)},
		{Text: c.serviceTitle(o.SLO.Service), Link: serviceLink(o.SLO.Service)},
		c.verdictValue(o, r), sliValue(o, r), targetValue(o), spentValue(o, r), {}, c.leastLeftOf([]Objective{o}), c.course(o),
	}}
	switch {
	case was.State != slo.NotYet && r.Hash != was.Hash && was.Hash != "":
		row.Cells[6] = Value{Text: "definition changed", Tone: Gap}
	default:
		row.Cells[6] = spentValue(o, was)
		row.Cells[6].Tone, row.Cells[6].How = Plain, ""
	}
	return row
}

// compareWord names the period that this one is compared with.
func (c *compiler) compareWord() string {
	switch c.p.Kind {
	case period.Weekly:
		return "week before"
	case period.Monthly:
		return "month before"
	}
	return "day before"
}
