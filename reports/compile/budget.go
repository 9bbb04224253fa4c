package compile

import (
	"cmp"
	"slices"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// mostSpenders bounds the budgets of a table or chart, mostSpends the rows of what
// incidents consumed, and of linked changes.
const (
	// policyShare is the share of a window's budget from which one incident needs a
	// post-mortem (the error budget policy of the SRE Workbook).
	policyShare  = 0.20
	mostSpenders = 10
	mostSpends   = 20
)

// spender is an SLO with what this period consumed of one of its budgets. share is the
// fraction of the whole budget that the period consumed. It may exceed 1. It is
// estimated when the window of the budget is in progress.
type spender struct {
	reports.Objective
	budget    reports.BudgetPart
	share     float64
	estimated bool
}

// spent returns what the period consumed of an SLO's budgets, the largest share first;
// none where it consumed nothing that is known. An SLO without a verdict has none: what
// it consumed is not known, which is not 0.
func (c *compiler) spent(o reports.Objective) (all []spender) {
	if c.now(o).Met == nil {
		return nil
	}
	for _, b := range o.Budgets() {
		// A share that is infinite, of a budget that allows nothing, is left out.
		if s, estimated, ok := b.Consumed(); ok && b.Taken > 0 && reports.Number(s) != nil {
			all = append(all, spender{o, b, s, estimated})
		}
	}
	bySize(all)
	return all
}

// spenders returns what the period consumed of every budget, the largest share first.
// An SLO is in it once for each of its windows. Composites are among them as well as
// their parts.
func (c *compiler) spenders() (all []spender) {
	for _, o := range c.in.Objectives {
		all = append(all, c.spent(o)...)
	}
	bySize(all)
	return all
}

// bySize sorts by the share, the largest first; equal ones keep their order.
func bySize(all []spender) {
	slices.SortStableFunc(all, func(a, b spender) int { return cmp.Compare(b.share, a.share) })
}

// bySpend is what one incident consumed of one budget. An incident has one for each
// SLO, and one more for each further window that it is in.
type bySpend struct {
	reports.Incident
	reports.Spend
}

// spends returns what incidents of this period, and those carried into it, consumed of
// every budget, the largest share first. Spends of SLOs out of scope are left out. The
// order is complete, so that equal shares do not depend on the order of the inputs.
func (c *compiler) spends() (all []bySpend) {
	for _, i := range slices.Concat(c.facts.carried, c.facts.own) {
		for _, s := range i.Spent {
			if _, ours := c.titles[s.SLO]; ours && s.Bad > 0 {
				all = append(all, bySpend{i, s})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b bySpend) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.ID, b.ID), cmp.Compare(a.SLO, b.SLO), a.WindowEnd.Compare(b.WindowEnd))
	})
	return all
}

