package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports/slo"
)

// changed lists what is different from the period before, the worst first.
func (c *compiler) changed() []Line {
	var all []Line
	for _, o := range c.in.Objectives {
		if l, ok := c.changedObjective(o); ok {
			all = append(all, l)
		}
	}
	if l, ok := c.changedResponse(); ok {
		all = append(all, l)
	}
	for _, e := range c.in.Edits {
		if name, ours := c.titles[e.SLO]; ours {
			all = append(all, Line{Key: "edit-" + e.SLO, Text: fmt.Sprintf("%s was redefined: %s.", name, clean(e.What, textRunes)), Link: sloLink(e.SLO)})
		}
	}
	for _, s := range c.in.Statements {
		if s.State == "back" {
			all = append(all, Line{Key: "sql-" + s.Digest, Text: "A fixed slow statement is back: " + clean(s.Text, titleRunes) + ".", Tone: Warn, Link: digestLink(s.Digest)})
		}
	}
	slices.SortStableFunc(all, func(a, b Line) int { return rank(b.Tone) - rank(a.Tone) })
	return all[:min(len(all), mostChanged)]
}

// changedObjective compares one objective with the period before. Across a change
// of definition, or where one side was not measured, numbers are not compared.
func (c *compiler) changedObjective(o Objective) (l Line, ok bool) {
	before, after := c.earlier(o), c.now(o)
	name := c.titles[o.SLO.Name]
	l = Line{Key: "slo-" + o.SLO.Name, Link: sloLink(o.SLO.Name), How: rowKey(o)}
	points, comparable := shift(before, after)
	switch {
	case before.State == slo.NotYet || before.Hash != after.Hash:
		return l, false
	case before.Met != nil && after.Met == nil:
		l.Text, l.Tone = fmt.Sprintf("%s is not measured any more: %s.", name, after.State.Words()), Gap
	case before.Met == nil && after.Met != nil && before.State != slo.NotYet:
		l.Text, l.Tone = fmt.Sprintf("%s is measured; the %s it was not: %s.", name, c.compareWord(), before.State.Words()), Good
	case before.Met == nil || after.Met == nil:
		return l, false
	case *before.Met && !*after.Met:
		l.Text, l.Tone = fmt.Sprintf("%s missed its objective; it was met the %s.", name, c.compareWord()), Bad
	case !*before.Met && *after.Met:
		l.Text, l.Tone = fmt.Sprintf("%s met its objective again.", name), Good
	case comparable && points >= leastShift:
		l.Text, l.Tone = fmt.Sprintf("%s spent %s of the %s's budget, up from %s.", name, share(*after.Spent).Text, strings.ToLower(c.spanHead()), share(*before.Spent).Text), Warn
	case comparable && points <= -leastShift:
		l.Text, l.Tone = fmt.Sprintf("%s spent %s of the %s's budget, down from %s.", name, share(*after.Spent).Text, strings.ToLower(c.spanHead()), share(*before.Spent).Text), Good
	default:
		return l, false
	}
	return l, true
}

// changedResponse compares detection where there are enough incidents to.
func (c *compiler) changedResponse() (l Line, ok bool) {
	now, _ := c.attain(c.last())
	was, _ := c.attain(c.before())
	n, m := now.detect.Met+now.detect.Missed, was.detect.Met+was.detect.Missed
	if n < leastForTrend || m < leastForTrend {
		return l, false
	}
	a, b := float64(now.detect.Met)/float64(n), float64(was.detect.Met)/float64(m)
	l = Line{Key: "detect", Text: fmt.Sprintf("%d of %d incidents detected within %s; %d of %d the %s.", now.detect.Met, n, durationText(c.in.Targets.DetectWithin), was.detect.Met, m, c.compareWord()), How: "headline-detect"}
	if l.Tone = Good; a < b {
		l.Tone = Warn
	}
	return l, a != b
}

// acts says who has to do something, the most pressing first.
func (c *compiler) acts() []Line {
	var all []Line
	for _, i := range c.open() {
		all = append(all, Line{Key: "open-" + i.ID, Who: c.teamsOf(i.Incident), Text: "end “" + incidentTitle(i) + "”", Tone: Bad, Link: incidentLink(i.ID)})
	}
	owed := c.owedPostmortems()
	for _, i := range owed.missing {
		all = append(all, Line{Key: "postmortem-" + i.ID, Who: c.teamsOf(i.Incident), Text: "write the post-mortem of “" + incidentTitle(i) + "”", Tone: Bad, Link: incidentLink(i.ID)})
	}
	for _, i := range owed.written {
		v := c.postmortem(i)
		all = append(all, Line{Key: "postmortem-" + i.ID, Who: c.teamsOf(i.Incident), Text: "publish the post-mortem of “" + incidentTitle(i) + "” (" + v.Text + ")", Tone: Warn, Link: v.Link})
	}
	for _, o := range c.in.Objectives {
		if o.exhausted() {
			all = append(all, Line{Key: "freeze-" + o.SLO.Name, Who: c.team(o.SLO.Service), Text: fmt.Sprintf("budget of %s exhausted: hold risky changes", c.titles[o.SLO.Name]), Tone: Bad, Link: sloLink(o.SLO.Name), How: rowKey(o)})
		}
	}
	for _, n := range c.countActions() {
		if n.late > 0 {
			all = append(all, Line{Key: "overdue-" + n.owner, Who: cmp.Or(title(n.owner), "nobody"), Text: fmt.Sprintf("%s overdue; longest “%s”, %s", humanize.Plural(n.late, "action item"), clean(n.oldestItem.Text, titleRunes), humanize.Plural(c.lateDays(n.oldest), "day")), Tone: Warn, Link: ownerLink(n.owner)})
		}
	}
	all = append(all, c.mendGaps()...)
	slices.SortStableFunc(all, func(a, b Line) int { return rank(b.Tone) - rank(a.Tone) })
	return all[:min(len(all), mostActs)]
}

// mendGaps asks teams to mend what was not measured.
func (c *compiler) mendGaps() (all []Line) {
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
		all = append(all, Line{Key: "measure-" + team, Who: cmp.Or(team, "nobody"), Text: "restore the measurement of " + listed(by[team], 2), Tone: Gap, Link: "/slos"})
	}
	return all
}
