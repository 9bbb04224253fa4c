package compile

import (
	"cmp"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
)

// teamSQL is what one team's slow statements did.
type teamSQL struct {
	team                        string
	digests, fresh, fixed, back int
	count                       float64
	odd, oneIn                  int
	seconds, secondsBefore      float64
}

// sqlTeam is who answers for a statement; "" nobody.
func (c *compiler) sqlTeam(s reports.Statement) string {
	return cmp.Or(title(s.Team), c.team(s.Service))
}

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

func (c *compiler) slowSQL() reports.Section {
	s := reports.Section{Title: "Slow SQL", Note: "Statements are normalised: no literal is kept. What counts as slow is set where the statements come from. Total time is time, count and rows examined are of the period."}
	if len(c.in.Statements) == 0 {
		s.Empty = "No slow statement was seen in this period, or no database reports them."
		return s
	}
	teams := reports.Table{Key: "sql-teams", Title: "By team", Columns: []reports.Column{
		{Key: "team", Title: "Team"}, {Key: "digests", Title: "Statements", Numeric: true}, {Key: "new", Title: "New", Numeric: true}, {Key: "fixed", Title: "Fixed", Numeric: true},
		{Key: "back", Title: "Came back", Numeric: true}, {Key: "count", Title: "Executions", Numeric: true}, {Key: "time", Title: "Total time", Numeric: true}, {Key: "was", Title: "The " + c.compareWord(), Numeric: true},
	}}
	var points []reports.Point
	for _, t := range c.sqlByTeam() {
		name := reports.Value{Text: cmp.Or(t.team, "no owner")}
		if t.team == "" {
			name.Tone = reports.Warn
		}
		back := count(t.back)
		if t.back > 0 {
			back.Tone = reports.Bad
		}
		teams.Rows = append(teams.Rows, reports.Row{Key: "sql-team-" + t.team, Cells: []reports.Value{
			name, count(t.digests), count(t.fresh), count(t.fixed), back, executions(t.count, t.odd, t.oneIn), timeOf(t.seconds, int64(t.count), t.odd), secondsValue(t.secondsBefore),
		}})
		points = append(points, reports.Point{Label: name.Text, Value: reports.Number(t.seconds)})
	}
	c.charts = append(c.charts, reports.Chart{Name: "sql", Title: "Total time of slow statements by team", Kind: reports.Bars, Unit: reports.Seconds, Series: []reports.Series{{Name: "total time", Points: points[:min(len(points), mostSpenders)]}}, Twin: "sql-teams"})
	s.Charts = []string{"sql"}
	s.Tables = []reports.Table{teams, c.statementTable()}
	return s
}

// executions writes how often something ran; unknown when all that is known of it
// cannot be. A number of a sampled log says so.
func executions(n float64, odd, oneIn int) reports.Value {
	if odd > 0 && n == 0 {
		return unknown()
	}
	v := events(n)
	if oneIn > 1 {
		v.Text += " (logged 1 in " + humanize.Number(oneIn) + ")"
		v.Tone = reports.Warn
	}
	return v
}

// oddTable lists the slow statements of which something was left out because it cannot
// be.
func (c *compiler) oddTable() reports.Table {
	t := reports.Table{Key: "odd-statements", Title: "Slow statements kept out of the numbers", Columns: []reports.Column{
		{Key: "statement", Title: "Statement"}, {Key: "database", Title: "Database"}, {Key: "left-out", Title: "Left out", Numeric: true}, {Key: "why", Title: "Why"},
	}}
	for _, s := range c.in.Statements {
		if s.Odd > 0 {
			t.Rows = append(t.Rows, reports.Row{Key: "odd-" + s.Digest + "-" + s.Database, Cells: []reports.Value{
				{Text: humanize.Clip(s.Text, reports.TitleRunes), Link: digestLink(s.Digest)}, words(title(s.Database)), count(s.Odd), words("a time or a count that cannot be"),
			}})
		}
	}
	t.Limit(mostAtLook)
	return t
}

// timeOf writes the total time of executions. What was left out of it because it
// cannot be is said beside it.
func timeOf(seconds float64, executions int64, odd int) reports.Value {
	v := secondsValue(seconds)
	switch {
	case odd > 0 && executions == 0:
		return unknown()
	case odd > 0:
		v.Text += ", " + humanize.Number(odd) + " left out"
		v.Tone = reports.Warn
	}
	return v
}

// secondsValue writes a number of seconds, which may be longer than a time.Duration
// can hold.
func secondsValue(s float64) reports.Value {
	v := reports.Value{Text: humanize.Seconds(s), Number: reports.Number(s), Unit: reports.Seconds}
	if v.Number == nil {
		return dash(reports.Seconds)
	}
	return v
}

func (c *compiler) statementTable() reports.Table {
	t := reports.Table{Key: "statements", Title: "Most total time", Columns: []reports.Column{
		{Key: "statement", Title: "Statement"}, {Key: "database", Title: "Database"}, {Key: "team", Title: "Team"}, {Key: "state", Title: "State"}, {Key: "count", Title: "Executions", Numeric: true},
		{Key: "time", Title: "Total time", Numeric: true}, {Key: "p95", Title: "p95 time", Numeric: true}, {Key: "rows", Title: "Rows examined per row sent", Numeric: true},
	}}
	for _, s := range c.in.Statements[:min(len(c.in.Statements), mostSpenders)] {
		p95, rows := reports.Value{Text: "unknown", Unit: reports.Seconds, Tone: reports.Gap}, dash(reports.Times)
		if s.P95 != nil {
			p95 = secondsValue(*s.P95)
		}
		if s.RowsSent > 0 {
			x := float64(s.RowsExamined) / float64(s.RowsSent)
			rows = reports.Value{Text: digits(x), Number: reports.Number(x), Unit: reports.Times}
		}
		t.Rows = append(t.Rows, reports.Row{Key: "sql-" + s.Digest + "-" + s.Database, Cells: []reports.Value{
			{Text: humanize.Clip(s.Text, reports.TitleRunes), Link: digestLink(s.Digest)}, words(title(s.Database)), words(cmp.Or(c.sqlTeam(s), "no owner")),
			words(cmp.Or(title(s.State), "as before")), executions(float64(s.Count), s.Odd, s.OneIn), timeOf(s.Seconds, s.Count, s.Odd), p95, rows,
		}})
	}
	t.Left = len(c.in.Statements) - len(t.Rows)
	return t
}
