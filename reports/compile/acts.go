package compile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// mostActs bounds the list of who acts.
const mostActs = 6

// acts says who has to do something, the most pressing first.
func (c *compiler) acts() []reports.Line {
	var all []reports.Line
	for _, i := range c.open() {
		all = append(all, reports.Line{Key: "open-" + i.ID, Who: c.teamsOf(i.Incident), Text: "end “" + incidentTitle(i) + "”", Tone: reports.Bad, Link: incidentLink(i.ID)})
	}
	owed := c.owedPostmortems()
	for _, i := range owed.missing {
		all = append(all, reports.Line{Key: "postmortem-" + i.ID, Who: c.teamsOf(i.Incident), Text: "write the post-mortem of “" + incidentTitle(i) + "”", Tone: reports.Bad, Link: incidentLink(i.ID)})
	}
	for _, i := range owed.written {
		v := c.postmortem(i)
		all = append(all, reports.Line{Key: "postmortem-" + i.ID, Who: c.teamsOf(i.Incident), Text: "publish the post-mortem of “" + incidentTitle(i) + "” (" + v.Text + ")", Tone: reports.Warn, Link: v.Link})
	}
	for _, o := range c.in.Objectives {
		if o.Exhausted() {
			all = append(all, reports.Line{Key: "freeze-" + o.SLO.Name, Who: c.team(o.SLO.Service), Text: fmt.Sprintf("budget of %s exhausted: hold risky changes", c.titles[o.SLO.Name]), Tone: reports.Bad, Link: sloLink(o.SLO.Name), How: rowKey(o)})
		}
	}
	for _, n := range c.countActions() {
		if n.late > 0 {
			all = append(all, reports.Line{Key: "overdue-" + n.owner, Who: cmp.Or(title(n.owner), "nobody"), Text: fmt.Sprintf("%s overdue; longest “%s”, %s", humanize.Plural(n.late, "action item"), humanize.Clip(n.oldestItem.Text, reports.TitleRunes), humanize.Plural(c.lateDays(n.oldest), "day")), Tone: reports.Warn, Link: ownerLink(n.owner)})
		}
	}
	all = append(all, c.mendGaps()...)
	slices.SortStableFunc(all, func(a, b reports.Line) int { return rank(b.Tone) - rank(a.Tone) })
	return all[:min(len(all), mostActs)]
}

// mendGaps asks teams to mend what was not measured.
func (c *compiler) mendGaps() (all []reports.Line) {
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
		all = append(all, reports.Line{Key: "measure-" + team, Who: cmp.Or(team, "nobody"), Text: "restore the measurement of " + listed(by[team], 2), Tone: reports.Gap, Link: "/slos"})
	}
	return all
}
