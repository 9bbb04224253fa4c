package reports

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/reports/alert"
)

// The words of alert governance.
const (
	selfHealedWithin = 5 * time.Minute // resolved so soon without anybody: nothing to act on
	nightFrom        = 22              // hour of the on-call's day
	nightTo          = 8
	mostRules        = 10
)

func compareEpisodes(a, b alert.Episode) int {
	return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Fingerprint, b.Fingerprint))
}

// paging is what the episodes of one period say about paging.
type paging struct {
	episodes, pages, notifications int
	actionable, healed, precise    int
	night                          int
	incidents, preceded            int // incidents of the period; those a page came before
	rules                          []*ruleCount
}

// ruleCount is one alerting rule over a period.
type ruleCount struct {
	name, service          string
	episodes, pages, night int
	firing                 time.Duration
}

// governance counts the episodes that began in [from, to).
func (c *compiler) governance(from, to time.Time, incidents []Incident) (g paging) {
	byName := map[string]*ruleCount{}
	g.incidents = len(incidents)
	paged := map[string]bool{}
	for _, e := range c.in.Episodes {
		if e.StartsAt.Before(from) || !e.StartsAt.Before(to) {
			continue
		}
		r := byName[e.Name]
		if r == nil {
			r = &ruleCount{name: e.Name, service: e.Service}
			byName[e.Name] = r
			g.rules = append(g.rules, r)
		}
		g.episodes++
		r.episodes++
		r.firing += episodeEnd(e, to).Sub(e.StartsAt)
		g.notifications += e.Notifications
		if e.Paging {
			c.page(&g, r, e, incidents, paged)
		}
	}
	g.preceded = len(paged)
	slices.SortStableFunc(g.rules, func(a, b *ruleCount) int {
		return cmp.Or(b.episodes-a.episodes, cmp.Compare(b.firing, a.firing), cmp.Compare(a.name, b.name))
	})
	return g
}

// page counts an episode that reached a person.
func (c *compiler) page(g *paging, r *ruleCount, e alert.Episode, incidents []Incident, paged map[string]bool) {
	g.pages++
	r.pages++
	if c.atNight(e) {
		g.night++
		r.night++
	}
	if !e.AckedAt.IsZero() || e.Incident != "" {
		g.actionable++
	}
	if e.AckedAt.IsZero() && !e.EndsAt.IsZero() && e.EndsAt.Sub(e.StartsAt) < selfHealedWithin {
		g.healed++
	}
	precise := false
	for _, i := range incidents {
		if !c.meets(e, i) {
			continue
		}
		precise = true
		if detected := impactEnd(i); detected.IsZero() || e.StartsAt.Before(detected) {
			paged[i.ID] = true
		}
	}
	if precise {
		g.precise++
	}
}

// meets tells whether an episode is about an incident: linked, or of one of its
// services while it lasted.
func (c *compiler) meets(e alert.Episode, i Incident) bool {
	if e.Incident != "" {
		return e.Incident == i.ID || slices.Contains(i.Refs, e.Incident)
	}
	if !slices.Contains(i.Services, e.Service) {
		return false
	}
	end := impactEnd(i)
	if end.IsZero() {
		end = c.asOf
	}
	return e.StartsAt.Before(end) && episodeEnd(e, c.asOf).After(impactStart(i))
}

func episodeEnd(e alert.Episode, now time.Time) time.Time {
	if e.EndsAt.IsZero() || e.EndsAt.After(now) {
		return now
	}
	return e.EndsAt
}

// atNight tells whether an episode began at night for its service's on-call.
func (c *compiler) atNight(e alert.Episode) bool {
	zone := c.p.Zone
	if name := c.services[e.Service].OnCallZone; name != "" {
		if z, err := time.LoadLocation(name); err == nil {
			zone = z
		}
	}
	h := e.StartsAt.In(zone).Hour()
	return h >= nightFrom || h < nightTo
}

// partOf is a share with its counts in words; a dash when there is nothing to
// take a share of.
func partOf(part, whole int) Value {
	if whole == 0 {
		return dash(Ratio)
	}
	x := float64(part) / float64(whole)
	return Value{Text: fmt.Sprintf("%s (%d of %d)", percentText(x, 0), part, whole), Number: number(x), Unit: Ratio}
}

