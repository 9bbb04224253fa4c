package compile

import (
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/tally"
)

// incidentFacts are the incidents as this report counts them. An incident belongs to
// the period in which its impact began. Except for doubtful, every list is in order of
// the start of impact. Incidents that began before the period before and have ended are
// in none: trends find them with began.
type incidentFacts struct {
	own, before []reports.Incident // began in this period; in the one before
	carried     []reports.Incident // began earlier and lasted into this period
	maintenance []reports.Incident // of this period; counted nowhere else
	doubtful    []reports.Incident // kept out of every number
}

// openAt reports whether an incident's impact lasts at an instant. An incident that is
// open without a known end lasts at every instant.
func openAt(i reports.Incident, t time.Time) bool {
	end := i.ImpactEnd()
	return i.Open && end.IsZero() || end.After(t)
}

// endlessAfter is how long an incident may be open without a known end: as long as a
// period may be revised. A forgotten one would otherwise be in the verdict of every later
// report.
const endlessAfter = reports.CloseAfter

// endless reports whether an incident has been open for too long without a known end.
// Such an incident is shown as doubtful, with the reason, until a person gives it an
// end.
func (c *compiler) endless(i reports.Incident) bool {
	return i.Open && i.ImpactEnd().IsZero() && c.asOf.Sub(i.ImpactStart()) > endlessAfter
}

// sortIncidents divides the incidents by how this report counts them. Each is in at
// most one of own, carried, maintenance and doubtful; before may share with carried.
// The order of the cases matters: contradictions exclude an incident from everything
// else, then come those of which it is not known when they began and those after the
// end of the data, then maintenance.
func (c *compiler) sortIncidents() (f incidentFacts) {
	prev := c.spans[c.before()]
	for _, i := range c.in.Incidents {
		at := i.ImpactStart()
		switch {
		case len(i.Uncertainties) > 0:
			if at.IsZero() || c.p.Contains(at) {
				f.doubtful = append(f.doubtful, i)
			}
		case at.IsZero() || !at.Before(c.asOf):
		case i.Maintenance:
			if c.p.Contains(at) {
				f.maintenance = append(f.maintenance, i)
			}
		case c.p.Contains(at):
			f.own = append(f.own, i)
		case c.endless(i):
			i.Uncertainties = []string{c.Text("report_body.endless", "Duration", humanize.Duration(c.asOf.Sub(at)))}
			f.doubtful = append(f.doubtful, i)
		// It is counted in the period in which it began, and is shown in this one.
		case at.Before(c.p.From) && openAt(i, c.p.From):
			f.carried = append(f.carried, i)
			if prev.Contains(at) {
				f.before = append(f.before, i)
			}
		case prev.Contains(at):
			f.before = append(f.before, i)
		}
	}
	return f
}

// open returns the incidents whose impact lasted at the end of the period. The end of
// the period is c.asOf while it is in progress. They are in the order in which they
// began.
func (c *compiler) open() (all []reports.Incident) {
	for _, i := range slices.Concat(c.facts.carried, c.facts.own) {
		if openAt(i, c.asOf) {
			all = append(all, i)
		}
	}
	return all
}

// recoveries returns the distribution of the known times from impact to recovery. N of
// the result is how many are known; incidents still open have none.
func recoveries(all []reports.Incident) incident.Stats {
	var known []time.Duration
	for _, i := range all {
		if d := i.Durations.Recover; d != nil {
			known = append(known, *d)
		}
	}
	return incident.Summarize(known)
}

// incidentTitle returns the title of an incident, otherwise its id.
func incidentTitle(i reports.Incident) string {
	if t := title(i.Title); t != "" {
		return t
	}
	return title(i.ID)
}

