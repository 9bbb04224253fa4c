package compile

import (
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// mostChanged bounds the list of what changed: five are read, ten are not.
const mostChanged = 5

// changed lists what is different from the period before, the worst first. It has SLOs,
// the response, changed definitions, and slow statements that were fixed and are back.
// Within one tone they are in this order.
func (c *compiler) changed() []reports.Line {
	var all []reports.Line
	for _, o := range c.in.Objectives {
		if l, ok := c.changedSLO(o); ok {
			all = append(all, l)
		}
	}
	if l, ok := c.changedResponse(); ok {
		all = append(all, l)
	}
	for _, e := range c.in.Edits {
		if slo, ours := c.titles[e.SLO]; ours {
			all = append(all, reports.Line{
				Key: "edit-" + e.SLO, Text: c.Text("report_body.changed_definition", "SLO", slo, "What", clipText(e.What)), Link: sloLink(e.SLO),
			})
		}
	}
	for _, s := range c.in.Statements {
		if s.State == "back" {
			all = append(all, reports.Line{
				Key: "sql-" + s.Digest, Text: c.Text("report_body.changed_sql", "Statement", title(s.Text)), Tone: reports.Warn,
				Link: digestLink(s.Digest),
			})
		}
	}
	slices.SortStableFunc(all, func(a, b reports.Line) int { return urgency(b.Tone) - urgency(a.Tone) })
	return all[:min(len(all), mostChanged)]
}

// changedSLO compares one SLO with the period before. Across a change of definition, or
// where one side was not measured, numbers are not compared. Being met again, or
// measured again, is Good. ok is false when there is nothing to state.
func (c *compiler) changedSLO(o reports.Objective) (l reports.Line, ok bool) {
	before, after := c.earlier(o), c.now(o)
	if before.State == slo.NotYet || before.Hash != after.Hash || before.Met == nil && after.Met == nil {
		return l, false
	}
	title := c.titles[o.SLO.Name]
	l = reports.Line{Key: "slo-" + o.SLO.Name, Link: sloLink(o.SLO.Name), How: rowKey(o)}
	switch {
	// The four cases of verdicts before and after. When both are the same, only the
	// budget can have changed.
	case after.Met == nil:
		l.Text = c.Text("report_body.changed_unmeasured", "SLO", title, "State", c.stateText(after.State))
		l.Tone = reports.Gap
	case before.Met == nil:
		l.Text = c.Text("report_body.changed_measured", "SLO", title, "Before", c.compareWord(), "State", c.stateText(before.State))
		l.Tone = reports.Good
	case *before.Met && !*after.Met:
		l.Text, l.Tone = c.Text("report_body.changed_missed", "SLO", title, "Before", c.compareWord()), reports.Bad
	case !*before.Met && *after.Met:
		l.Text, l.Tone = c.Text("report_body.changed_met", "SLO", title), reports.Good
	default:
		points, comparable := shift(before, after)
		// Smaller differences are noise.
		if !comparable || points < leastShift && points > -leastShift {
			return l, false
		}
		was, now := humanize.Share(*before.Spent), humanize.Share(*after.Spent)
		l.Text = c.Text("report_body.changed_up", "SLO", title, "Now", now, "Period", c.spanWord(), "Was", was)
		l.Tone = reports.Warn
		if points < 0 {
			l.Text = c.Text("report_body.changed_down", "SLO", title, "Now", now, "Period", c.spanWord(), "Was", was)
			l.Tone = reports.Good
		}
	}
	return l, true
}

// changedResponse compares detection where there are enough incidents for a trend. It
// compares the shares of incidents that were detected in time. The trend needs
// leastForTrend incidents of known detection in both periods: with three of them each
// is a third.
func (c *compiler) changedResponse() (l reports.Line, ok bool) {
	now, _ := c.attain(c.last())
	was, _ := c.attain(c.before())
	n, m := now.detect.known(), was.detect.known()
	if n < leastForTrend || m < leastForTrend {
		return l, false
	}
	a, b := float64(now.detect.Met)/float64(n), float64(was.detect.Met)/float64(m)
	l = reports.Line{Key: "detect", How: "headline-detect", Text: c.Text("report_body.changed_detection",
		"Met", now.detect.Met, "All", n, "Target", humanize.Duration(c.in.Targets.DetectWithin),
		"MetBefore", was.detect.Met, "AllBefore", m, "Before", c.compareWord())}
	if l.Tone = reports.Good; a < b {
		l.Tone = reports.Warn
	}
	return l, a != b
}
