package compile

import (
	"fmt"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// states counts the objectives of the period by the state of their data.
func (c *compiler) states() map[slo.State]int {
	n := map[slo.State]int{}
	for _, o := range c.in.Objectives {
		n[c.now(o).State]++
	}
	return n
}

// skewShown is the difference of clocks from which a feed is told of.
const skewShown = 5 * time.Minute

// quality tells what could not be measured: first-class, because a gap that
// nobody sees reads as a good day.
func (c *compiler) quality() reports.Section {
	s := reports.Section{Title: "What we could not measure"}
	if t := c.unmeasured(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	if t := c.estimatedTable(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	if t := c.feedTable(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	if t := c.unreadTable(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	for _, l := range feedLosses() {
		if t := c.lossTable(l); len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	if t := c.quarantine(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	if t := c.oddTable(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	n := c.states()
	var parts []string
	for _, state := range []slo.State{slo.OK, slo.Partial, slo.LowTraffic, slo.NoTraffic, slo.NoData, slo.Invalid, slo.NotYet} {
		if n[state] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[state], state.Words()))
		}
	}
	if len(parts) > 0 {
		s.Note = "Objectives: " + strings.Join(parts, ", ") + "."
	}
	if len(s.Tables) == 0 {
		s.Empty = "Everything that is defined was measured, and no feed refused anything."
	}
	return s
}

func (c *compiler) unmeasured() reports.Table {
	t := reports.Table{Key: "unmeasured", Title: "Objectives without a whole measurement", Columns: []reports.Column{
		{Key: "slo", Title: "Objective"}, {Key: "team", Title: "Team"}, {Key: "state", Title: "State"}, {Key: "coverage", Title: "Measured", Numeric: true}, {Key: "why", Title: "Why"},
	}}
	for _, o := range c.in.Objectives {
		r := c.now(o)
		if r.State == slo.OK {
			continue
		}
		coverage := reports.Value{Text: percentText(r.Coverage, 0), Number: reports.Number(r.Coverage), Unit: reports.Ratio}
		if r.State == slo.NotYet {
			coverage = dash(reports.Ratio)
		}
		t.Rows = append(t.Rows, reports.Row{Key: "unmeasured-" + o.SLO.Name, Cells: []reports.Value{
			{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(c.team(o.SLO.Service)), {Text: r.State.Words(), Tone: reports.Gap, How: rowKey(o)}, coverage, words(humanize.Clip(r.Reason, reports.TextRunes)),
		}})
	}
	t.Limit(2 * mostAtLook)
	return t
}

func (c *compiler) feedTable() reports.Table {
	t := reports.Table{Key: "feeds", Title: "Feeds", Note: "By whole UTC days.", Columns: []reports.Column{
		{Key: "feed", Title: "Source"}, {Key: "format", Title: "Format"}, {Key: "accepted", Title: "Accepted", Numeric: true}, {Key: "rejected", Title: "Rejected", Numeric: true},
		{Key: "skew", Title: "Clock"},
	}}
	for _, f := range c.in.Feeds {
		accepted, rejected, skew := count(f.Accepted), count(f.Rejected), words("")
		if f.Rejected > 0 {
			rejected.Tone, rejected.Link = reports.Warn, "/feeds"
		}
		if f.Accepted == 0 {
			accepted.Tone = reports.Gap // connected, and silent
		}
		if f.Skew.Abs() >= skewShown {
			skew = reports.Value{Text: durationText(f.Skew) + " off", Number: reports.Number(f.Skew.Seconds()), Unit: reports.Seconds, Tone: reports.Warn}
		}
		t.Rows = append(t.Rows, reports.Row{Key: "feed-" + f.Name + "-" + f.Format, Cells: []reports.Value{words(title(f.Name)), words(title(f.Format)), accepted, rejected, skew}})
	}
	return t
}

// feedLoss is one way in which something that a source sent is missing from a report.
type feedLoss struct {
	table reports.Table // without columns and rows
	row   string
	title string // of the column that counts
	link  string
	count func(reports.Feed) int
}

func feedLosses() []feedLoss {
	return []feedLoss{
		{
			table: reports.Table{Key: "over-budget", Title: "Feeds over their budget", Note: "New incidents, alerts, changes, drills, statements and SLOs of these sources were not taken. Figures that count them are too low."},
			row:   "over", title: "Not taken", link: "/feeds", count: func(f reports.Feed) int { return f.OverBudget },
		},
		{
			table: reports.Table{Key: "unkept", Title: "Bodies that were not kept", Note: "Refused before they were read: too large, packed, cut off, or sent under a wrong name or format. What they said is missing from the figures; the dead letters say why."},
			row:   "unkept", title: "Not kept", link: "/dead-letters", count: func(f reports.Feed) int { return f.Unkept },
		},
	}
}

// lossTable lists the sources of which something is missing.
func (c *compiler) lossTable(l feedLoss) reports.Table {
	t := l.table
	t.Columns = []reports.Column{{Key: "feed", Title: "Source"}, {Key: "format", Title: "Format"}, {Key: l.row, Title: l.title, Numeric: true}}
	for _, f := range c.in.Feeds {
		if l.count(f) > 0 {
			n := count(l.count(f))
			n.Tone, n.Link = reports.Warn, l.link
			t.Rows = append(t.Rows, reports.Row{Key: l.row + "-" + f.Name + "-" + f.Format, Cells: []reports.Value{words(title(f.Name)), words(title(f.Format)), n}})
		}
	}
	return t
}

// quarantine lists the incidents whose times make no sense: never shown as a number.
func (c *compiler) quarantine() reports.Table {
	t := reports.Table{Key: "quarantine", Title: "Incidents kept out of the numbers", Columns: []reports.Column{{Key: "incident", Title: "Incident"}, {Key: "why", Title: "Why"}}}
	for _, i := range c.facts.doubtful {
		var why []string
		for _, d := range i.Doubts {
			why = append(why, humanize.Clip(d, reports.TextRunes))
		}
		t.Rows = append(t.Rows, reports.Row{Key: "quarantine-" + i.ID, Cells: []reports.Value{{Text: incidentTitle(i), Link: incidentLink(i.ID)}, words(strings.Join(why, "; "))}})
	}
	t.Limit(mostQuarantined)
	return t
}
