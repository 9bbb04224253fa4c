package compile

import (
	"cmp"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/change"
)

// compareChanges orders changes by time, source and id.
func compareChanges(a, b change.Linked) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
}

// changesOf returns the changes of [from, to). They are of the scope, in order of time.
func (c *compiler) changesOf(from, to time.Time) (all []change.Linked) {
	for _, x := range c.in.Changes {
		if !x.At.Before(from) && x.At.Before(to) {
			all = append(all, x)
		}
	}
	return all
}

// changes is the section about deployments and the incidents linked to them. A failed
// deployment is one that its source reports as failed, that was rolled back, or that a
// source links with an incident. Suspects are counted beside them: they are only near
// in time.
func (c *compiler) changes() reports.Section {
	s := reports.Section{Title: c.Text("report_body.changes_title"), Note: c.Text("report_body.changes_note")}
	own := c.changesOf(c.p.From, c.asOf)
	st := change.Count(own)
	if st.Deployments == 0 {
		s.Empty = c.Text("report_body.changes_empty")
		return s
	}
	s.Figures = c.changeFigures(st)
	if t := c.linkedTable(own); len(t.Rows) > 0 {
		s.Tables = []reports.Table{t}
	}
	if t, chart := c.daysTable(); chart != "" {
		s.Tables, s.Charts = append(s.Tables, t), append(s.Charts, chart)
	}
	return s
}

// changeFigures are the counts of the period beside those of the period before. The
// medians have their n in the note. The share with a rollback plan is left out when no
// source states any, because most cannot.
func (c *compiler) changeFigures(st change.Stats) []reports.Figure {
	prev := c.spans[c.before()]
	was := change.Count(c.changesOf(prev.From, prev.To))
	how := c.derive(reports.Derivation{
		Key: "failure-rate", Title: c.Text("report_body.failure_rate"), Formula: c.Text("report_body.failure_rate_formula"),
		Terms: []reports.Term{
			term(c.Text("report_body.failed"), count(st.Failed)), term(c.Text("report_body.suspected_only"), count(st.Suspected)),
			term(c.Text("report_body.deployments"), count(st.Deployments)), term(c.Text("report_body.in_freeze"), count(st.InFreeze)),
			term(c.Text("report_body.lead_time_known"), count(st.LeadKnown)), term(c.Text("report_body.recovery_known"), count(st.RecoveryKnown)),
		},
		Source: c.Text("report_body.source_changes_incidents"),
	})
	failed := c.Text("report_body.more_suspected", "Suspected", st.Suspected, "Was", c.was(c.fraction(was.Failed, was.Deployments).Text))
	figures := []reports.Figure{
		{Key: "deployments", Label: c.Text("report_body.deployments"), Value: withHow(count(st.Deployments), how),
			Note: c.was(count(was.Deployments).Text)},
		{Key: "failure-rate", Label: c.Text("report_body.failed"), Value: withHow(c.fraction(st.Failed, st.Deployments), how), Note: failed},
		{Key: "frozen", Label: c.Text("report_body.in_freeze"), Value: withHow(count(st.InFreeze), how)},
		{Key: "lead", Label: c.Text("report_body.median_lead_time"), Value: withHow(c.durationOf(st.LeadTime), how),
			Note: c.Text("report_body.n", "N", st.LeadKnown)},
		{
			Key: "mended", Label: c.Text("report_body.median_change_recovery"), Value: withHow(c.durationOf(st.Recovery), how),
			Note: c.Text("report_body.n", "N", st.RecoveryKnown),
		},
	}
	if st.WithRollbackPlan != nil {
		figures = append(figures, reports.Figure{Key: "planned", Label: c.Text("report_body.with_rollback_plan"),
			Value: withHow(share(*st.WithRollbackPlan), how)})
	}
	return figures
}

// linkedTable lists the changes that incidents are linked to, and how. A change with
// several incidents has several rows. An incident that is not among the inputs is shown
// by its id.
func (c *compiler) linkedTable(own []change.Linked) reports.Table {
	t := reports.Table{Key: "linked", Title: c.Text("report_body.linked_title"), Columns: []reports.Column{
		c.words("change", "report_body.col_change"), c.words("service", "report_body.col_service"), c.words("at", "report_body.col_when"),
		c.words("incident", "report_body.col_incident"), c.words("link", "report_body.col_link"),
	}}
	titles := map[string]string{}
	for _, i := range c.in.Incidents {
		titles[i.ID] = incidentTitle(i)
	}
	for _, x := range own {
		for _, l := range x.Incidents {
			// Counted and not built: a source may link a change with any number of
			// incidents.
			if len(t.Rows) == mostSpends {
				t.Left++
				continue
			}
			link := c.state("report_body.state_link_stated", reports.Bad)
			if l.Suspected {
				link = c.state("report_body.state_link_suspected", reports.Warn)
			}
			t.Rows = append(t.Rows, reports.Row{Key: "change-" + x.Source + "-" + x.ID + "-" + l.Incident, Cells: []reports.Value{
				name(cmp.Or(title(x.Title), title(x.ID))), c.service(x.Service), c.when(x.At),
				linked(cmp.Or(titles[l.Incident], title(l.Incident)), incidentLink(l.Incident)), link,
			}})
		}
	}
	return t
}
