package compile

import (
	"cmp"
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/incident"
)

const mostRules = 10

func compareEpisodes(a, b alert.Episode) int {
	return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Fingerprint, b.Fingerprint))
}

// onCall tells whose night it is: the on-call's of each service, else that of the
// portal, else the report's.
func (c *compiler) onCall() alert.OnCall {
	on := c.in.OnCall
	if on.ShiftLength == 0 {
		on = alert.DefaultOnCall().In(on.Zones)
	}
	z := alert.Zones{"": c.p.Zone}
	if on.Zones[""] != nil {
		z[""] = on.Zones[""]
	}
	for _, s := range c.services {
		if zone, err := time.LoadLocation(s.OnCallZone); err == nil && s.OnCallZone != "" {
			z[s.Name] = zone
		}
	}
	return on.In(z)
}

// episodes are those that began in [from, to).
func (c *compiler) episodes(from, to time.Time) (all []alert.Episode) {
	for _, e := range c.in.Episodes {
		if !e.StartsAt.Before(from) && e.StartsAt.Before(to) {
			all = append(all, e)
		}
	}
	return all
}

// forAlerts says what alerts need to know of incidents.
func forAlerts(all []reports.Incident) (out []alert.Incident) {
	for _, i := range all {
		told := i.Times[incident.Detected].At
		if told.IsZero() {
			told = i.Times[incident.Acknowledged].At
		}
		out = append(out, alert.Incident{ID: i.ID, From: i.ImpactStart(), To: i.ImpactEnd(), Told: told, Services: i.Services, Alerts: i.Alerts})
	}
	return out
}

// partOf is a share with its counts in words; a dash when there is nothing to
// take a share of.
func partOf(part, whole int) reports.Value {
	if whole == 0 {
		return dash(reports.Ratio)
	}
	x := float64(part) / float64(whole)
	return reports.Value{Text: fmt.Sprintf("%s (%d of %d)", percentText(x, 0), part, whole), Number: reports.Number(x), Unit: reports.Ratio}
}

func shareOf(s alert.Share) reports.Value { return partOf(s.Part, s.Of) }

func (c *compiler) alerts() reports.Section {
	s := reports.Section{Title: "Alerts", Note: "An episode is one firing of one alert. Precision: pages that belong to an incident. Recall: incidents that a page told of before people knew. Alerts that fire and resolve between two notifications are never sent: all counts are lower bounds."}
	if c.in.Truncated > 0 {
		s.Note += fmt.Sprintf(" Senders left %s out of their messages.", humanize.Plural(c.in.Truncated, "alert"))
	}
	on := c.onCall()
	own := c.episodes(c.p.From, c.asOf)
	if len(own) == 0 {
		s.Empty = "No alert fired in this period, or no source of alerts is connected."
		return c.withTrend(s, c.alertTrend)
	}
	prev := c.spans[c.before()]
	q := alert.Judge(own, forAlerts(c.facts.own), on)
	was := alert.Judge(c.episodes(prev.From, prev.To), forAlerts(c.facts.before), on)
	how := c.derive(reports.Derivation{
		Key: "paging", Title: "Paging", Formula: "precision = pages with an incident / pages; recall = incidents a page told of first / incidents; actionable = pages acknowledged or with an incident / pages; self-healed = pages over at once without acknowledgement / pages; night = " + on.NightText() + " where the people on call live; shifts of " + on.ShiftText(),
		Terms: []reports.Term{
			term("episodes", count(q.Episodes)), term("pages", count(q.Paging)), term("with an incident", count(q.Precision.Part)), term("acknowledged or with an incident", count(q.Actionable.Part)),
			term("self-healed", count(q.SelfHealed.Part)), term("incidents", count(q.Incidents)), term("a page told first", count(q.Recall.Part)), term("notifications", count(q.Notifications)), term("left out by senders", count(c.in.Truncated)),
		},
		Source: "alerts, incidents", Link: "/alerts",
	})
	note := func(n int) string { return fmt.Sprintf("%s: %d", c.compareWord(), n) }
	before := func(s alert.Share) string { return c.compareWord() + ": " + shareOf(s).Text }
	s.Figures = []reports.Figure{
		{Key: "episodes", Label: "episodes", Value: withHow(count(q.Episodes), how), Note: note(was.Episodes)},
		{Key: "pages", Label: "pages", Value: withHow(count(q.Paging), how), Note: note(was.Paging)},
		{Key: "night", Label: "pages at night", Value: withHow(count(q.Night), how), Note: note(was.Night)},
		{Key: "precision", Label: "precision", Value: withHow(shareOf(q.Precision), how), Note: before(was.Precision)},
		{Key: "recall", Label: "recall", Value: withHow(shareOf(q.Recall), how), Note: before(was.Recall)},
		{Key: "actionable", Label: "actionable", Value: withHow(shareOf(q.Actionable), how), Note: before(was.Actionable)},
		{Key: "healed", Label: "self-healed", Value: withHow(shareOf(q.SelfHealed), how), Note: before(was.SelfHealed)},
		{Key: "flapping", Label: "flapping", Value: withHow(partOf(q.Flapping, q.Episodes), how)},
		c.shiftFigure(own, how),
	}
	rules := alert.Rules(own, on, c.asOf)
	s.Tables = []reports.Table{c.ruleTable(rules)}
	s.Charts = []string{c.ruleChart(rules)}
	if chart, ok := c.clockChart(own); ok {
		s.Charts = append(s.Charts, chart)
	}
	return c.withTrend(s, c.alertTrend)
}