func (c *compiler) alerts() Section {
	s := Section{Title: "Alerts", Note: "An episode is one firing of one alert. Precision: pages that met an incident. Recall: incidents that a page came before. Alerts that fire and resolve between two notifications are never sent, so all counts are at least so many."}
	if c.in.Truncated > 0 {
		s.Note += fmt.Sprintf(" Senders left %s out of their messages.", plural(c.in.Truncated, "alert"))
	}
	incidents := slices.Concat(c.facts.carried, c.facts.own)
	g := c.governance(c.p.From, c.asOf, incidents)
	if g.episodes == 0 {
		s.Empty = "No alert fired in this period, or no source of alerts is connected."
		return s
	}
	prev := c.spans[c.before()]
	was := c.governance(prev.From, prev.To, c.facts.before)
	how := c.derive(Derivation{
		Key: "paging", Title: "Paging", Formula: "precision = pages that met an incident / pages; recall = incidents a page came before / incidents; actionable = pages acknowledged or linked / pages; self-healed = pages over within 5 min without acknowledgement / pages",
		Terms: []Term{
			{"episodes", count(g.episodes)}, {"pages", count(g.pages)}, {"met an incident", count(g.precise)}, {"acknowledged or linked", count(g.actionable)},
			{"self-healed", count(g.healed)}, {"incidents", count(g.incidents)}, {"a page came before", count(g.preceded)}, {"left out by senders", count(c.in.Truncated)},
		},
		Source: "alerts, incidents", Link: "/alerts",
	})
	note := func(n int) string { return fmt.Sprintf("%s: %d", c.compareWord(), n) }
	s.Figures = []Figure{
		{Key: "episodes", Label: "episodes", Value: withHow(count(g.episodes), how), Note: note(was.episodes)},
		{Key: "pages", Label: "pages", Value: withHow(count(g.pages), how), Note: note(was.pages)},
		{Key: "night", Label: "pages at night", Value: withHow(count(g.night), how), Note: note(was.night)},
		{Key: "precision", Label: "precision", Value: withHow(partOf(g.precise, g.pages), how), Note: "before: " + partOf(was.precise, was.pages).Text},
		{Key: "recall", Label: "recall", Value: withHow(partOf(g.preceded, g.incidents), how)},
		{Key: "actionable", Label: "actionable", Value: withHow(partOf(g.actionable, g.pages), how)},
		{Key: "healed", Label: "self-healed", Value: withHow(partOf(g.healed, g.pages), how)},
	}
	s.Tables = []Table{c.ruleTable(g)}
	s.Charts = []string{c.ruleChart(g)}
	return s
}

func (c *compiler) ruleTable(g paging) Table {
	t := Table{Key: "noisy", Title: "Rules by episodes", Columns: []Column{
		{Key: "rule", Title: "Rule"}, {Key: "service", Title: "Service"}, {Key: "team", Title: "Team"}, {Key: "episodes", Title: "Episodes", Numeric: true},
		{Key: "pages", Title: "Pages", Numeric: true}, {Key: "night", Title: "At night", Numeric: true}, {Key: "firing", Title: "Firing", Numeric: true},
	}}
	for _, r := range g.rules[:min(len(g.rules), mostRules)] {
		t.Rows = append(t.Rows, Row{Key: "alert-" + r.name, Cells: []Value{
			{Text: title(r.name), Link: ruleLink(r.name)}, {Text: c.serviceTitle(r.service), Link: serviceLink(r.service)}, words(c.team(r.service)),
			count(r.episodes), count(r.pages), count(r.night), duration(r.firing),
		}})
		if r.service == "" {
			t.Rows[len(t.Rows)-1].Cells[1].Link = ""
		}
	}
	t.Left = len(g.rules) - len(t.Rows)
	return t
}

func (c *compiler) ruleChart(g paging) string {
	var points []Point
	for _, r := range g.rules[:min(len(g.rules), mostRules)] {
		points = append(points, Point{Label: title(r.name), Value: number(float64(r.episodes))})
	}
	c.charts = append(c.charts, Chart{Name: "alerts", Title: "Episodes by rule", Kind: Bars, Unit: Count, Series: []Series{{Name: "episodes", Points: points}}, Twin: "noisy"})
	return "alerts"
}
