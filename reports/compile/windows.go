package compile

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/tally"
)

// The calendar month beside the objective's own window: two right answers to two
// questions, and why they differ.

func (c *compiler) windows() reports.Section {
	name := strings.ToLower(c.spanHead())
	s := reports.Section{Title: c.spanHead() + " and window side by side", Note: "The " + name + " is for the record, the objective's own window for deciding: it moves on every day and forgets what is older. Listed are objectives whose two verdicts differ, or whose two shares of budget are five points apart."}
	t := reports.Table{Key: "windows", Columns: []reports.Column{
		{Key: "slo", Title: "Objective"}, {Key: "calendar", Title: spanTitle(c.p), Numeric: true}, {Key: "spent", Title: "Spent of its budget", Numeric: true},
		{Key: "window", Title: "Window"}, {Key: "wsli", Title: "Indicator in it", Numeric: true}, {Key: "wspent", Title: "Spent in it", Numeric: true}, {Key: "why", Title: "Why they differ"},
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
	slices.SortStableFunc(apart, func(a, b reports.Objective) int {
		return cmp.Compare(c.gap(b), c.gap(a))
	})
	for _, o := range apart[:min(len(apart), mostAtLook)] {
		t.Rows = append(t.Rows, c.windowRow(o))
	}
	t.Left = len(apart) - len(t.Rows)
	switch {
	case compared == 0:
		s.Empty = "No objective was measured both over the " + name + " and over its own window."
	case len(t.Rows) == 0:
		s.Empty = fmt.Sprintf("%s and window agree for %s: the same verdict, and less than five points of budget between them.", c.spanHead(), humanize.Plural(compared, "objective"))
	default:
		s.Tables = []reports.Table{t}
	}
	return s
}

// mainWindow is the SLO's window that is compared with the period: its own as it
// stood when the period ended, unless more of the period lies in a calendar window
// that ended before.
func (c *compiler) mainWindow(o reports.Objective) slo.Result {
	if b := c.mainPart(o); !b.Period && !b.Window.To.IsZero() {
		return b.Window
	}
	return o.Window
}

// mainPart is the budget in which most of the period lies.
func (c *compiler) mainPart(o reports.Objective) reports.BudgetPart {
	main, most := o.Current, time.Duration(0)
	for _, b := range o.Budgets() {
		if in := tally.Earlier(b.Window.To, c.asOf).Sub(tally.Later(b.Window.From, c.p.From)); in > most {
			main, most = b, in
		}
	}
	return main
}

// gap orders objectives: different verdicts first, then by points of budget.
func (c *compiler) gap(o reports.Objective) float64 {
	r, w := c.now(o), c.mainWindow(o)
	points := math.Abs(*r.Spent - *w.Spent)
	if *r.Met != *w.Met {
		points += 1e6
	}
	return points
}

func (c *compiler) windowRow(o reports.Objective) reports.Row {
	r, w := c.now(o), c.mainWindow(o)
	met := func(v reports.Value, met bool) reports.Value {
		if v.Tone = reports.Good; !met {
			v.Tone = reports.Bad
		}
		return v
	}
	wspent := spentValue(o, w)
	if w.Open && wspent.Number != nil {
		wspent.Text += " to date"
	}
	return reports.Row{Key: "window-" + o.SLO.Name, Cells: []reports.Value{
		{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, met(sliValue(o, r), *r.Met), spentValue(o, r), words(windowText(o.SLO.Window)),
		met(sliValue(o, w), *w.Met), wspent, words(c.whyApart(o)),
	}}
}

// whyApart says in a sentence which days only one of the two counts, and what went
// wrong on them.
func (c *compiler) whyApart(o reports.Objective) string {
	r, w := c.now(o), c.mainWindow(o)
	if o.Composite() {
		return "Its parts were counted over other days: see them."
	}
	if r.Hash != w.Hash {
		return "The two are judged by different definitions: one changed in between."
	}
	name := strings.ToLower(c.spanHead())
	rbad, wbad := r.Total-r.Good, w.Total-w.Good
	days := func(from, to time.Time) string {
		first, last := from.In(c.p.Zone), to.Add(-time.Nanosecond).In(c.p.Zone)
		if first.Format("2 Jan") == last.Format("2 Jan") {
			return first.Format("2 January")
		}
		return first.Format("2 January") + " to " + last.Format("2 January")
	}
	unit := "bad"
	if m := method(o.SLO); m != "" {
		unit = "bad slices"
	}
	switch {
	case rbad == wbad && !w.From.Equal(r.From):
		return fmt.Sprintf("The same %s %s in both: of %s in the %s, of %s in the window.", events(rbad).Text, unit, events(r.Total).Text, name, events(w.Total).Text)
	case w.From.After(r.From):
		return fmt.Sprintf("The window begins %s after the %s: %s of the %s's %s %s fell on %s, which only the %s counts.",
			durationText(w.From.Sub(r.From)), name, events(max(0, rbad-wbad)).Text, name, events(rbad).Text, unit, days(r.From, w.From), name)
	case w.From.Before(r.From):
		return fmt.Sprintf("The window begins %s before the %s: %s of its %s %s fell on %s, which only the window counts.",
			durationText(r.From.Sub(w.From)), name, events(max(0, wbad-rbad)).Text, events(wbad).Text, unit, days(w.From, r.From))
	}
	return fmt.Sprintf("Both begin at the same time; they counted %s and %s %s.", events(rbad).Text, events(wbad).Text, unit)
}