// incidents is the section about the incidents of the period. The note states whether
// steps are counted from the start of impact or from detection, since the numbers are
// not comparable. The chart of recoveries is only of incidents of the period itself.
func (c *compiler) incidents() reports.Section {
	s := reports.Section{Title: c.Text("report_body.incidents_title"), Note: c.Text("report_body.incidents_note")}
	if c.in.Targets.FromDetected {
		s.Note = c.Text("report_body.incidents_note_detected")
	}
	f := c.facts
	if len(f.own)+len(f.carried)+len(f.maintenance) == 0 {
		s.Empty = c.Text("report_body.incidents_empty")
		return s
	}
	s.Figures = c.incidentFigures()
	for _, t := range []reports.Table{
		c.incidentTable("incidents", c.Text("report_body.incidents_own"), f.own),
		c.incidentTable("carried", c.Text("report_body.incidents_carried"), f.carried),
		c.incidentTable("maintenance", c.Text("report_body.incidents_maintenance"), f.maintenance),
	} {
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	if len(f.own) > 0 {
		s.Charts = append(s.Charts, c.dots())
	}
	return s
}

// incidentFigures are the distribution of recovery times: median with n, tail and
// largest; never a mean. A mean of recovery times is dominated by the single longest.
// The tail is left out below the number of incidents from which Summarize gives it.
func (c *compiler) incidentFigures() []reports.Figure {
	own := c.facts.own
	known := recoveries(own)
	n := c.Text("report_body.n_unknown", "N", known.N, "Unknown", len(own)-known.N)
	how := c.derive(reports.Derivation{
		Key: "recover", Title: c.Text("report_body.recover_title"),
		Formula: c.Text("report_body.recover_formula", "Origin", string(c.in.Targets.Origins()[2])),
		Terms: []reports.Term{
			term(c.Text("report_body.incidents"), count(len(own))), term(c.Text("report_body.known"), count(known.N)),
			term(c.Text("report_body.state_unknown"), count(len(own)-known.N)),
		},
		Source: c.Text("report_body.incidents"), Link: "/incidents",
	})
	// What is in none of these numbers is in this derivation.
	counted := c.derive(reports.Derivation{
		Key: "incidents-n", Title: c.Text("report_body.incidents_title"), Formula: c.Text("report_body.incidents_formula"),
		Terms: []reports.Term{
			term(c.Text("report_body.maintenance"), count(len(c.facts.maintenance))),
			term(c.Text("report_body.quarantined"), count(len(c.facts.doubtful))),
			term(c.Text("report_body.carried_over"), count(len(c.facts.carried))),
		},
		Source: c.Text("report_body.incidents"), Link: "/incidents",
	})
	figures := []reports.Figure{
		{Key: "incidents", Label: c.Text("report_body.incidents"), Value: withHow(count(len(own)), counted),
			Note: c.countTrend(len(own), len(c.facts.before))},
		{Key: "recover-median", Label: c.Text("report_body.recover_median"), Value: withHow(c.durationOf(known.Median), how), Note: n},
	}
	if known.P90 != nil {
		figures = append(figures, reports.Figure{Key: "recover-p90", Label: c.Text("report_body.recover_p90"),
			Value: withHow(duration(*known.P90), how), Note: n})
	}
	if known.Max != nil {
		figures = append(figures, reports.Figure{Key: "recover-max", Label: c.Text("report_body.recover_max"),
			Value: withHow(duration(*known.Max), how), Note: n})
	}
	return append(figures, c.downtime())
}

// downtime is how long at least one incident lasted: the union of their intervals,
// because two at once do not make twice the time. Incidents whose end is not known are
// left out. Those in progress last until the end of the data. The sum of all is a term
// of the derivation, so that the two can be compared.
func (c *compiler) downtime() reports.Figure {
	var spans []incident.Interval
	var sum time.Duration
	for _, i := range slices.Concat(c.facts.carried, c.facts.own) {
		from, to := tally.Later(i.ImpactStart(), c.p.From), i.ImpactEnd()
		if to.IsZero() && !i.Open {
			continue // its end is not known
		}
		if to.IsZero() || to.After(c.asOf) {
			to = c.asOf
		}
		if to.After(from) {
			spans = append(spans, incident.Interval{From: from, To: to})
			sum = tally.Added(sum, to.Sub(from))
		}
	}
	total := incident.Union(spans, incident.Interval{From: c.p.From, To: c.asOf})
	how := c.derive(reports.Derivation{
		Key: "impacted", Title: c.Text("report_body.impacted_title"), Formula: c.Text("report_body.impacted_formula"),
		Terms: []reports.Term{
			term(c.Text("report_body.union"), duration(total)), term(c.Text("report_body.sum_of_each"), duration(sum)),
			term(c.Text("report_body.period"), duration(c.asOf.Sub(c.p.From))),
		},
		Source: c.Text("report_body.incidents"), Link: "/incidents",
	})
	return reports.Figure{Key: "impacted", Label: c.Text("report_body.impacted_label"), Value: withHow(duration(total), how),
		Note: c.Text("report_body.impacted_note")}
}

// countTrend writes a count of the period before; few of them are no trend. Between two
// small numbers the difference may be chance, and the text states that they are few.
func (c *compiler) countTrend(now, before int) string {
	if now+before > 0 && (now < leastForTrend || before < leastForTrend) {
		return c.was(c.Text("report_body.too_few", "Number", before))
	}
	return c.was(count(before).Text)
}
