package compile

import (
	"cmp"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/incident"
)

// mostRules bounds the rules of the table and the chart.
const mostRules = 10

// compareEpisodes orders episodes by start, source and fingerprint: one order whatever the
// order of the inputs.
func compareEpisodes(a, b alert.Episode) int {
	return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Fingerprint, b.Fingerprint))
}

// onCall returns the night and the shifts of the people on call, in the zone of each
// service, otherwise of the portal, otherwise of the report. The inputs have the
// settings of the portal; their zero value means the default hours. Zones are copied,
// because the inputs must not change. A service whose zone this system does not know is
// counted in the zone of the portal.
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

// episodes returns the episodes that began in [from, to). An episode belongs to the
// span in which it began, whenever it ended, so each is counted in one period only.
func (c *compiler) episodes(from, to time.Time) (all []alert.Episode) {
	for _, e := range c.in.Episodes {
		if !e.StartsAt.Before(from) && e.StartsAt.Before(to) {
			all = append(all, e)
		}
	}
	return all
}

// forAlerts returns the incidents as the quality of alerts is computed from them. Told
// is when people knew of the incident: recall asks whether a page came before it.
func forAlerts(all []reports.Incident) (out []alert.Incident) {
	for _, i := range all {
		told := i.Times[incident.Detected].At
		// Sources without detection have the acknowledgement only, which is a later
		// bound.
		if told.IsZero() {
			told = i.Times[incident.Acknowledged].At
		}
		out = append(out, alert.Incident{ID: i.ID, From: i.ImpactStart(), To: i.ImpactEnd(), Told: told, Services: i.Services, Alerts: i.Alerts})
	}
	return out
}

// shareOf returns a share of alerts with its counts.
func (c *compiler) shareOf(s alert.Share) reports.Value { return c.fraction(s.Part, s.Of) }

// alerts is the section about the quality of paging. Without an episode in the period
// it has the trend only. Truncated alerts are those that senders left out of messages
// that were too long: the counts are then a lower bound.
func (c *compiler) alerts() reports.Section {
	s := reports.Section{Title: c.Text("report_body.alerts_title"), Note: c.Text("report_body.alerts_note")}
	if c.in.Truncated > 0 {
		s.Note += " " + c.Count("report_body.alerts_truncated", c.in.Truncated)
	}
	own := c.episodes(c.p.From, c.asOf)
	if len(own) == 0 {
		s.Empty = c.Text("report_body.alerts_empty")
		return c.withTrend(s, c.alertTrend)
	}
	on := c.onCall()
	s.Figures = c.alertFigures(own, on)
	rules := alert.Rules(own, on, c.asOf)
	s.Tables = []reports.Table{c.ruleTable(rules)}
	s.Charts = []string{c.ruleChart(rules)}
	if chart, ok := c.clockChart(own); ok {
		s.Charts = append(s.Charts, chart)
	}
	return c.withTrend(s, c.alertTrend)
}

// alertFigures are the counts of the period beside those of the period before. Both
// periods are judged by the same settings of nights and shifts, so that a change of
// these does not look like a change of paging.
func (c *compiler) alertFigures(own []alert.Episode, on alert.OnCall) []reports.Figure {
	prev := c.spans[c.before()]
	q := alert.Judge(own, forAlerts(c.facts.own), on)
	was := alert.Judge(c.episodes(prev.From, prev.To), forAlerts(c.facts.before), on)
	how := c.derive(reports.Derivation{
		Key: "paging", Title: c.Text("report_body.paging"), Formula: c.Text("report_body.paging_formula", "Night", on.NightText(), "Shifts",
			on.ShiftText()),
		Terms: []reports.Term{
			term(c.Text("report_body.episodes"), count(q.Episodes)), term(c.Text("report_body.pages"), count(q.Paging)),
			term(c.Text("report_body.with_incident"), count(q.Precision.Part)), term(c.Text("report_body.acknowledged"), count(q.Actionable.Part)),
			term(c.Text("report_body.self_healed"), count(q.SelfHealed.Part)), term(c.Text("report_body.incidents"), count(q.Incidents)),
			term(c.Text("report_body.paged_first"), count(q.Recall.Part)), term(c.Text("report_body.notifications"), count(q.Notifications)),
			term(c.Text("report_body.truncated"), count(c.in.Truncated)),
		},
		Source: c.Text("report_body.source_alerts_incidents"), Link: "/alerts",
	})
	figure := func(key, label string, now, was reports.Value) reports.Figure {
		return reports.Figure{Key: key, Label: label, Value: withHow(now, how), Note: c.was(was.Text)}
	}
	return []reports.Figure{
		figure("episodes", c.Text("report_body.episodes"), count(q.Episodes), count(was.Episodes)),
		figure("pages", c.Text("report_body.pages"), count(q.Paging), count(was.Paging)),
		figure("night", c.Text("report_body.pages_at_night"), count(q.Night), count(was.Night)),
		figure("precision", c.Text("report_body.precision"), c.shareOf(q.Precision), c.shareOf(was.Precision)),
		figure("recall", c.Text("report_body.recall"), c.shareOf(q.Recall), c.shareOf(was.Recall)),
		figure("actionable", c.Text("report_body.actionable"), c.shareOf(q.Actionable), c.shareOf(was.Actionable)),
		figure("healed", c.Text("report_body.self_healed"), c.shareOf(q.SelfHealed), c.shareOf(was.SelfHealed)),
		{Key: "flapping", Label: c.Text("report_body.flapping"), Value: withHow(c.fraction(q.Flapping, q.Episodes), how)},
		c.shiftFigure(own, how),
	}
}

