package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

const (
	// policyShare is the share of a window's budget from which one incident needs
	// a post-mortem (the error budget policy of the SRE Workbook).
	policyShare = 0.20
	// riskWithin is the time to exhaustion below which an objective is at risk.
	riskWithin   = 7 * 24 * time.Hour
	mostSpenders = 10
	mostSpends   = 20
)

// spender is an objective with what this period consumed of one of its budgets.
type spender struct {
	reports.Objective
	budget    reports.BudgetPart
	share     float64
	estimated bool
}

// spent returns what the period consumed of an objective's budgets, the largest
// share first; none where it consumed nothing that is known.
func (c *compiler) spent(o reports.Objective) (all []spender) {
	if c.now(o).Met == nil {
		return nil
	}
	for _, b := range o.Budgets() {
		if s, estimated, ok := b.Consumed(); ok && b.Taken > 0 && reports.Number(s) != nil {
			all = append(all, spender{o, b, s, estimated})
		}
	}
	bySize(all)
	return all
}

// spenders returns what the period consumed of every budget, the largest share
// first. An objective is in it once for each of its windows.
func (c *compiler) spenders() (all []spender) {
	for _, o := range c.in.Objectives {
		all = append(all, c.spent(o)...)
	}
	bySize(all)
	return all
}

func bySize(all []spender) {
	slices.SortStableFunc(all, func(a, b spender) int { return cmp.Compare(b.share, a.share) })
}

// budgetShare is a share of a budget, marked where it is estimated.
func budgetShare(x float64, estimated bool) reports.Value {
	if estimated {
		return estimate(share(x))
	}
	return share(x)
}

// bySpend lists what incidents of this period, and those carried into it, took.
type bySpend struct {
	reports.Incident
	reports.Spend
}

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

func windowText(w slo.Window) string {
	units := map[string]string{"m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month", "Q": "quarter", "Y": "year"}
	return fmt.Sprintf("%d-%s", w.Count, cmp.Or(units[w.Unit], title(w.Unit)))
}

func (c *compiler) budget() reports.Section {
	s := reports.Section{Title: "Error budget", Note: "Spent: bad events of the " + strings.ToLower(c.spanHead()) + " that lie in one window of the objective, over what the whole window allows; where the windows are shorter than the " + strings.ToLower(c.spanHead()) + ", over what the " + strings.ToLower(c.spanHead()) + " allows. A calendar window that ended has a line of its own; one that is not over is estimated (≈). Left is of the objective's own window, as it stood when the " + strings.ToLower(c.spanHead()) + " or that window ended, so it need not add up with what was spent; below zero the budget is overspent by so much."}
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
		s.Empty = "Nothing measured spent any budget in this period."
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
		if name, ok := c.burndown(o.Objective); ok && !slices.Contains(s.Charts, name) {
			s.Charts = append(s.Charts, name)
			most--
		}
	}
	return s
}

func (c *compiler) spenderTable(all []spender) reports.Table {
	t := reports.Table{Key: "spenders", Title: "Where budget went", Columns: []reports.Column{
		{Key: "slo", Title: "Objective"}, {Key: "service", Title: "Service"}, {Key: "team", Title: "Team"}, {Key: "bad", Title: "Bad events", Numeric: true},
		{Key: "spent", Title: "Spent this " + strings.ToLower(c.spanHead()), Numeric: true}, {Key: "window", Title: "Held against"}, {Key: "left", Title: "Left of the window", Numeric: true},
		{Key: "incidents", Title: "Most of it by"},
	}}
	for _, x := range all[:min(len(all), mostSpenders)] {
		spent := withHow(budgetShare(x.share, x.estimated), c.derive(c.spentHow(x)))
		if x.share > policyShare {
			spent.Tone = reports.Bad
		}
		t.Rows = append(t.Rows, reports.Row{Key: "spend-" + c.budgetKey(x), Cells: []reports.Value{
			{Text: c.titles[x.SLO.Name], Link: sloLink(x.SLO.Name)}, {Text: c.serviceTitle(x.SLO.Service), Link: serviceLink(x.SLO.Service)}, words(c.team(x.SLO.Service)),
			events(x.budget.Taken), spent, words(c.windowOf(x)), c.leftOf(x), c.mostBy(x),
		}})
	}
	t.Left = len(all) - len(t.Rows)
	return t
}

