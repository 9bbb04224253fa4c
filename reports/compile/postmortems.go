package compile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/severity"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
)

// needsPostmortem tells whether an incident is grave enough for a post-mortem: by
// its severity, or by the budget it took.
func (c *compiler) needsPostmortem(i reports.Incident) bool {
	if severity.AtLeast(i.Severity, cmp.Or(c.in.Targets.Severity, "SEV2")) {
		return true
	}
	top, ok := topSpend(i, c.titles)
	return ok && top.Share > policyShare
}

// owed are the incidents that need a post-mortem and have none that is published:
// those that have none at all, and those whose is being written.
type owed struct {
	missing, written []reports.Incident
	need             int
}

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

func (c *compiler) coverage() reports.Section {
	s := reports.Section{Title: "Post-mortems", Note: fmt.Sprintf("Needed from %s on, and when one incident took more than %s of a window's budget.", cmp.Or(c.in.Targets.Severity, "SEV2"), percentText(policyShare, 0))}
	o := c.owedPostmortems()
	if o.need == 0 {
		s.Empty = "No incident of this period needs a post-mortem."
		return s
	}
	published := o.need - len(o.missing) - len(o.written)
	have := reports.Value{Text: fmt.Sprintf("%d of %d", published, o.need), Number: reports.Number(float64(published) / float64(o.need)), Unit: reports.Ratio, Tone: reports.Good}
	switch {
	case len(o.missing) > 0:
		have.Tone = reports.Bad
	case len(o.written) > 0:
		have.Tone = reports.Warn
	}
	how := c.derive(reports.Derivation{
		Key: "postmortems-have", Title: "Post-mortems published", Formula: "incidents with a published post-mortem / incidents that need one; drafts and those in review are being written",
		Terms:  []reports.Term{term("published", count(published)), term("being written", count(len(o.written))), term("missing", count(len(o.missing))), term("needed", count(o.need))},
		Source: "incidents, documents", Link: "/postmortems",
	})
	s.Figures = []reports.Figure{{Key: "postmortems", Label: "post-mortems published", Value: withHow(have, how)}}
	if len(o.written) > 0 {
		s.Figures = append(s.Figures, reports.Figure{Key: "written", Label: "being written", Value: withHow(count(len(o.written)), how), Note: humanize.Plural(len(o.missing), "incident") + " without any"})
	}
	t := reports.Table{Key: "missing", Title: "Post-mortems not published", Columns: []reports.Column{
		{Key: "incident", Title: "Incident"}, {Key: "severity", Title: "Severity"}, {Key: "team", Title: "Team"}, {Key: "age", Title: "Days since", Numeric: true}, {Key: "state", Title: "Post-mortem"},
	}}
	for _, i := range slices.Concat(o.missing, o.written) {
		days := int(c.asOf.Sub(i.ImpactStart()).Hours() / 24)
		t.Rows = append(t.Rows, reports.Row{Key: "missing-" + i.ID, Cells: []reports.Value{
			{Text: incidentTitle(i), Link: incidentLink(i.ID)}, words(cmp.Or(title(i.Severity), "unknown")), words(c.teamsOf(i.Incident)), count(days), c.postmortem(i),
		}})
	}
	if len(t.Rows) > 0 {
		s.Tables = []reports.Table{t}
	}
	return s
}

// teamsOf names the teams of an incident's services.
func (c *compiler) teamsOf(i incident.Incident) string {
	var teams []string
	for _, s := range i.Services {
		if t := c.team(s); t != "" && !slices.Contains(teams, t) {
			teams = append(teams, t)
		}
	}
	slices.Sort(teams)
	return listed(teams, 3)
}
