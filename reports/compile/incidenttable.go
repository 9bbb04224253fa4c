package compile

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/severity"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
)

func (c *compiler) incidentTable(key, heading string, all []reports.Incident) reports.Table {
	t := reports.Table{Key: key, Title: heading, Columns: []reports.Column{
		{Key: "incident", Title: "Incident"}, {Key: "severity", Title: "Severity"}, {Key: "services", Title: "Services"}, {Key: "started", Title: "Began"},
		{Key: "detect", Title: "Detected", Numeric: true}, {Key: "diagnose", Title: c.middle(), Numeric: true}, {Key: "recover", Title: "Recovered", Numeric: true},
		{Key: "budget", Title: "Budget"}, {Key: "postmortem", Title: "Post-mortem"},
	}}
	for _, i := range all {
		t.Rows = append(t.Rows, c.incidentRow(i))
	}
	return t
}

// middle heads what the middle step took.
func (c *compiler) middle() string { return capital(c.in.Targets.Names()[1]) }

func (c *compiler) incidentRow(i reports.Incident) reports.Row {
	names := make([]string, 0, len(i.Services))
	for _, s := range i.Services {
		names = append(names, c.serviceTitle(s))
	}
	slices.Sort(names)
	grave := words(cmp.Or(title(i.Severity), "unknown"))
	if severity.ToneOf(i.Severity) == severity.Bad {
		grave.Tone = reports.Bad
	}
	return reports.Row{Key: i.ID, Cells: []reports.Value{
		{Text: incidentTitle(i), Link: incidentLink(i.ID)}, grave, words(listed(names, 3)), c.when(i.ImpactStart()),
		c.step(i, 0), c.step(i, 1), c.step(i, 2),
		c.cost(i), c.postmortem(i),
	}}
}

// when is an instant in the report's zone.
func (c *compiler) when(t time.Time) reports.Value {
	if t.IsZero() {
		return unknown()
	}
	layout := "Mon 2 Jan 15:04"
	if c.p.Kind == period.Daily && c.p.Contains(t) {
		layout = "15:04"
	}
	return words(t.In(c.p.Zone).Format(layout))
}

// step is how long the nth step of 1-5-10 took, by its target. While the incident
// lasts it is at least so long.
func (c *compiler) step(i reports.Incident, n int) reports.Value {
	d := i.Durations.Steps(c.in.Targets.Policy)[n]
	switch c.judge(i, n) {
	case incident.Met:
		v := durationOf(d)
		v.Tone = reports.Good
		return v
	case incident.Missed:
		if d == nil {
			lasted := c.asOf.Sub(i.Reached(c.in.Targets.Origins()[n]))
			return reports.Value{Text: "≥ " + durationText(lasted) + " so far", Number: reports.Number(lasted.Seconds()), Unit: reports.Seconds, Tone: reports.Bad}
		}
		v := durationOf(d)
		v.Tone = reports.Bad
		return v
	}
	return unknown()
}

// judge holds the nth step against its target as the report sees it: by what lasted
// when the period ended.
func (c *compiler) judge(i reports.Incident, n int) incident.Verdict {
	return i.Hold(i.Durations, c.in.Targets.Policy, n, openAt(i, c.asOf), c.asOf)
}

// cost is the largest share of a budget that an incident took.
func (c *compiler) cost(i reports.Incident) reports.Value {
	top, ok := topSpend(i, c.titles)
	if !ok {
		return reports.Value{Text: "none known", Tone: reports.Gap}
	}
	v := budgetShare(top.Share, top.Estimated)
	v.Text += " of " + c.titles[top.SLO]
	v.How = "slo-" + top.SLO
	if top.Share > policyShare {
		v.Tone = reports.Bad
	}
	return v
}

// topSpend is the largest share an incident took of an objective of the report.
func topSpend(i reports.Incident, titles map[string]string) (top reports.Spend, ok bool) {
	for _, s := range i.Spent {
		if _, known := titles[s.SLO]; !known || s.Share <= 0 {
			continue
		}
		if !ok || s.Share > top.Share || s.Share == top.Share && s.SLO < top.SLO {
			top, ok = s, true
		}
	}
	return top, ok
}

// postmortem links the published write-up, else the one that is being written, or
// says that there is none: its tone is Good, Warn, or Bad where one is needed.
func (c *compiler) postmortem(i reports.Incident) reports.Value {
	for _, d := range c.in.Documents {
		if slices.Contains(i.Postmortems, d.ID) && d.Published {
			return reports.Value{Text: "published", Link: documentLink(d.ID), Tone: reports.Good}
		}
	}
	for _, d := range c.in.Documents {
		if word := map[string]string{"review": "in review", "draft": "draft"}[d.State]; word != "" && slices.Contains(i.Postmortems, d.ID) {
			return reports.Value{Text: word, Link: documentLink(d.ID), Tone: reports.Warn}
		}
	}
	for _, d := range c.in.Drafts {
		if slices.ContainsFunc(d.Refs, func(ref string) bool { return ref == i.ID || slices.Contains(i.Refs, ref) }) {
			return reports.Value{Text: "draft pushed", Link: d.Link, Tone: reports.Warn}
		}
	}
	if len(i.Postmortems) > 0 {
		return reports.Value{Text: "not published", Tone: reports.Bad}
	}
	if c.needsPostmortem(i) {
		return reports.Value{Text: "missing", Tone: reports.Bad}
	}
	return words("not required")
}

// dots is the chart of recovery times, one dot an incident.
func (c *compiler) dots() string {
	var points []reports.Point
	for _, i := range c.facts.own {
		p := reports.Point{At: i.ImpactStart().UTC(), Label: incidentTitle(i)}
		if i.Durations.Recover != nil {
			p.Value = reports.Number(i.Durations.Recover.Seconds())
		}
		points = append(points, p)
	}
	c.charts = append(c.charts, reports.Chart{
		Name: "incidents", Title: fmt.Sprintf("Time to recover of %s, against %s", humanize.Plural(len(points), "incident"), durationText(c.in.Targets.RecoverWithin)),
		Kind: reports.Dots, Unit: reports.Seconds, Series: []reports.Series{{Name: "time to recover", Points: points}}, Mark: reports.Number(c.in.Targets.RecoverWithin.Seconds()), Twin: "incidents",
	})
	return "incidents"
}

func withHow(v reports.Value, how string) reports.Value {
	v.How = how
	return v
}