// leastOfMost is the share of what a period consumed of a budget from which one
// incident is named as what consumed most of it.
const leastOfMost = 0.5

// topIncident returns the incident that consumed most of what the period did of a
// budget, with its share of the budget; nil when none consumed at least half.
// Known reports whether any incident consumed of it.
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
// budget.
func (c *compiler) mostBy(x spender) reports.Value {
	top, part, known := c.topIncident(x)
	switch {
	case top != nil:
		v := budgetShare(part, x.estimated)
		return reports.Value{Text: incidentTitle(top.Incident) + ", " + v.Text, Number: v.Number, Unit: reports.Ratio, Link: incidentLink(top.ID)}
	case known:
		return reports.Value{Text: "no single incident", Tone: reports.Gap}
	}
	return reports.Value{Text: "no known incident", Tone: reports.Gap}
}

func (c *compiler) spendTable() reports.Table {
	t := reports.Table{Key: "spends", Title: "Budget by incident", Columns: []reports.Column{
		{Key: "incident", Title: "Incident"}, {Key: "slo", Title: "Objective"}, {Key: "bad", Title: "Bad while it lasted", Numeric: true}, {Key: "taken", Title: "Of it this " + strings.ToLower(c.spanHead()), Numeric: true}, {Key: "share", Title: "Share of its window's budget", Numeric: true},
	}}
	all, seen := c.spends(), map[string]bool{}
	for _, s := range all[:min(len(all), mostSpends)] {
		v := withHow(budgetShare(s.Share, s.Estimated), "slo-"+s.SLO)
		if s.Share > policyShare {
			v.Tone = reports.Bad
		}
		key := "spend-" + s.ID + "-" + s.SLO
		if seen[key] { // another window of the same objective
			key += "-" + s.WindowEnd.Format(time.DateOnly)
		}
		seen[key] = true
		t.Rows = append(t.Rows, reports.Row{Key: key, Cells: []reports.Value{
			{Text: incidentTitle(s.Incident), Link: incidentLink(s.ID)}, {Text: c.titles[s.SLO], Link: sloLink(s.SLO)}, events(s.Bad), events(s.Taken), v,
		}})
	}
	t.Left = len(all) - len(t.Rows)
	return t
}

func (c *compiler) spendChart(all []spender) string {
	var points []reports.Point
	for _, s := range all[:min(len(all), mostSpenders)] {
		label := c.titles[s.SLO.Name]
		if s.Calendar() && !s.budget.Period {
			label += " to " + c.lastDay(s.Objective, s.budget)
		}
		points = append(points, reports.Point{Label: label, Value: reports.Number(s.share)})
	}
	c.charts = append(c.charts, reports.Chart{
		Name: "budget", Title: "Share of its own budget that each objective spent this " + strings.ToLower(c.spanHead()), Kind: reports.Bars, Unit: reports.Ratio,
		Series: []reports.Series{{Name: "spent", Points: points}}, Mark: reports.Number(policyShare), Twin: "spenders",
	})
	return "budget"
}