// shiftFigure is how many shifts had more incidents than one can handle with care.
func (c *compiler) shiftFigure(own []alert.Episode, how string) reports.Figure {
	over, of := c.shiftsOver(own, c.p)
	v := withHow(partOf(over, of), how)
	if over > 0 {
		v.Tone = reports.Warn
	}
	prev := c.spans[c.before()]
	was, wasOf := c.shiftsOver(c.episodes(prev.From, prev.To), prev)
	return reports.Figure{Key: "shifts", Label: fmt.Sprintf("shifts with more than %d incidents", alert.MaxPerShift), Value: v, Note: c.compareWord() + ": " + partOf(was, wasOf).Text}
}

func (c *compiler) ruleTable(rules []alert.Rule) reports.Table {
	t := reports.Table{Key: "noisy", Title: "Rules that fired most", Note: "Time firing adds up the episodes, also those that fired at the same time.", Columns: []reports.Column{
		{Key: "rule", Title: "Rule"}, {Key: "services", Title: "Services"}, {Key: "team", Title: "Team"}, {Key: "episodes", Title: "Episodes", Numeric: true},
		{Key: "pages", Title: "Pages", Numeric: true}, {Key: "real", Title: "With an incident", Numeric: true}, {Key: "night", Title: "At night", Numeric: true}, {Key: "firing", Title: "Time firing", Numeric: true},
	}}
	for _, r := range rules[:min(len(rules), mostRules)] {
		var names []string
		for _, s := range r.Services {
			names = append(names, c.serviceTitle(s))
		}
		t.Rows = append(t.Rows, reports.Row{Key: ruleKey(r), Cells: []reports.Value{
			ruleValue(r), words(listed(names, 3)), words(c.teamsOf(incident.Incident{Services: r.Services})),
			count(r.Episodes), count(r.Paging), count(r.Real), count(r.Night), duration(r.Firing),
		}})
	}
	t.Left = len(rules) - len(t.Rows)
	return t
}

// ruleKey tells rules apart: a page's title may be the name of an alert.
func ruleKey(r alert.Rule) string {
	if r.Page {
		return "page-" + r.Name
	}
	return "alert-" + r.Name
}

// ruleValue names a rule; pages of which no alert is known have a title, and no
// runbook of that name.
func ruleValue(r alert.Rule) reports.Value {
	switch {
	case r.Name == "":
		return reports.Value{Text: "without a name", Tone: reports.Gap}
	case r.Page:
		return words("page: " + title(r.Name))
	}
	return reports.Value{Text: title(r.Name), Link: ruleLink(r.Name)}
}

func (c *compiler) ruleChart(rules []alert.Rule) string {
	var points []reports.Point
	for _, r := range rules[:min(len(rules), mostRules)] {
		points = append(points, reports.Point{Label: ruleValue(r).Text, Value: reports.Number(float64(r.Episodes))})
	}
	c.charts = append(c.charts, reports.Chart{Name: "alerts", Title: "Episodes by rule", Kind: reports.Bars, Unit: reports.Count, Series: []reports.Series{{Name: "episodes", Points: points}}, Twin: "noisy"})
	return "alerts"
}
