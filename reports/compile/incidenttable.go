package compile

import (
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/severity"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
)

// incidentTable lists incidents with their steps, cost and post-mortem. The rows are in
// the order of all, and there is no limit of rows: incidents are what the report is
// about.
func (c *compiler) incidentTable(key, heading string, all []reports.Incident) reports.Table {
	t := reports.Table{Key: key, Title: heading, Columns: []reports.Column{
		c.words("incident", "report_body.col_incident"), c.words("severity", "report_body.col_severity"),
		c.words("services", "report_body.col_services"),
		c.words("started", "report_body.col_started"), c.numbers("detect", "report_body.col_detected"),
		{Key: "diagnose", Title: c.middle(), Numeric: true},
		c.numbers("recover", "report_body.col_recovered"), c.words("budget", "report_body.col_budget"),
		c.words("postmortem", "report_body.col_postmortem"),
	}}
	for _, i := range all {
		t.Rows = append(t.Rows, c.incidentRow(i))
	}
	return t
}

// middle names the middle step of the response. It is acknowledgement or diagnosis, by
// the settings.
func (c *compiler) middle() string { return capital(c.in.Targets.Names()[1]) }

// incidentRow returns one incident with its steps, its cost and its post-mortem. unseen
// uses its first three cells.
func (c *compiler) incidentRow(i reports.Incident) reports.Row {
	grave := c.severity(i)
	if severity.ToneOf(i.Severity) == severity.Bad {
		grave.Tone = reports.Bad
	}
	return reports.Row{Key: i.ID, Cells: []reports.Value{
		linked(incidentTitle(i), incidentLink(i.ID)), grave, c.serviceNames(i.Services), c.when(i.ImpactStart()),
		c.step(i, 0), c.step(i, 1), c.step(i, 2),
		c.cost(i), c.postmortem(i),
	}}
}

// severity returns the severity of an incident without a tone. One that is not known is
// called unknown.
func (c *compiler) severity(i reports.Incident) reports.Value {
	if t := title(i.Severity); t != "" {
		return name(t)
	}
	return c.state("report_body.state_unknown", reports.Plain)
}

// step returns how long the nth step of the response took, with the tone of its target.
// While the incident lasts, it is at least so long. n is from 0 to 2. A step that was
// not reached in time is Missed only when it is certain: otherwise the value is
// unknown.
func (c *compiler) step(i reports.Incident, n int) reports.Value {
	d := i.Durations.Steps(c.in.Targets.Policy)[n]
	switch c.evaluate(i, n) {
	case incident.Met:
		return withTone(c.durationOf(d), reports.Good)
	case incident.Missed:
		if d == nil {
			lasted := c.asOf.Sub(i.Reached(c.in.Targets.Origins()[n]))
			v := duration(lasted)
			v.Text, v.Key, v.Tone = c.Text("report_body.so_far", "Duration", v.Text), "so_far", reports.Bad
			return v
		}
		return withTone(c.durationOf(d), reports.Bad)
	}
	return c.unknown("")
}

// evaluate compares the nth step with its target at the end of the period. Whether the
// incident lasted is taken at the end of the data, and not from Open, which is of
// today.
func (c *compiler) evaluate(i reports.Incident, n int) incident.Verdict {
	return i.Hold(i.Durations, c.in.Targets.Policy, n, openAt(i, c.asOf), c.asOf)
}

// cost returns the largest share of a budget that an incident consumed. "None known" is
// not zero: the incident may be of services without an SLO.
func (c *compiler) cost(i reports.Incident) reports.Value {
	top, ok := topSpend(i, c.titles)
	if !ok {
		return c.state("report_body.state_none_known", reports.Gap)
	}
	v := c.costOf(top)
	if top.Share > policyShare {
		v.Tone = reports.Bad
	}
	return v
}

// costOf returns what an incident consumed of one SLO's budget. Its derivation is the
// row of the SLO in the calculation.
func (c *compiler) costOf(s reports.Spend) reports.Value {
	v := withHow(budgetShare(s.Share, s.Estimated), "slo-"+s.SLO)
	v.Text, v.Key = c.Text("report_body.share_of_slo", "Share", v.Text, "SLO", c.titles[s.SLO]), s.SLO
	return v
}

// topSpend returns the largest share that an incident consumed of an SLO of the report.
// Of equal shares it is that of the first name. ok is false when there is none above 0.
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

// postmortem links the published post-mortem of an incident, otherwise the one that is
// being written, otherwise states that there is none. Its tone is Good, Warn, or Bad
// where one is needed. A draft on a pushed branch is found by the names of the incident
// that it states, since no published document links it yet. A post-mortem that the
// incident names but that is in none of these states is Bad, whether or not one is
// needed.
func (c *compiler) postmortem(i reports.Incident) reports.Value {
	document := func(message, link string, tone reports.Tone) reports.Value {
		v := c.state(message, tone)
		v.Link = link
		return v
	}
	for _, d := range c.in.Documents {
		if slices.Contains(i.Postmortems, d.ID) && d.Published {
			return document("report_body.state_published", documentLink(d.ID), reports.Good)
		}
	}
	for _, d := range c.in.Documents {
		message := map[string]string{"review": "report_body.state_in_review", "draft": "report_body.state_is_draft"}[d.State]
		if message != "" && slices.Contains(i.Postmortems, d.ID) {
			return document(message, documentLink(d.ID), reports.Warn)
		}
	}
	for _, d := range c.in.Drafts {
		if slices.ContainsFunc(d.Refs, func(ref string) bool { return ref == i.ID || slices.Contains(i.Refs, ref) }) {
			return document("report_body.state_draft_pushed", d.Link, reports.Warn)
		}
	}
	if len(i.Postmortems) > 0 {
		return c.state("report_body.state_not_published", reports.Bad)
	}
	if c.needsPostmortem(i) {
		return c.state("report_body.state_is_missing", reports.Bad)
	}
	return c.state("report_body.state_not_required", reports.Plain)
}

// dots draws the recovery times, one dot an incident. An incident that has not
// recovered, or of which it is not known, has a point without a value. The line is the
// target of recovery.
func (c *compiler) dots() string {
	var points []reports.Point
	for _, i := range c.facts.own {
		p := reports.Point{At: i.ImpactStart().UTC(), Label: incidentTitle(i)}
		if i.Durations.Recover != nil {
			p.Value = reports.Number(i.Durations.Recover.Seconds())
		}
		points = append(points, p)
	}
	target := c.in.Targets.RecoverWithin
	return c.chart(reports.Chart{
		Name: "incidents", Title: c.Count("report_body.recover_chart", len(points), "Target", humanize.Duration(target)), Kind: reports.Dots,
		Unit:   reports.Seconds,
		Series: []reports.Series{{Name: c.Text("report_body.recover_series"), Points: points}}, Mark: reports.Number(target.Seconds()),
		Twin: "incidents",
	})
}
