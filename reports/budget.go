package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

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

// spender is an objective with what this period took of its budget.
type spender struct {
	Objective
	share, bad, allowed float64
	of                  string // whose budget, in words
}

// spent is what the period took of an objective's window: bad in the period over
// what the window allows. A period that is longer than the window is held against
// its own budget: a month can take more than all of 28 days' and leave some.
func (c *compiler) spent(o Objective) (s spender, ok bool) {
	r := c.now(o)
	of, window := o.held()
	whose := "the " + strings.ToLower(c.spanHead()) + "'s budget"
	if window {
		whose = "its " + windowText(o.SLO.Window) + " budget"
	}
	if r.Met == nil || of.Allowed == nil || *of.Allowed <= 0 {
		return s, false
	}
	bad := r.Total - r.Good
	return spender{o, bad / *of.Allowed, bad, *of.Allowed, whose}, bad > 0
}

// spenders are the objectives by what the period took of their windows' budgets.
func (c *compiler) spenders() (all []spender) {
	for _, o := range c.in.Objectives {
		if s, ok := c.spent(o); ok {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b spender) int { return cmp.Compare(b.share, a.share) })
	return all
}

// bySpend lists what incidents of this period, and those carried into it, took.
type bySpend struct {
	Incident
	Spend
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
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.ID, b.ID), cmp.Compare(a.SLO, b.SLO))
	})
	return all
}

func windowText(w slo.Window) string {
	units := map[string]string{"m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month", "Q": "quarter", "Y": "year"}
	return fmt.Sprintf("%d-%s", w.Count, cmp.Or(units[w.Unit], title(w.Unit)))
}

func (c *compiler) budget() Section {
	s := Section{Title: "Error budget", Note: "Spent: bad events of the " + strings.ToLower(c.spanHead()) + " over what the objective's own window allows (where that is shorter: over what the " + strings.ToLower(c.spanHead()) + " allows). Left below zero: the budget is overspent by so much."}
	all := c.spenders()
	if len(all) > 0 {
		s.Tables = append(s.Tables, c.spenderTable(all))
	}
	for _, t := range []Table{c.spendTable(), c.compositeTable(), c.projectedTable()} {
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
		if name, ok := c.burndown(o.Objective); ok {
			s.Charts = append(s.Charts, name)
			most--
		}
	}
	return s
}

func (c *compiler) spenderTable(all []spender) Table {
	t := Table{Key: "spenders", Title: "Where budget went", Columns: []Column{
		{Key: "slo", Title: "Objective"}, {Key: "service", Title: "Service"}, {Key: "team", Title: "Team"}, {Key: "bad", Title: "Bad events", Numeric: true},
		{Key: "spent", Title: "Spent this " + strings.ToLower(c.spanHead()), Numeric: true}, {Key: "window", Title: "Of its window of", Numeric: true}, {Key: "left", Title: "Left", Numeric: true},
		{Key: "incidents", Title: "Most of it by"},
	}}
	for _, x := range all[:min(len(all), mostSpenders)] {
		spent := withHow(share(x.share), rowKey(x.Objective))
		if x.share > policyShare {
			spent.Tone = Bad
		}
		t.Rows = append(t.Rows, Row{Key: "spend-" + x.SLO.Name, Cells: []Value{
			{Text: c.titles[x.SLO.Name], Link: sloLink(x.SLO.Name)}, {Text: c.serviceTitle(x.SLO.Service), Link: serviceLink(x.SLO.Service)}, words(c.team(x.SLO.Service)),
			events(x.bad), spent, words(windowText(x.SLO.Window)), c.leastLeft([]Objective{x.Objective}), c.mostBy(x.SLO.Name),
		}})
	}
	t.Left = len(all) - len(t.Rows)
	return t
}

// mostBy names the incident that took most of an objective's budget.
func (c *compiler) mostBy(name string) Value {
	for _, s := range c.spends() {
		if s.SLO == name {
			v := share(s.Share)
			return Value{Text: incidentTitle(s.Incident) + ", " + v.Text, Number: v.Number, Unit: Ratio, Link: incidentLink(s.ID)}
		}
	}
	return Value{Text: "no known incident", Tone: Gap}
}

func (c *compiler) spendTable() Table {
	t := Table{Key: "spends", Title: "Budget by incident", Columns: []Column{
		{Key: "incident", Title: "Incident"}, {Key: "slo", Title: "Objective"}, {Key: "bad", Title: "Bad while it lasted", Numeric: true}, {Key: "share", Title: "Share of its window's budget", Numeric: true},
	}}
	all := c.spends()
	for _, s := range all[:min(len(all), mostSpends)] {
		v := withHow(share(s.Share), "slo-"+s.SLO)
		if s.Share > policyShare {
			v.Tone = Bad
		}
		t.Rows = append(t.Rows, Row{Key: "spend-" + s.ID + "-" + s.SLO, Cells: []Value{
			{Text: incidentTitle(s.Incident), Link: incidentLink(s.ID)}, {Text: c.titles[s.SLO], Link: sloLink(s.SLO)}, events(s.Bad), v,
		}})
	}
	t.Left = len(all) - len(t.Rows)
	return t
}

