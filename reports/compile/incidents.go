package compile

import (
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/tally"
)

// incidentFacts are the incidents as this report counts them. An incident belongs
// to the period in which its impact began.
type incidentFacts struct {
	own, before []reports.Incident // began in this period; in the one before
	carried     []reports.Incident // began earlier and lasted into this period
	maintenance []reports.Incident // of this period; counted nowhere else
	doubtful    []reports.Incident // kept out of every number
}

// openAt tells whether an incident's impact lasts at an instant.
func openAt(i reports.Incident, t time.Time) bool {
	end := i.ImpactEnd()
	return i.Open && end.IsZero() || end.After(t)
}

// endlessAfter is how long an incident may be open without anybody saying when it
// ended, as long as a period may be revised. A forgotten one would otherwise stand
// in the verdict of every report to come.
const endlessAfter = reports.CloseAfter

func (c *compiler) endless(i reports.Incident) bool {
	return i.Open && i.ImpactEnd().IsZero() && c.asOf.Sub(i.ImpactStart()) > endlessAfter
}

func (c *compiler) sortIncidents() (f incidentFacts) {
	prev := c.spans[c.before()]
	for _, i := range c.in.Incidents {
		at := i.ImpactStart()
		switch {
		case len(i.Doubts) > 0:
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
			i.Doubts = []string{"open for " + durationText(c.asOf.Sub(at)) + ", and nobody said when it ended"}
			f.doubtful = append(f.doubtful, i)
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

// open are the incidents whose impact lasted at the end of the period.
func (c *compiler) open() (all []reports.Incident) {
	for _, i := range slices.Concat(c.facts.carried, c.facts.own) {
		if openAt(i, c.asOf) {
			all = append(all, i)
		}
	}
	return all
}

// recoveries describe the known times from impact to recovery.
func recoveries(all []reports.Incident) incident.Stats {
	var known []time.Duration
	for _, i := range all {
		if d := i.Durations.Recover; d != nil {
			known = append(known, *d)
		}
	}
	return incident.Summarize(known)
}

func incidentTitle(i reports.Incident) string {
	if t := title(i.Title); t != "" {
		return t
	}
	return title(i.ID)
}

func (c *compiler) incidentSection() reports.Section {
	s := reports.Section{Title: "Incidents", Note: "An incident belongs to the period in which its impact began. " + c.countedFrom() + " A missing milestone is unknown and enters no number."}
	f := c.facts
	if len(f.own)+len(f.carried)+len(f.maintenance) == 0 {
		s.Empty = "No incident began in this period, and none lasted into it."
		return s
	}
	s.Figures = c.incidentFigures()
	for _, t := range []reports.Table{
		c.incidentTable("incidents", "Incidents that began in the period", f.own),
		c.incidentTable("carried", "Carried over from before", f.carried),
		c.incidentTable("maintenance", "Planned maintenance, counted nowhere else", f.maintenance),
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

// countedFrom says where durations begin.
func (c *compiler) countedFrom() string {
	if c.in.Targets.FromDetected {
		return "Durations but the first count from detection, the first from the start of impact."
	}
	return "Durations count from there."
}

// incidentFigures are the distribution of recovery times: median with n, tail
// and largest; never a mean.
func (c *compiler) incidentFigures() []reports.Figure {
	own := c.facts.own
	known := recoveries(own)
	n := fmt.Sprintf("n = %d, %d unknown", known.N, len(own)-known.N)
	how := c.derive(reports.Derivation{
		Key: "recover", Title: "Time to recover", Formula: "percentiles of (mitigated, else recovered) - " + string(c.in.Targets.Origins()[2]) + ", by linear interpolation",
		Terms:  []reports.Term{term("incidents", count(len(own))), term("known", count(known.N)), term("unknown", count(len(own)-known.N))},
		Source: "incidents", Link: "/incidents",
	})
	figures := []reports.Figure{{Key: "incidents", Label: "incidents", Value: withHow(count(len(own)), "incidents-n"), Note: c.countTrend(len(own), len(c.facts.before))}}
	c.derive(reports.Derivation{Key: "incidents-n", Title: "Incidents", Formula: "number of incidents whose impact began in the period, without maintenance and quarantined ones",
		Terms:  []reports.Term{term("maintenance", count(len(c.facts.maintenance))), term("quarantined", count(len(c.facts.doubtful))), term("carried over", count(len(c.facts.carried)))},
		Source: "incidents", Link: "/incidents"})
	figures = append(figures, reports.Figure{Key: "recover-median", Label: "median to recover", Value: withHow(durationOf(known.Median), how), Note: n})
	if known.P90 != nil {
		figures = append(figures, reports.Figure{Key: "recover-p90", Label: "90th percentile to recover", Value: withHow(duration(*known.P90), how), Note: n})
	}
	if known.Max != nil {
		figures = append(figures, reports.Figure{Key: "recover-max", Label: "longest to recover", Value: withHow(duration(*known.Max), how), Note: n})
	}
	return append(figures, c.downtime())
}

// downtime is how long at least one incident lasted: the union of their
// intervals, because two at once do not make twice the time.
func (c *compiler) downtime() reports.Figure {
	var spans []incident.Interval
	var sum time.Duration
	for _, i := range slices.Concat(c.facts.carried, c.facts.own) {
		from, to := i.ImpactStart(), i.ImpactEnd()
		if from.Before(c.p.From) {
			from = c.p.From
		}
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
		Key: "impacted", Title: "Time with an incident", Formula: "length of the union of the incidents' intervals within the period",
		Terms:  []reports.Term{term("union", duration(total)), term("sum of the single ones", duration(sum)), term("period", duration(c.asOf.Sub(c.p.From)))},
		Source: "incidents", Link: "/incidents",
	})
	return reports.Figure{Key: "impacted", Label: "time with an incident", Value: withHow(duration(total), how), Note: "overlaps counted once"}
}

// countTrend compares two counts in words: few of them are no trend.
func (c *compiler) countTrend(now, before int) string {
	s := fmt.Sprintf("%s: %d", c.compareWord(), before)
	if now+before > 0 && (now < leastForTrend || before < leastForTrend) {
		s += ", too few for a trend"
	}
	return s
}
