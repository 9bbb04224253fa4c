package compile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
)

// teamSQL adds up the slow statements of one team. digests counts all statements;
// fresh, fixed and back those of a state. count is a float64, because sums of counts
// from outside may exceed an int64. odd is how many observations are in none of the
// numbers; oneIn is the largest rate of sampling, 0 or 1 for none.
type teamSQL struct {
	team                        string
	digests, fresh, fixed, back int
	count                       float64
	odd, oneIn                  int
	seconds, secondsBefore      float64
}

// sqlTeam returns the owner of a statement; "" it has none. A statement's own team
// precedes that of its service.
func (c *compiler) sqlTeam(s reports.Statement) string {
	return cmp.Or(title(s.Team), c.team(s.Service))
}

// sqlByTeam adds up the statements by team, the most total time first.
func (c *compiler) sqlByTeam() (all []*teamSQL) {
	by := map[string]*teamSQL{}
	for _, s := range c.in.Statements {
		name := c.sqlTeam(s)
		t := by[name]
		if t == nil {
			t = &teamSQL{team: name}
			by[name] = t
			all = append(all, t)
		}
		t.digests++
		t.count += float64(s.Count)
		t.odd += s.Odd
		t.oneIn = max(t.oneIn, s.OneIn)
		t.seconds += s.Seconds
		t.secondsBefore += s.SecondsBefore
		switch s.State {
		case "new":
			t.fresh++
		case "fixed":
			t.fixed++
		case "back":
			t.back++
		}
	}
	slices.SortStableFunc(all, func(a, b *teamSQL) int {
		return cmp.Or(cmp.Compare(b.seconds, a.seconds), cmp.Compare(a.team, b.team))
	})
	return all
}

// slowSQL is the section about slow statements by team. The chart has the teams with
// the most total time.
func (c *compiler) slowSQL() reports.Section {
	s := reports.Section{Title: c.Text("report_body.sql_title"), Note: c.Text("report_body.sql_note")}
	if len(c.in.Statements) == 0 {
		s.Empty = c.Text("report_body.sql_empty")
		return s
	}
	teams := reports.Table{Key: "sql-teams", Title: c.Text("report_body.sql_teams_title"), Columns: []reports.Column{
		c.words("team", "report_body.col_team"), c.numbers("digests", "report_body.col_statements"), c.numbers("new", "report_body.col_new"),
		c.numbers("fixed", "report_body.col_fixed"), c.numbers("back", "report_body.col_back"), c.numbers("count", "report_body.col_executions"),
		c.numbers("time", "report_body.col_total_time"), c.theBefore(),
	}}
	var points []reports.Point
	for _, t := range c.sqlByTeam() {
		// Statements without an owner are a warning, since no one will look at them.
		team := c.teamOrNone(t.team)
		if t.team == "" {
			team.Tone = reports.Warn
		}
		back := count(t.back)
		if t.back > 0 {
			back.Tone = reports.Bad
		}
		teams.Rows = append(teams.Rows, reports.Row{Key: "sql-team-" + t.team, Cells: []reports.Value{
			team, count(t.digests), count(t.fresh), count(t.fixed), back, c.executions(t.count, t.odd, t.oneIn),
			c.timeOf(t.seconds, int64(t.count), t.odd), seconds(t.secondsBefore),
		}})
		points = append(points, reports.Point{Label: team.Text, Value: reports.Number(t.seconds)})
	}
	s.Charts = []string{c.chart(reports.Chart{
		Name: "sql", Title: c.Text("report_body.sql_chart"), Kind: reports.Bars, Unit: reports.Seconds, Twin: "sql-teams",
		Series: []reports.Series{{Name: c.Text("report_body.total_time"), Points: points[:min(len(points), mostSpenders)]}},
	})}
	s.Tables = []reports.Table{teams, c.statementTable()}
	return s
}

// teamOrNone names a team of slow statements.
func (c *compiler) teamOrNone(team string) reports.Value {
	if team != "" {
		return name(team)
	}
	return c.state("report_body.state_no_owner", reports.Plain)
}

