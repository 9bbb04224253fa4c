package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// changed lists what is different from the period before, the worst first.
func (c *compiler) changed() []reports.Line {
	var all []reports.Line
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
			all = append(all, reports.Line{Key: "edit-" + e.SLO, Text: fmt.Sprintf("%s was redefined: %s.", name, humanize.Clip(e.What, reports.TextRunes)), Link: sloLink(e.SLO)})
		}
	}
	for _, s := range c.in.Statements {
		if s.State == "back" {
			all = append(all, reports.Line{Key: "sql-" + s.Digest, Text: "A fixed slow statement is back: " + humanize.Clip(s.Text, reports.TitleRunes) + ".", Tone: reports.Warn, Link: digestLink(s.Digest)})
		}
	}
	slices.SortStableFunc(all, func(a, b reports.Line) int { return rank(b.Tone) - rank(a.Tone) })
	return all[:min(len(all), mostChanged)]
}

// changedObjective compares one objective with the period before. Across a change
// of definition, or where one side was not measured, numbers are not compared.
func (c *compiler) changedObjective(o reports.Objective) (l reports.Line, ok bool) {
	before, after := c.earlier(o), c.now(o)
	name := c.titles[o.SLO.Name]
	l = reports.Line{Key: "slo-" + o.SLO.Name, Link: sloLink(o.SLO.Name), How: rowKey(o)}
	points, comparable := shift(before, after)
	switch {
	case before.State == slo.NotYet || before.Hash != after.Hash:
		return l, false
	case before.Met != nil && after.Met == nil:
		l.Text, l.Tone = fmt.Sprintf("%s is not measured any more: %s.", name, after.State.Words()), reports.Gap
	case before.Met == nil && after.Met != nil && before.State != slo.NotYet:
		l.Text, l.Tone = fmt.Sprintf("%s is measured; the %s it was not: %s.", name, c.compareWord(), before.State.Words()), reports.Good
	case before.Met == nil || after.Met == nil:
		return l, false
	case *before.Met && !*after.Met:
		l.Text, l.Tone = fmt.Sprintf("%s missed its objective; it was met the %s.", name, c.compareWord()), reports.Bad
	case !*before.Met && *after.Met:
		l.Text, l.Tone = fmt.Sprintf("%s met its objective again.", name), reports.Good
	case comparable && points >= leastShift:
		l.Text, l.Tone = fmt.Sprintf("%s spent %s of the %s's budget, up from %s.", name, share(*after.Spent).Text, strings.ToLower(c.spanHead()), share(*before.Spent).Text), reports.Warn
	case comparable && points <= -leastShift:
		l.Text, l.Tone = fmt.Sprintf("%s spent %s of the %s's budget, down from %s.", name, share(*after.Spent).Text, strings.ToLower(c.spanHead()), share(*before.Spent).Text), reports.Good
	default:
		return l, false
	}
	return l, true
}

// changedResponse compares detection where there are enough incidents to.
func (c *compiler) changedResponse() (l reports.Line, ok bool) {
	now, _ := c.attain(c.last())
	was, _ := c.attain(c.before())
	n, m := now.detect.Met+now.detect.Missed, was.detect.Met+was.detect.Missed
	if n < leastForTrend || m < leastForTrend {
		return l, false
	}
	a, b := float64(now.detect.Met)/float64(n), float64(was.detect.Met)/float64(m)
	l = reports.Line{Key: "detect", Text: fmt.Sprintf("%d of %d incidents detected within %s; %d of %d the %s.", now.detect.Met, n, durationText(c.in.Targets.DetectWithin), was.detect.Met, m, c.compareWord()), How: "headline-detect"}
	if l.Tone = reports.Good; a < b {
		l.Tone = reports.Warn
	}
	return l, a != b
}

// mostChanged bounds the list of what changed: five are read, ten are not.
const mostChanged = 5
