package reports

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/reports/change"
)

// suspectWithin is how long before an incident's impact a change of one of its
// services is suspected of having caused it.
const suspectWithin = 24 * time.Hour

func compareChanges(a, b change.Change) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
}

// deployment tells whether a change brings something to production.
func deployment(x change.Change) bool {
	production := x.Environment == "" || x.Environment == "production" || x.Environment == "prod"
	return production && (x.Kind == "deployed" || x.Kind == "upgraded" || x.Kind == "rolledback" || x.Kind == "config")
}

// stability is what changes of a period did.
type stability struct {
	deployments, failed, suspected, frozen, planned int
	lead                                            []float64 // seconds from commit to production
	blamed                                          []blamed
}

// blamed is a change and the incident it is linked to, or suspected of.
type blamed struct {
	change.Change
	incident  Incident
	suspected bool
}

// blame finds the incident of a change: stated by either side, or suspected as
// the last successful change of one of its services within a day before it.
func (c *compiler) blame(x change.Change, incidents []Incident, last map[string]string) (b blamed, ok bool) {
	for _, i := range incidents {
		stated := slices.Contains(i.Changes, x.ID) || slices.Contains(x.Incidents, i.ID) ||
			slices.ContainsFunc(i.Refs, func(r string) bool { return slices.Contains(x.Incidents, r) })
		if stated {
			return blamed{x, i, false}, true
		}
	}
	for _, i := range incidents {
		if last[i.ID] == x.Source+"\x00"+x.ID {
			return blamed{x, i, true}, true
		}
	}
	return b, false
}

// suspects gives, for every incident without a stated change, the last deployment
// of one of its services before its impact.
func (c *compiler) suspects(incidents []Incident) map[string]string {
	last := map[string]string{}
	for _, i := range incidents {
		at := milestone(i, "started")
		if at.IsZero() || len(i.Changes) > 0 {
			continue
		}
		for _, x := range c.in.Changes { // in order of time
			if deployment(x) && x.Outcome != "failed" && slices.Contains(i.Services, x.Service) && x.At.Before(at) && at.Sub(x.At) <= suspectWithin {
				last[i.ID] = x.Source + "\x00" + x.ID
			}
		}
	}
	return last
}

func (c *compiler) stability(from, to time.Time, incidents []Incident) (s stability) {
	last := c.suspects(incidents)
	for _, x := range c.in.Changes {
		if x.At.Before(from) || !x.At.Before(to) || !deployment(x) {
			continue
		}
		s.deployments++
		if x.Freeze {
			s.frozen++
		}
		if x.Rollback {
			s.planned++
		}
		if !x.Committed.IsZero() && x.Committed.Before(x.At) {
			s.lead = append(s.lead, x.At.Sub(x.Committed).Seconds())
		}
		b, linked := c.blame(x, incidents, last)
		switch {
		case x.Outcome == "rolledback" || linked && !b.suspected:
			s.failed++
		case linked:
			s.suspected++
		}
		if linked {
			s.blamed = append(s.blamed, b)
		}
	}
	return s
}

func (c *compiler) changeSection() Section {
	s := Section{Title: "Changes", Note: "Failure rate: deployments with a stated incident or a rollback, of all deployments to production. Suspected is the last deployment of a hit service within a day before; it is not counted as failed."}
	st := c.stability(c.p.From, c.asOf, slices.Concat(c.facts.carried, c.facts.own))
	if st.deployments == 0 {
		s.Empty = "No deployment to production is known in this period."
		return s
	}
	prev := c.spans[c.before()]
	was := c.stability(prev.From, prev.To, c.facts.before)
	how := c.derive(Derivation{
		Key: "failure-rate", Title: "Change failure rate", Formula: "(deployments rolled back or stated as an incident's cause) / deployments to production",
		Terms:  []Term{{"failed", count(st.failed)}, {"suspected only", count(st.suspected)}, {"deployments", count(st.deployments)}, {"in a freeze", count(st.frozen)}, {"with a rollback plan", count(st.planned)}},
		Source: "changes, incidents",
	})
	s.Figures = []Figure{
		{Key: "deployments", Label: "deployments", Value: withHow(count(st.deployments), how), Note: fmt.Sprintf("%s: %d", c.compareWord(), was.deployments)},
		{Key: "failure-rate", Label: "failed", Value: withHow(partOf(st.failed, st.deployments), how), Note: fmt.Sprintf("%d suspected; before: %s", st.suspected, partOf(was.failed, was.deployments).Text)},
		{Key: "frozen", Label: "inside a freeze", Value: withHow(count(st.frozen), how)},
		{Key: "planned", Label: "with a rollback plan", Value: withHow(partOf(st.planned, st.deployments), how)},
	}
	if median, ok := quantile(st.lead, 0.5); ok {
		s.Figures = append(s.Figures, Figure{Key: "lead", Label: "median lead time", Value: withHow(duration(seconds2(median)), how), Note: fmt.Sprintf("n = %d", len(st.lead))})
	}
	t := Table{Key: "blamed", Title: "Changes linked to incidents", Columns: []Column{{Key: "change", Title: "Change"}, {Key: "service", Title: "Service"}, {Key: "at", Title: "When"}, {Key: "incident", Title: "Incident"}, {Key: "link", Title: "Link"}}}
	for _, b := range st.blamed[:min(len(st.blamed), mostSpends)] {
		link := Value{Text: "stated", Tone: Bad}
		if b.suspected {
			link = Value{Text: "suspected", Tone: Warn}
		}
		t.Rows = append(t.Rows, Row{Key: "change-" + b.Source + "-" + b.Change.ID, Cells: []Value{
			words(cmp.Or(title(b.Change.Title), title(b.Change.ID))), {Text: c.serviceTitle(b.Service), Link: serviceLink(b.Service)}, c.when(b.At),
			{Text: incidentTitle(b.incident), Link: incidentLink(b.incident.ID)}, link,
		}})
	}
	if t.Left = len(st.blamed) - len(t.Rows); len(t.Rows) > 0 {
		s.Tables = []Table{t}
	}
	return s
}