func (c *compiler) spendChart(all []spender) string {
	var points []Point
	for _, s := range all[:min(len(all), mostSpenders)] {
		points = append(points, Point{Label: c.titles[s.SLO.Name], Value: number(s.share)})
	}
	c.charts = append(c.charts, Chart{
		Name: "budget", Title: "Share of its own budget that each objective spent this " + strings.ToLower(c.spanHead()), Kind: Bars, Unit: Ratio,
		Series: []Series{{Name: "spent", Points: points}}, Mark: number(policyShare), Twin: "spenders",
	})
	return "budget"
}

// burndown charts the budget left of one objective, with the incidents that hit it.
func (c *compiler) burndown(o Objective) (name string, ok bool) {
	if len(o.Left) == 0 {
		return "", false
	}
	name = "burndown-" + o.SLO.Name
	chart := Chart{
		Name: name, Title: fmt.Sprintf("Budget left of %s, %s window", c.titles[o.SLO.Name], windowText(o.SLO.Window)),
		Kind: Burndown, Unit: Ratio, Series: []Series{{Name: "budget left", Points: o.Left}}, Mark: number(0),
	}
	from := o.Left[0].At
	for _, i := range c.in.Incidents {
		if hit := slices.ContainsFunc(i.Spent, func(s Spend) bool { return s.SLO == o.SLO.Name && s.Bad > 0 }); !hit || len(i.Doubts) > 0 {
			continue
		}
		band := Band{Label: incidentTitle(i), From: impactStart(i).UTC(), To: impactEnd(i).UTC(), Link: incidentLink(i.ID)}
		if impactEnd(i).IsZero() || impactEnd(i).After(c.asOf) {
			band.To = c.asOf.UTC()
		}
		if band.To.After(from) && band.From.Before(c.asOf) {
			chart.Bands = append(chart.Bands, band)
		}
	}
	c.charts = append(c.charts, chart)
	return name, true
}

// risk lists the objectives whose budget will not last, and the burn-rate rules
// that would have fired.
func (c *compiler) risk() Section {
	s := Section{Title: "At risk", Note: "Time to exhaustion at the pace of the last day, with traffic as it is. The rules are those of the SRE Workbook; they are judged here, not sent."}
	soon := Table{Key: "exhaustion", Title: "Budgets that will not last seven days", Columns: []Column{
		{Key: "slo", Title: "Objective"}, {Key: "team", Title: "Team"}, {Key: "left", Title: "Budget left", Numeric: true}, {Key: "lasts", Title: "Budget lasts", Numeric: true},
	}}
	fired := Table{Key: "rules", Title: "Burn-rate rules that fired", Columns: []Column{
		{Key: "slo", Title: "Objective"}, {Key: "rule", Title: "Windows"}, {Key: "severity", Title: "Asks for a"}, {Key: "for", Title: "Fired for", Numeric: true},
	}}
	for _, o := range c.atRisk() {
		lasts := Value{Text: "exhausted", Number: number(0), Unit: Seconds, Tone: Bad}
		if *o.Exhausts > 0 {
			lasts = duration(*o.Exhausts)
			lasts.Tone = Warn
		}
		soon.Rows = append(soon.Rows, Row{Key: "risk-" + o.SLO.Name, Cells: []Value{
			{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(c.team(o.SLO.Service)), c.leastLeft([]Objective{o}), lasts,
		}})
	}
	for _, o := range c.in.Objectives {
		for _, r := range o.Rules {
			fired.Rows = append(fired.Rows, Row{Key: "rule-" + o.SLO.Name + "-" + r.Name, Cells: []Value{
				{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(title(r.Name)), words(title(r.Severity)), duration(r.For),
			}})
		}
	}
	for _, t := range []Table{soon, fired} {
		if len(t.Rows) > 0 {
			t.atMost(mostAtLook)
			s.Tables = append(s.Tables, t)
		}
	}
	if len(s.Tables) == 0 {
		s.Empty = "Every measured budget lasts longer than seven days, and no burn-rate rule fired."
	}
	return s
}

// atRisk are the objectives that will exhaust their budget soonest.
func (c *compiler) atRisk() (all []Objective) {
	for _, o := range c.in.Objectives {
		if o.Exhausts != nil && *o.Exhausts < riskWithin && o.Window.Met != nil {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b Objective) int { return cmp.Compare(*a.Exhausts, *b.Exhausts) })
	return all
}
