package reports

import (
	"cmp"
	"fmt"
	"time"

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

func (c *compiler) changeSection() Section {
	s := Section{Title: "Changes", Note: "Failed: deployments to production with a stated incident, or rolled back, or failed outright. Suspected: the last deployment of a hit service within a day before impact; it is not counted as failed."}
	own := c.changesOf(c.p.From, c.asOf)
	st := change.Count(own)
	if st.Deployments == 0 {
		s.Empty = "No deployment to production is known in this period."
		return s
	}
	prev := c.spans[c.before()]
	was := change.Count(c.changesOf(prev.From, prev.To))
	how := c.derive(Derivation{
		Key: "failure-rate", Title: "Change failure rate", Formula: "distinct failed deployments / distinct deployments to production; lead time is the median from the newest commit to production, recovery that from a failed deployment to its mending",
		Terms: []Term{
			{"failed", count(st.Failed)}, {"suspected only", count(st.Suspected)}, {"deployments", count(st.Deployments)}, {"in a freeze", count(st.InFreeze)},
			{"lead time known", count(st.LeadKnown)}, {"recovery known", count(st.RecoveryKnown)},
		},
		Source: "changes, incidents",
	})
	s.Figures = []Figure{
		{Key: "deployments", Label: "deployments", Value: withHow(count(st.Deployments), how), Note: fmt.Sprintf("%s: %d", c.compareWord(), was.Deployments)},
		{Key: "failure-rate", Label: "failed", Value: withHow(partOf(st.Failed, st.Deployments), how), Note: fmt.Sprintf("%d more suspected; %s: %s", st.Suspected, c.compareWord(), partOf(was.Failed, was.Deployments).Text)},
		{Key: "frozen", Label: "inside a freeze", Value: withHow(count(st.InFreeze), how)},
		{Key: "lead", Label: "median lead time", Value: withHow(durationOf(st.LeadTime), how), Note: fmt.Sprintf("n = %d", st.LeadKnown)},
		{Key: "mended", Label: "median to recover from a failed one", Value: withHow(durationOf(st.Recovery), how), Note: fmt.Sprintf("n = %d", st.RecoveryKnown)},
	}
	if st.WithRollbackPlan != nil {
		s.Figures = append(s.Figures, Figure{Key: "planned", Label: "with a rollback plan", Value: withHow(share(*st.WithRollbackPlan), how)})
	}
	if t := c.linkedTable(own); len(t.Rows) > 0 {
		s.Tables = []Table{t}
	}
	if t, chart := c.daysTable(); chart != "" {
		s.Tables, s.Charts = append(s.Tables, t), append(s.Charts, chart)
	}
	return s
}

// linkedTable lists the changes that incidents are linked to, and why.
func (c *compiler) linkedTable(own []change.Linked) Table {
	t := Table{Key: "linked", Title: "Changes linked to incidents", Columns: []Column{
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
			link := Value{Text: "stated", Tone: Bad}
			if l.Suspected {
				link = Value{Text: "suspected", Tone: Warn}
			}
			t.Rows = append(t.Rows, Row{Key: "change-" + x.Source + "-" + x.ID + "-" + l.Incident, Cells: []Value{
				words(cmp.Or(title(x.Title), title(x.ID))), {Text: c.serviceTitle(x.Service), Link: serviceLink(x.Service)}, c.when(x.At),
				{Text: cmp.Or(names[l.Incident], title(l.Incident)), Link: incidentLink(l.Incident)}, link,
			}})
		}
	}
	return t
}
