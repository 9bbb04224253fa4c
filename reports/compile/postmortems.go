package compile

import (
	"cmp"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/severity"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
)

// needsPostmortem reports whether an incident needs a post-mortem, by its severity or
// by the budget it consumed. The lowest severity that needs one is a setting, SEV2 by
// default. The share is policyShare of any one budget.
func (c *compiler) needsPostmortem(i reports.Incident) bool {
	if severity.AtLeast(i.Severity, cmp.Or(c.in.Targets.Severity, "SEV2")) {
		return true
	}
	top, ok := topSpend(i, c.titles)
	return ok && top.Share > policyShare
}

// owed are the incidents that need a post-mortem and have no published one: those
// without any, and those whose post-mortem is being written. need counts all that need
// one, also those whose post-mortem is published.
type owed struct {
	missing, written []reports.Incident
	need             int
}

// owedPostmortems divides the incidents of the period that need a post-mortem by the
// state of theirs. It uses the tone of c.postmortem: Good is published, Warn is being
// written, everything else is missing.
func (c *compiler) owedPostmortems() (o owed) {
	for _, i := range c.facts.own {
		if !c.needsPostmortem(i) {
			continue
		}
		o.need++
		switch c.postmortem(i).Tone {
		case reports.Good:
		case reports.Warn:
			o.written = append(o.written, i)
		default:
			o.missing = append(o.missing, i)
		}
	}
	return o
}

// postmortems is the section about the post-mortems that the incidents of the period
// need. The incidents are those of the period itself. The missing ones come first; ages
// are whole days since the start of impact.
func (c *compiler) postmortems() reports.Section {
	s := reports.Section{Title: c.Text("report_body.postmortems_title"), Note: c.Text("report_body.postmortems_note",
		"Severity", cmp.Or(c.in.Targets.Severity, "SEV2"), "Share", humanize.Percent(policyShare, 0))}
	o := c.owedPostmortems()
	if o.need == 0 {
		s.Empty = c.Text("report_body.postmortems_empty")
		return s
	}
	s.Figures = c.postmortemFigures(o)
	t := reports.Table{Key: "missing", Title: c.Text("report_body.not_published_title"), Columns: []reports.Column{
		c.words("incident", "report_body.col_incident"), c.words("severity", "report_body.col_severity"), c.words("team", "report_body.col_team"),
		c.numbers("age", "report_body.col_days_since"), c.words("state", "report_body.col_postmortem"),
	}}
	for _, i := range slices.Concat(o.missing, o.written) {
		days := int(c.asOf.Sub(i.ImpactStart()).Hours() / 24)
		t.Rows = append(t.Rows, reports.Row{Key: "missing-" + i.ID, Cells: []reports.Value{
			linked(incidentTitle(i), incidentLink(i.ID)), c.severity(i), name(c.teamsOf(i.Incident)), count(days), c.postmortem(i),
		}})
	}
	if len(t.Rows) > 0 {
		s.Tables = []reports.Table{t}
	}
	return s
}

// postmortemFigures counts the post-mortems that are published and being written.
// o.need must not be 0. The second figure is only there when one is being written.
func (c *compiler) postmortemFigures(o owed) []reports.Figure {
	published := o.need - len(o.missing) - len(o.written)
	have := withTone(c.ratio(published, o.need), reports.Good)
	switch {
	case len(o.missing) > 0:
		have.Tone = reports.Bad
	case len(o.written) > 0:
		have.Tone = reports.Warn
	}
	how := c.derive(reports.Derivation{
		Key: "postmortems-have", Title: c.Text("report_body.published_title"), Formula: c.Text("report_body.published_formula"),
		Terms: []reports.Term{
			term(c.Text("report_body.published"), count(published)), term(c.Text("report_body.being_written"), count(len(o.written))),
			term(c.Text("report_body.missing"), count(len(o.missing))), term(c.Text("report_body.needed"), count(o.need)),
		},
		Source: c.Text("report_body.source_incidents_documents"), Link: "/postmortems",
	})
	figures := []reports.Figure{{Key: "postmortems", Label: c.Text("report_body.published_label"), Value: withHow(have, how)}}
	if len(o.written) > 0 {
		figures = append(figures, reports.Figure{
			Key: "written", Label: c.Text("report_body.being_written"), Value: withHow(count(len(o.written)), how),
			Note: c.Count("report_body.without_postmortem", len(o.missing)),
		})
	}
	return figures
}

// teamsOf names the teams of an incident's services. They are sorted, without
// duplicates, and at most three are named; "" means that no service has an owner.
func (c *compiler) teamsOf(i incident.Incident) string {
	var teams []string
	for _, s := range i.Services {
		if t := c.team(s); t != "" && !slices.Contains(teams, t) {
			teams = append(teams, t)
		}
	}
	slices.Sort(teams)
	return c.listed(teams, 3)
}
