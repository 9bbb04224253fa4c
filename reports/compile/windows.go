package compile

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/tally"
)

// The calendar month beside the objective's own window: two right answers to two
// questions, and why they differ.

// windows is the section that compares the period with each SLO's own window. SLOs are
// listed whose verdicts differ, or whose consumed shares differ by at least leastShift.
// compared distinguishes that nothing was measured in both from full agreement.
func (c *compiler) windows() reports.Section {
	span := c.spanWord()
	s := reports.Section{Title: c.Text("report_body.windows_title", "Period", capital(span)),
		Note: c.Text("report_body.windows_note", "Period", span)}
	t := reports.Table{Key: "windows", Columns: []reports.Column{
		c.words("slo", "report_body.col_slo"), {Key: "calendar", Title: spanTitle(c.p), Numeric: true},
		c.numbers("spent", "report_body.col_consumed_of_its_budget"),
		c.words("window", "report_body.col_window"), c.numbers("wsli", "report_body.col_window_sli"),
		c.numbers("wspent", "report_body.col_window_consumed"),
		c.words("why", "report_body.col_why_different"),
	}}
	compared := 0
	var apart []reports.Objective
	for _, o := range c.in.Objectives {
		r, w := c.now(o), c.mainWindow(o)
		if r.Met == nil || w.Met == nil || r.Spent == nil || w.Spent == nil {
			continue
		}
		compared++
		if *r.Met != *w.Met || math.Abs(*r.Spent-*w.Spent) >= leastShift {
			apart = append(apart, o)
		}
	}
	slices.SortStableFunc(apart, func(a, b reports.Objective) int { return cmp.Compare(c.gap(b), c.gap(a)) })
	for _, o := range apart[:min(len(apart), mostListed)] {
		t.Rows = append(t.Rows, c.windowRow(o))
	}
	t.Left = len(apart) - len(t.Rows)
	switch {
	case compared == 0:
		s.Empty = c.Text("report_body.windows_not_measured", "Period", span)
	case len(t.Rows) == 0:
		s.Empty = c.Count("report_body.windows_agree", compared, "Period", span)
	default:
		s.Tables = []reports.Table{t}
	}
	return s
}

// mainWindow returns the SLO's window that is compared with the period: its own at the
// end of the period, unless more of the period is in a calendar window that ended
// before. A budget of the period itself is never it: the two would be the same.
func (c *compiler) mainWindow(o reports.Objective) slo.Result {
	if b := c.mainPart(o); !b.Period && !b.Window.To.IsZero() {
		return b.Window
	}
	return o.Window
}

// mainPart returns the budget of the window in which most of the period is. Of two that
// have the same part of it, it is the earlier one. Without any, it is the current
// budget.
func (c *compiler) mainPart(o reports.Objective) reports.BudgetPart {
	main, most := o.Current, time.Duration(0)
	for _, b := range o.Budgets() {
		if in := tally.Earlier(b.Window.To, c.asOf).Sub(tally.Later(b.Window.From, c.p.From)); in > most {
			main, most = b, in
		}
	}
	return main
}

// gap ranks SLOs: different verdicts first, then by points of budget. Both results must
// have a verdict and a share.
func (c *compiler) gap(o reports.Objective) float64 {
	r, w := c.now(o), c.mainWindow(o)
	points := math.Abs(*r.Spent - *w.Spent)
	if *r.Met != *w.Met {
		points += 1e6
	}
	return points
}

// windowRow returns the two verdicts and shares of one SLO, and why they differ. Both
// results must have a verdict. A window in progress states that its share is to date.
func (c *compiler) windowRow(o reports.Objective) reports.Row {
	r, w := c.now(o), c.mainWindow(o)
	met := func(v reports.Value, met bool) reports.Value {
		if v.Tone = reports.Good; !met {
			v.Tone = reports.Bad
		}
		return v
	}
	wspent := c.spentValue(o, w)
	if w.Open && wspent.Number != nil {
		wspent.Text, wspent.Key = c.Text("report_body.to_date", "Share", wspent.Text), "to_date"
	}
	return reports.Row{Key: "window-" + o.SLO.Name, Cells: []reports.Value{
		c.sloName(o.SLO.Name), met(c.sliValue(o, r), *r.Met), c.spentValue(o, r), c.windowValue(o.SLO.Window),
		met(c.sliValue(o, w), *w.Met), wspent, sentence(c.whyApart(o)),
	}}
}

// whyApart explains in a sentence which days only one of the two counts, and how many
// bad events are on them. The first reason that applies is given: composites, different
// definitions, equal counts of bad events with other totals, and days that one of the
// two has and the other does not. The number of bad events on these days is the
// difference of the counts, and not less than 0.
func (c *compiler) whyApart(o reports.Objective) string {
	r, w := c.now(o), c.mainWindow(o)
	if o.Composite() {
		return c.Text("report_body.apart_composite")
	}
	if r.Hash != w.Hash {
		return c.Text("report_body.apart_definition")
	}
	span := c.spanWord()
	rbad, wbad := r.Total-r.Good, w.Total-w.Good
	bad := func(x float64) string {
		if c.method(o.SLO) != "" {
			return c.Text("report_body.bad_slices", "Number", events(x).Text)
		}
		return c.Text("report_body.bad_events", "Number", events(x).Text)
	}
	switch {
	case rbad == wbad && !w.From.Equal(r.From):
		return c.Text("report_body.apart_same", "Bad", bad(rbad), "Total", events(r.Total).Text, "Period", span, "WindowTotal",
			events(w.Total).Text)
	case w.From.After(r.From):
		return c.Text("report_body.apart_later", "Duration", humanize.Duration(w.From.Sub(r.From)), "Period", span,
			"Part", events(max(0, rbad-wbad)).Text, "Bad", bad(rbad), "Days", c.daysBetween(r.From, w.From))
	case w.From.Before(r.From):
		return c.Text("report_body.apart_earlier", "Duration", humanize.Duration(r.From.Sub(w.From)), "Period", span,
			"Part", events(max(0, wbad-rbad)).Text, "Bad", bad(wbad), "Days", c.daysBetween(w.From, r.From))
	}
	return c.Text("report_body.apart_counts", "Bad", bad(rbad), "WindowBad", bad(wbad))
}

// daysBetween names the days of [from, to) in the report's zone. It is one day, or the
// first and the last.
func (c *compiler) daysBetween(from, to time.Time) string {
	const layout = "2 January"
	first, last := from.In(c.p.Zone).Format(layout), to.Add(-time.Nanosecond).In(c.p.Zone).Format(layout)
	if first == last {
		return first
	}
	return c.Text("report_body.days_between", "First", first, "Last", last)
}