// burndown charts the budget left of one objective, with the incidents that hit it.
func (c *compiler) burndown(o reports.Objective) (name string, ok bool) {
	if len(o.Left) == 0 {
		return "", false
	}
	name = "burndown-" + o.SLO.Name
	chart := reports.Chart{
		Name: name, Title: fmt.Sprintf("Budget left of %s, %s window%s", c.titles[o.SLO.Name], windowText(o.SLO.Window), estimatedWords(o)),
		Kind: reports.Burndown, Unit: reports.Ratio, Series: []reports.Series{{Name: "budget left", Points: o.Left}}, Mark: reports.Number(0),
	}
	from := o.Left[0].At
	for _, i := range c.in.Incidents {
		if hit := slices.ContainsFunc(i.Spent, func(s reports.Spend) bool { return s.SLO == o.SLO.Name && s.Bad > 0 }); !hit || len(i.Doubts) > 0 {
			continue
		}
		band := reports.Band{Label: incidentTitle(i), From: i.ImpactStart().UTC(), To: i.ImpactEnd().UTC(), Link: incidentLink(i.ID)}
		if i.ImpactEnd().IsZero() || i.ImpactEnd().After(c.asOf) {
			band.To = c.asOf.UTC()
		}
		if band.To.After(from) && band.From.Before(c.asOf) {
			chart.Bands = append(chart.Bands, band)
		}
	}
	c.charts = append(c.charts, chart)
	return name, true
}

// estimatedWords marks what is held against the estimated budget of a window that is
// not over.
func estimatedWords(o reports.Objective) string {
	if o.Projected == nil {
		return ""
	}
	return ", estimated"
}

// risk lists the objectives whose budget will not last, and the burn-rate rules
// that would have fired.
func (c *compiler) risk() reports.Section {
	s := reports.Section{Title: "At risk", Note: "Time to exhaustion at the pace of the last day, with traffic as it is. The rules are those of the SRE Workbook; they are judged here, not sent."}
	soon := reports.Table{Key: "exhaustion", Title: "Budgets that will not last seven days", Columns: []reports.Column{
		{Key: "slo", Title: "Objective"}, {Key: "team", Title: "Team"}, {Key: "left", Title: "Budget left", Numeric: true}, {Key: "lasts", Title: "Budget lasts", Numeric: true},
	}}
	fired := reports.Table{Key: "rules", Title: "Burn-rate rules that fired", Columns: []reports.Column{
		{Key: "slo", Title: "Objective"}, {Key: "rule", Title: "Windows"}, {Key: "severity", Title: "Asks for a"}, {Key: "for", Title: "Fired for", Numeric: true},
	}}
	for _, o := range c.atRisk() {
		lasts := reports.Value{Text: "exhausted", Number: reports.Number(0), Unit: reports.Seconds, Tone: reports.Bad}
		if *o.Exhausts > 0 {
			lasts = duration(*o.Exhausts)
			lasts.Tone = reports.Warn
		}
		soon.Rows = append(soon.Rows, reports.Row{Key: "risk-" + o.SLO.Name, Cells: []reports.Value{
			{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(c.team(o.SLO.Service)), c.leastLeft([]reports.Objective{o}), lasts,
		}})
	}
	for _, o := range c.in.Objectives {
		for _, r := range o.Rules {
			fired.Rows = append(fired.Rows, reports.Row{Key: "rule-" + o.SLO.Name + "-" + r.Name, Cells: []reports.Value{
				{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(title(r.Name)), words(title(r.Severity)), duration(r.For),
			}})
		}
	}
	for _, t := range []reports.Table{soon, fired} {
		if len(t.Rows) > 0 {
			t.Limit(mostAtLook)
			s.Tables = append(s.Tables, t)
		}
	}
	if len(s.Tables) == 0 {
		s.Empty = "Every measured budget lasts longer than seven days, and no burn-rate rule fired."
	}
	return s
}

// atRisk are the objectives that will exhaust their budget soonest.
func (c *compiler) atRisk() (all []reports.Objective) {
	for _, o := range c.in.Objectives {
		if o.Exhausts != nil && *o.Exhausts < riskWithin && o.Window.Met != nil {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b reports.Objective) int { return cmp.Compare(*a.Exhausts, *b.Exhausts) })
	return all
}
