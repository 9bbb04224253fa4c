package compile

import (
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// states counts the SLOs of the period by the state of their data. The result has no
// entry for a state that no SLO has.
func (c *compiler) states() map[slo.State]int {
	n := map[slo.State]int{}
	for _, o := range c.in.Objectives {
		n[c.now(o).State]++
	}
	return n
}

// skewShown is the difference of clocks from which it is shown. Smaller ones are usual,
// and change no day of a report.
const skewShown = 5 * time.Minute

// quality is the section about what could not be measured. Every report has it, because
// a gap that no one sees looks like a good day. The note counts the SLOs by state, also
// the measured ones, so that the sum is all of them.
func (c *compiler) quality() reports.Section {
	s := reports.Section{Title: c.Text("report_body.quality_title")}
	tables := []reports.Table{c.unmeasured(), c.estimatedTable(), c.feedTable(), c.unreadTable()}
	for _, l := range feedLosses() {
		tables = append(tables, c.lossTable(l))
	}
	for _, t := range append(tables, c.quarantine(), c.oddTable()) {
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	n := c.states()
	var parts []string
	for _, state := range []slo.State{slo.OK, slo.Partial, slo.LowTraffic, slo.NoTraffic, slo.NoData, slo.Invalid, slo.NotYet} {
		if n[state] > 0 {
			parts = append(parts, humanize.Number(n[state])+" "+c.stateText(state))
		}
	}
	if len(parts) > 0 {
		s.Note = c.Text("report_body.quality_note", "States", strings.Join(parts, ", "))
	}
	if len(s.Tables) == 0 {
		s.Empty = c.Text("report_body.quality_empty")
	}
	return s
}

// unmeasured lists the SLOs that were not fully measured. Those not yet in force have
// no coverage. The reason is from the evaluation and is not translated.
func (c *compiler) unmeasured() reports.Table {
	t := reports.Table{Key: "unmeasured", Title: c.Text("report_body.not_fully_measured"), Columns: []reports.Column{
		c.words("slo", "report_body.col_slo"), c.words("team", "report_body.col_team"), c.words("state", "report_body.col_state"),
		c.numbers("coverage", "report_body.col_measured"), c.words("why", "report_body.col_why"),
	}}
	for _, o := range c.in.Objectives {
		r := c.now(o)
		if r.State == slo.OK {
			continue
		}
		coverage := number(r.Coverage, reports.Ratio, humanize.Percent(r.Coverage, 0))
		if r.State == slo.NotYet {
			coverage = dash(reports.Ratio)
		}
		t.Rows = append(t.Rows, reports.Row{Key: "unmeasured-" + o.SLO.Name, Cells: []reports.Value{
			c.sloName(o.SLO.Name), name(c.team(o.SLO.Service)), withHow(c.dataState(r.State, reports.Gap), rowKey(o)), coverage,
			sentence(clipText(r.Reason)),
		}})
	}
	t.Limit(2 * mostListed)
	return t
}

// feedTable lists the sources of data with what they sent. Numbers are of whole UTC
// days, see collect. A source that sent nothing is listed, because silence is what a
// broken connection looks like.
func (c *compiler) feedTable() reports.Table {
	t := reports.Table{Key: "feeds", Title: c.Text("report_body.feeds_title"), Note: c.Text("report_body.feeds_note"),
		Columns: []reports.Column{
			c.words("feed", "report_body.col_source"), c.words("format", "report_body.col_format"),
			c.numbers("accepted", "report_body.col_accepted"),
			c.numbers("rejected", "report_body.col_rejected"), c.words("skew", "report_body.col_clock"),
		}}
	for _, f := range c.in.Feeds {
		accepted, rejected, skew := count(f.Accepted), count(f.Rejected), sentence("")
		if f.Rejected > 0 {
			rejected.Tone, rejected.Link = reports.Warn, "/feeds"
		}
		if f.Accepted == 0 {
			accepted.Tone = reports.Gap // connected, and silent
		}
		if f.Skew.Abs() >= skewShown {
			skew = withTone(duration(f.Skew), reports.Warn)
			skew.Text = c.Text("report_body.clock_off", "Duration", skew.Text)
		}
		t.Rows = append(t.Rows, reports.Row{Key: "feed-" + f.Name + "-" + f.Format, Cells: []reports.Value{
			name(title(f.Name)), name(title(f.Format)), accepted, rejected, skew,
		}})
	}
	return t
}

// feedLoss is one way in which something that a source sent is missing from a report.
// Every kind has a table of its own, since each is corrected in another way.
type feedLoss struct {
	table, row          string // keys
	title, note, column string // keys of texts; the column counts
	link                string
	count               func(reports.Feed) int
}

// feedLosses returns the kinds of loss: things over the budget of a source, and bodies
// that were refused before they were read.
func feedLosses() []feedLoss {
	return []feedLoss{
		{
			table: "over-budget", row: "over", title: "report_body.over_budget_title", note: "report_body.over_budget_note",
			column: "report_body.col_not_accepted",
			link:   "/feeds", count: func(f reports.Feed) int { return f.OverBudget },
		},
		{
			table: "unkept", row: "unkept", title: "report_body.refused_title", note: "report_body.refused_note", column: "report_body.col_refused",
			link: "/dead-letters", count: func(f reports.Feed) int { return f.Unkept },
		},
	}
}

// lossTable lists the sources of which something is missing.
func (c *compiler) lossTable(l feedLoss) reports.Table {
	t := reports.Table{Key: l.table, Title: c.Text(l.title), Note: c.Text(l.note), Columns: []reports.Column{
		c.words("feed", "report_body.col_source"), c.words("format", "report_body.col_format"), c.numbers(l.row, l.column),
	}}
	for _, f := range c.in.Feeds {
		if l.count(f) > 0 {
			n := withTone(count(l.count(f)), reports.Warn)
			n.Link = l.link
			t.Rows = append(t.Rows, reports.Row{Key: l.row + "-" + f.Name + "-" + f.Format,
				Cells: []reports.Value{name(title(f.Name)), name(title(f.Format)), n}})
		}
	}
	return t
}

// quarantine lists the incidents whose times contradict each other: they are in no
// number. One with contradictory times can be counted by an edit of a person.
func (c *compiler) quarantine() reports.Table {
	t := reports.Table{Key: "quarantine", Title: c.Text("report_body.quarantine_title"), Columns: []reports.Column{
		c.words("incident", "report_body.col_incident"), c.words("why", "report_body.col_why"),
	}}
	for _, i := range c.facts.doubtful {
		var why []string
		for _, d := range i.Uncertainties {
			why = append(why, clipText(d))
		}
		t.Rows = append(t.Rows, reports.Row{Key: "quarantine-" + i.ID, Cells: []reports.Value{
			linked(incidentTitle(i), incidentLink(i.ID)), sentence(strings.Join(why, "; ")),
		}})
	}
	t.Limit(mostQuarantined)
	return t
}
