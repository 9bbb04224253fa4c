package compile

import (
	"cmp"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// mostActs bounds the list of who has to act. The list is on the first screen and in
// mails. What is cut is in the sections.
const mostActs = 6

// acts lists who has to act and on what, the most urgent first. Sorting by tone is
// stable, so within a tone the order is that of the steps below: open incidents,
// post-mortems, exhausted budgets, action items, gaps in the data. Keys contain the id
// of the thing and not its place, so that two revisions are compared line by line.
func (c *compiler) acts() []reports.Line {
	var all []reports.Line
	for _, i := range c.open() {
		all = append(all, reports.Line{
			Key: "open-" + i.ID, Who: c.teamsOf(i.Incident), Text: c.Text("report_body.act_resolve", "Incident", incidentTitle(i)),
			Tone: reports.Bad, Link: incidentLink(i.ID),
		})
	}
	// Missing post-mortems have to be written, drafts have to be published.
	o := c.owedPostmortems()
	for _, i := range o.missing {
		all = append(all, reports.Line{
			Key: "postmortem-" + i.ID, Who: c.teamsOf(i.Incident), Text: c.Text("report_body.act_write", "Incident", incidentTitle(i)),
			Tone: reports.Bad, Link: incidentLink(i.ID),
		})
	}
	for _, i := range o.written {
		v := c.postmortem(i)
		all = append(all, reports.Line{
			Key: "postmortem-" + i.ID, Who: c.teamsOf(i.Incident),
			Text: c.Text("report_body.act_publish", "Incident", incidentTitle(i), "State", v.Text), Tone: reports.Warn, Link: v.Link,
		})
	}
	// An exhausted budget calls for a freeze of changes to the service (error budget
	// policy).
	for _, o := range c.in.Objectives {
		if o.Exhausted() {
			all = append(all, reports.Line{
				Key: "freeze-" + o.SLO.Name, Who: c.team(o.SLO.Service), Text: c.Text("report_body.act_freeze", "SLO", c.titles[o.SLO.Name]),
				Tone: reports.Bad, Link: sloLink(o.SLO.Name), How: rowKey(o),
			})
		}
	}
	// One line an owner, with the item that is longest overdue.
	for _, n := range c.countActions() {
		if n.late > 0 {
			all = append(all, reports.Line{
				Key: "overdue-" + n.owner, Who: cmp.Or(title(n.owner), c.Text("report_body.state_no_owner")),
				Text: c.Count("report_body.act_overdue", n.late, "Item", humanize.Clip(n.oldestItem.Text, reports.TitleRunes),
					"Days", c.Count("report_body.days", c.lateDays(n.oldest))),
				Tone: reports.Warn, Link: ownerLink(n.owner),
			})
		}
	}
	all = append(all, c.actsOnGaps()...)
	slices.SortStableFunc(all, func(a, b reports.Line) int { return urgency(b.Tone) - urgency(a.Tone) })
	return all[:min(len(all), mostActs)]
}

// actsOnGaps lists the teams whose SLOs were not measured. It is one line a team, with
// the titles of up to two SLOs. Low traffic is not among the states: it was measured,
// and no one can change it.
func (c *compiler) actsOnGaps() (all []reports.Line) {
	by, order := map[string][]string{}, []string{}
	for _, o := range c.in.Objectives {
		if s := c.now(o).State; s == slo.NoData || s == slo.Invalid {
			team := c.team(o.SLO.Service)
			if by[team] == nil {
				order = append(order, team)
			}
			by[team] = append(by[team], c.titles[o.SLO.Name])
		}
	}
	slices.Sort(order)
	for _, team := range order {
		all = append(all, reports.Line{
			Key: "measure-" + team, Who: cmp.Or(team, c.Text("report_body.state_no_owner")),
			Text: c.Text("report_body.act_measure", "SLOs", c.listed(by[team], 2)), Tone: reports.Gap, Link: "/slos",
		})
	}
	return all
}

// urgency ranks tones for lists: the most urgent has the largest number. Plain has 1: a
// neutral line is more urgent than a good one, and less than unknown.
func urgency(t reports.Tone) int {
	switch t {
	case reports.Bad:
		return 4
	case reports.Warn:
		return 3
	case reports.Gap:
		return 2
	case reports.Good:
		return 0
	}
	return 1
}