// executions returns how often something ran; unknown when none of its counts can be
// true. A number from a sampled log says so. oneIn is the rate of sampling: the count
// is that of the log, not multiplied.
func (c *compiler) executions(n float64, odd, oneIn int) reports.Value {
	if odd > 0 && n == 0 {
		return c.unknown("")
	}
	v := events(n)
	if oneIn > 1 {
		v.Text, v.Key = c.Text("report_body.sampled", "Number", v.Text, "OneIn", oneIn), fmt.Sprintf("one_in %d", oneIn)
		v.Tone = reports.Warn
	}
	return v
}

// oddTable lists the slow statements of which something was excluded because it cannot
// be true. It names the statement, so that its source can be corrected.
func (c *compiler) oddTable() reports.Table {
	t := reports.Table{Key: "odd-statements", Title: c.Text("report_body.odd_title"), Columns: []reports.Column{
		c.words("statement", "report_body.col_statement"), c.words("database", "report_body.col_database"),
		c.numbers("left-out", "report_body.col_excluded"),
		c.words("why", "report_body.col_why"),
	}}
	for _, s := range c.in.Statements {
		if s.Odd > 0 {
			t.Rows = append(t.Rows, reports.Row{Key: "odd-" + s.Digest + "-" + s.Database, Cells: []reports.Value{
				linked(title(s.Text), digestLink(s.Digest)), name(title(s.Database)), count(s.Odd),
				c.state("report_body.state_impossible_number", reports.Plain),
			}})
		}
	}
	t.Limit(mostListed)
	return t
}

// timeOf returns the total time of executions. What was excluded because it cannot be
// true is written beside it. It is unknown when all of its observations were excluded.
func (c *compiler) timeOf(total float64, executions int64, odd int) reports.Value {
	v := seconds(total)
	switch {
	case odd > 0 && executions == 0:
		return c.unknown("")
	case odd > 0:
		v.Text, v.Key = c.Text("report_body.time_excluded", "Time", v.Text, "Number", odd), fmt.Sprintf("excluded %d", odd)
		v.Tone = reports.Warn
	}
	return v
}

// statementTable lists the statements with the most total time. A statement is a digest
// in one database. The last column is rows examined for each row that was sent: many
// mean that an index is missing.
func (c *compiler) statementTable() reports.Table {
	t := reports.Table{Key: "statements", Title: c.Text("report_body.statements_title"), Columns: []reports.Column{
		c.words("statement", "report_body.col_statement"), c.words("database", "report_body.col_database"),
		c.words("team", "report_body.col_team"),
		c.words("state", "report_body.col_state"), c.numbers("count", "report_body.col_executions"),
		c.numbers("time", "report_body.col_total_time"),
		c.numbers("p95", "report_body.col_p95"), c.numbers("rows", "report_body.col_rows_examined"),
	}}
	for _, s := range c.in.Statements[:min(len(c.in.Statements), mostSpenders)] {
		p95, rows := c.unknown(reports.Seconds), dash(reports.Times)
		if s.P95 != nil {
			p95 = seconds(*s.P95)
		}
		if s.RowsSent > 0 {
			x := float64(s.RowsExamined) / float64(s.RowsSent)
			rows = number(x, reports.Times, humanize.Decimal(x, 0))
		}
		t.Rows = append(t.Rows, reports.Row{Key: "sql-" + s.Digest + "-" + s.Database, Cells: []reports.Value{
			linked(title(s.Text), digestLink(s.Digest)), name(title(s.Database)), c.teamOrNone(c.sqlTeam(s)), c.statementState(s.State),
			c.executions(float64(s.Count), s.Odd, s.OneIn), c.timeOf(s.Seconds, s.Count, s.Odd), p95, rows,
		}})
	}
	t.Left = len(c.in.Statements) - len(t.Rows)
	return t
}

// statementState names the state of a slow statement. Others than the known ones are
// shown as they are.
func (c *compiler) statementState(state string) reports.Value {
	switch state {
	case "new":
		return c.state("report_body.state_sql_new", reports.Plain)
	case "assigned":
		return c.state("report_body.state_sql_assigned", reports.Plain)
	case "fixed":
		return c.state("report_body.state_sql_fixed", reports.Plain)
	case "back":
		return c.state("report_body.state_sql_back", reports.Plain)
	case "":
		return c.state("report_body.state_sql_unchanged", reports.Plain)
	}
	return name(title(state))
}