// shiftFigure counts the shifts that had more incidents than one person can handle with
// care. The limit is alert.MaxPerShift, which is from Site Reliability Engineering,
// chapter 11. how is the key of the derivation of all figures of paging.
func (c *compiler) shiftFigure(own []alert.Episode, how string) reports.Figure {
	over, of := c.shiftsOver(own, c.p)
	v := withHow(c.fraction(over, of), how)
	if over > 0 {
		v.Tone = reports.Warn
	}
	prev := c.spans[c.before()]
	was, wasOf := c.shiftsOver(c.episodes(prev.From, prev.To), prev)
	return reports.Figure{
		Key: "shifts", Label: c.Count("report_body.shifts_over", alert.MaxPerShift), Value: v, Note: c.was(c.fraction(was, wasOf).Text),
	}
}

// ruleTable lists the rules that fired most. rules are from alert.Rules, in its order.
func (c *compiler) ruleTable(rules []alert.Rule) reports.Table {
	t := reports.Table{Key: "noisy", Title: c.Text("report_body.rules_title"), Note: c.Text("report_body.rules_note"),
		Columns: []reports.Column{
			c.words("rule", "report_body.col_rule"), c.words("services", "report_body.col_services"), c.words("team", "report_body.col_team"),
			c.numbers("episodes", "report_body.col_episodes"), c.numbers("pages", "report_body.col_pages"),
			c.numbers("real", "report_body.col_with_incident"),
			c.numbers("night", "report_body.col_at_night"), c.numbers("firing", "report_body.col_time_firing"),
		}}
	for _, r := range rules[:min(len(rules), mostRules)] {
		var titles []string
		for _, s := range r.Services {
			titles = append(titles, c.serviceTitle(s))
		}
		t.Rows = append(t.Rows, reports.Row{Key: ruleKey(r), Cells: []reports.Value{
			c.ruleValue(r), c.names(titles, 3), name(c.teamsOf(incident.Incident{Services: r.Services})),
			count(r.Episodes), count(r.Paging), count(r.Real), count(r.Night), duration(r.Firing),
		}})
	}
	t.Left = len(rules) - len(t.Rows)
	return t
}

// ruleKey distinguishes rules: a page's title may be the name of an alert. Without the
// prefix both could have one key, and keys of rows are unique.
func ruleKey(r alert.Rule) string {
	if r.Page {
		return "page-" + r.Name
	}
	return "alert-" + r.Name
}

// ruleValue names a rule. Pages of which no alert is known have a title, and no runbook of
// that name.
func (c *compiler) ruleValue(r alert.Rule) reports.Value {
	switch {
	case r.Name == "":
		return c.state("report_body.state_no_name", reports.Gap)
	case r.Page:
		v := name(title(r.Name))
		v.Text = c.Text("report_body.rule_of_page", "Title", v.Text)
		return v
	}
	return linked(title(r.Name), ruleLink(r.Name))
}

// ruleChart draws the episodes of each rule. The values are those of ruleTable.
func (c *compiler) ruleChart(rules []alert.Rule) string {
	var points []reports.Point
	for _, r := range rules[:min(len(rules), mostRules)] {
		points = append(points, reports.Point{Label: c.ruleValue(r).Text, Value: reports.Number(float64(r.Episodes))})
	}
	return c.chart(reports.Chart{
		Name: "alerts", Title: c.Text("report_body.rules_chart"), Kind: reports.Bars, Unit: reports.Count,
		Series: []reports.Series{{Name: c.Text("report_body.episodes"), Points: points}}, Twin: "noisy",
	})
}

// chart adds a chart to the report and returns its name. Names of charts are unique in
// a report, because sections refer to charts by them.
func (c *compiler) chart(x reports.Chart) string {
	c.charts = append(c.charts, x)
	return x.Name
}

// clipText clips a text from outside that is longer than a title. The limit is
// reports.TextRunes. Every text from outside that is longer than a name goes through
// it, so that one source cannot make a report of any size.
func clipText(s string) string { return humanize.Clip(s, reports.TextRunes) }
