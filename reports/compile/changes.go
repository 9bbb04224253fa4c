package compile

import (
	"cmp"
	"fmt"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/change"
)

func compareChanges(a, b change.Linked) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
}

// changesOf are those of [from, to).
func (c *compiler) changesOf(from, to time.Time) (all []change.Linked) {
	for _, x := range c.in.Changes {
		if !x.At.Before(from) && x.At.Before(to) {
			all = append(all, x)
		}
	}
	return all
}

func (c *compiler) changeSection() reports.Section {
	s := reports.Section{Title: "Changes", Note: "Failed: deployments to production with a stated incident, or rolled back, or failed outright. Suspected: the last deployment of a hit service within a day before impact; it is not counted as failed."}
	own := c.changesOf(c.p.From, c.asOf)
	st := change.Count(own)
	if st.Deployments == 0 {
		s.Empty = "No deployment to production is known in this period."
		return s
	}
	prev := c.spans[c.before()]
	was := change.Count(c.changesOf(prev.From, prev.To))
	how := c.derive(reports.Derivation{
		Key: "failure-rate", Title: "Change failure rate", Formula: "distinct failed deployments / distinct deployments to production; lead time is the median from the newest commit to production, recovery that from a failed deployment to its mending",
		Terms: []reports.Term{
			term("failed", count(st.Failed)), term("suspected only", count(st.Suspected)), term("deployments", count(st.Deployments)), term("in a freeze", count(st.InFreeze)),
			term("lead time known", count(st.LeadKnown)), term("recovery known", count(st.RecoveryKnown)),
		},
		Source: "changes, incidents",
	})
	s.Figures = []reports.Figure{
		{Key: "deployments", Label: "deployments", Value: withHow(count(st.Deployments), how), Note: fmt.Sprintf("%s: %d", c.compareWord(), was.Deployments)},
		{Key: "failure-rate", Label: "failed", Value: withHow(partOf(st.Failed, st.Deployments), how), Note: fmt.Sprintf("%d more suspected; %s: %s", st.Suspected, c.compareWord(), partOf(was.Failed, was.Deployments).Text)},
		{Key: "frozen", Label: "inside a freeze", Value: withHow(count(st.InFreeze), how)},
		{Key: "lead", Label: "median lead time", Value: withHow(durationOf(st.LeadTime), how), Note: fmt.Sprintf("n = %d", st.LeadKnown)},
		{Key: "mended", Label: "median to recover from a failed one", Value: withHow(durationOf(st.Recovery), how), Note: fmt.Sprintf("n = %d", st.RecoveryKnown)},
	}
	if st.WithRollbackPlan != nil {
		s.Figures = append(s.Figures, reports.Figure{Key: "planned", Label: "with a rollback plan", Value: withHow(share(*st.WithRollbackPlan), how)})
	}
	if t := c.linkedTable(own); len(t.Rows) > 0 {
		s.Tables = []reports.Table{t}
	}
	if t, chart := c.daysTable(); chart != "" {
		s.Tables, s.Charts = append(s.Tables, t), append(s.Charts, chart)
	}
	return s
}

// linkedTable lists the changes that incidents are linked to, and why.
func (c *compiler) linkedTable(own []change.Linked) reports.Table {
	t := reports.Table{Key: "linked", Title: "Changes linked to incidents", Columns: []reports.Column{
		{Key: "change", Title: "Change"}, {Key: "service", Title: "Service"}, {Key: "at", Title: "When"}, {Key: "incident", Title: "Incident"}, {Key: "link", Title: "Link"},
	}}
	names := map[string]string{}
	for _, i := range c.in.Incidents {
		names[i.ID] = incidentTitle(i)
	}
	for _, x := range own {
		for _, l := range x.Incidents {
			if len(t.Rows) == mostSpends {
				t.Left++
				continue
			}
			link := reports.Value{Text: "stated", Tone: reports.Bad}
			if l.Suspected {
				link = reports.Value{Text: "suspected", Tone: reports.Warn}
			}
			t.Rows = append(t.Rows, reports.Row{Key: "change-" + x.Source + "-" + x.ID + "-" + l.Incident, Cells: []reports.Value{
				words(cmp.Or(title(x.Title), title(x.ID))), {Text: c.serviceTitle(x.Service), Link: serviceLink(x.Service)}, c.when(x.At),
				{Text: cmp.Or(names[l.Incident], title(l.Incident)), Link: incidentLink(l.Incident)}, link,
			}})
		}
	}
	return t
}