// budget is the section about what consumed the error budgets. It has up to four tables
// and, if a budget was consumed, a bar chart and the remaining budget over time: of the
// one SLO that consumed most in a daily report, else of five.
func (c *compiler) budget() reports.Section {
	s := reports.Section{Title: c.Text("report_body.budget_title"), Note: c.Text("report_body.budget_note", "Period", c.spanWord())}
	all := c.spenders()
	if len(all) > 0 {
		s.Tables = append(s.Tables, c.spenderTable(all))
	}
	for _, t := range []reports.Table{c.spendTable(), c.compositeTable(), c.projectedTable()} {
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	switch {
	case len(s.Tables) == 0:
		s.Empty = c.Text("report_body.budget_empty")
		return s
	case len(all) == 0:
		return s
	}
	s.Charts = append(s.Charts, c.spendChart(all))
	most := 5
	if c.p.Kind == period.Daily {
		most = 1
	}
	for _, o := range all {
		if most == 0 {
			break
		}
		// An SLO with two windows is twice in the list, but has one curve.
		if name, ok := c.burndown(o.Objective); ok && !slices.Contains(s.Charts, name) {
			s.Charts = append(s.Charts, name)
			most--
		}
	}
	return s
}

// spenderTable lists the budgets of which the period consumed most. More than
// policyShare is Bad, since a single incident of that size needs a post-mortem.
func (c *compiler) spenderTable(all []spender) reports.Table {
	t := reports.Table{Key: "spenders", Title: c.Text("report_body.spenders_title"), Columns: []reports.Column{
		c.words("slo", "report_body.col_slo"), c.words("service", "report_body.col_service"), c.words("team", "report_body.col_team"),
		c.numbers("bad", "report_body.col_bad_events"), c.spentColumn("spent"), c.words("window", "report_body.col_window"),
		c.numbers("left", "report_body.col_remaining_window"), c.words("incidents", "report_body.col_mostly_by"),
	}}
	for _, x := range all[:min(len(all), mostSpenders)] {
		spent := withHow(budgetShare(x.share, x.estimated), c.derive(c.spentHow(x)))
		if x.share > policyShare {
			spent.Tone = reports.Bad
		}
		t.Rows = append(t.Rows, reports.Row{Key: "spend-" + c.budgetKey(x), Cells: []reports.Value{
			c.sloName(x.SLO.Name), c.service(x.SLO.Service), name(c.team(x.SLO.Service)),
			events(x.budget.Taken), spent, c.windowOf(x), c.leftOf(x), c.mostBy(x),
		}})
	}
	t.Left = len(all) - len(t.Rows)
	return t
}

// spentColumn is the column of what the period consumed. It is numeric; its title names
// the kind of period.
func (c *compiler) spentColumn(key string) reports.Column {
	return reports.Column{Key: key, Title: c.Text("report_body.col_consumed_this", "Period", c.spanWord()), Numeric: true}
}

// leastOfMost is the share of what a period consumed of a budget from which one incident
// is named as what consumed most of it.
const leastOfMost = 0.5

// topIncident returns the incident that consumed most of what the period did of a
// budget, with its share of the budget; nil when none consumed at least half. Known
// reports whether any incident consumed of it. Spends of the same window only are
// compared: an incident that ended with the window before consumed nothing of this one.
// Taken counts what is in the period, so an incident that began before it is not
// charged with more.
func (c *compiler) topIncident(x spender) (top *bySpend, part float64, known bool) {
	end := x.budget.Window.To.UTC()
	for _, s := range c.spends() {
		if s.SLO != x.SLO.Name || !s.WindowEnd.Equal(end) || s.Taken <= 0 {
			continue
		}
		known = true
		if s.Taken >= leastOfMost*x.budget.Taken && (top == nil || s.Taken > top.Taken) {
			top = &s
		}
	}
	if top != nil {
		part, _, _ = x.budget.Share(top.Taken)
	}
	return top, part, known
}

// mostBy names the incident that consumed at least half of what the period did of a
// budget. Otherwise it states which of the two is the case: several smaller incidents,
// or none that is known.
func (c *compiler) mostBy(x spender) reports.Value {
	top, part, known := c.topIncident(x)
	switch {
	case top != nil:
		v := budgetShare(part, x.estimated)
		v.Key, v.Link = top.ID, incidentLink(top.ID)
		v.Text = c.Text("report_body.incident_share", "Incident", incidentTitle(top.Incident), "Share", v.Text)
		// The tone of the row is in its share already.
		v.Tone = reports.Plain
		return v
	case known:
		return c.state("report_body.state_no_single_incident", reports.Gap)
	}
	return c.state("report_body.state_no_known_incident", reports.Gap)
}

// spendTable lists what each incident consumed. It has the bad events of the window
// during the incident and those of them in the period. Shares are of the whole window,
// so those of incidents at one time may add up to more than was consumed.
func (c *compiler) spendTable() reports.Table {
	t := reports.Table{Key: "spends", Title: c.Text("report_body.spends_title"), Columns: []reports.Column{
		c.words("incident", "report_body.col_incident"), c.words("slo", "report_body.col_slo"), c.numbers("bad", "report_body.col_bad_during"),
		{Key: "taken", Title: c.Text("report_body.col_of_it_this", "Period", c.spanWord()), Numeric: true},
		c.numbers("share", "report_body.col_share_of_window"),
	}}
	all, seen := c.spends(), map[string]bool{}
	for _, s := range all[:min(len(all), mostSpends)] {
		v := withHow(budgetShare(s.Share, s.Estimated), "slo-"+s.SLO)
		if s.Share > policyShare {
			v.Tone = reports.Bad
		}
		key := "spend-" + s.ID + "-" + s.SLO
		// Keys of rows are unique. The first, which is the larger share, has the plain
		// key.
		if seen[key] { // another window of the same SLO
			key += "-" + s.WindowEnd.Format(time.DateOnly)
		}
		seen[key] = true
		t.Rows = append(t.Rows, reports.Row{Key: key, Cells: []reports.Value{
			linked(incidentTitle(s.Incident), incidentLink(s.ID)), c.sloName(s.SLO), events(s.Bad), events(s.Taken), v,
		}})
	}
	t.Left = len(all) - len(t.Rows)
	return t
}

// spendChart draws the shares of spenderTable. It has the line of policyShare, and the
// ends of calendar windows in the labels, because an SLO may be in it twice.
func (c *compiler) spendChart(all []spender) string {
	var points []reports.Point
	for _, s := range all[:min(len(all), mostSpenders)] {
		label := c.titles[s.SLO.Name]
		if s.Calendar() && !s.budget.Period {
			label = c.Text("report_body.until_day", "What", label, "Day", c.lastDay(s.Objective, s.budget))
		}
		points = append(points, reports.Point{Label: label, Value: reports.Number(s.share)})
	}
	return c.chart(reports.Chart{
		Name: "budget", Title: c.Text("report_body.spenders_chart", "Period", c.spanWord()), Kind: reports.Bars, Unit: reports.Ratio,
		Series: []reports.Series{{Name: c.Text("report_body.consumed"), Points: points}}, Mark: reports.Number(policyShare), Twin: "spenders",
	})
}

// burndown draws the remaining budget of one SLO, with the incidents that consumed of
// it. ok is false when there is no curve. The incidents are bands; those whose times
// contradict each other are left out, because it is not known where their bands are. A
// band that has no end yet ends with the data.
func (c *compiler) burndown(o reports.Objective) (name string, ok bool) {
	if len(o.Left) == 0 {
		return "", false
	}
	what := c.Text("report_body.burndown_chart", "SLO", c.titles[o.SLO.Name], "Window", c.windowText(o.SLO.Window))
	if o.Projected != nil {
		what = c.Text("report_body.burndown_estimated_chart", "SLO", c.titles[o.SLO.Name], "Window", c.windowText(o.SLO.Window))
	}
	chart := reports.Chart{
		Name: "burndown-" + o.SLO.Name, Title: what, Kind: reports.Burndown, Unit: reports.Ratio,
		Series: []reports.Series{{Name: c.Text("report_body.remaining_budget"), Points: o.Left}}, Mark: reports.Number(0),
	}
	// A band that ended before the curve begins would be outside of the figure.
	from := o.Left[0].At
	for _, i := range c.in.Incidents {
		hit := slices.ContainsFunc(i.Spent, func(s reports.Spend) bool { return s.SLO == o.SLO.Name && s.Bad > 0 })
		if !hit || len(i.Uncertainties) > 0 {
			continue
		}
		end := i.ImpactEnd()
		band := reports.Band{Label: incidentTitle(i), From: i.ImpactStart().UTC(), To: end.UTC(), Link: incidentLink(i.ID)}
		if end.IsZero() || end.After(c.asOf) {
			band.To = c.asOf.UTC()
		}
		if band.To.After(from) && band.From.Before(c.asOf) {
			chart.Bands = append(chart.Bands, band)
		}
	}
	return c.chart(chart), true
}
