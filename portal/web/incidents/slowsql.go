package incidents

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/sql"
)

// slowSQLView is the list of slow statements. Tiles and Teams are sums over the
// statements that match the filters.
type slowSQLView struct {
	signalsView
	Facets []page.Facet
	Chips  []page.Chip
	Tiles  []page.Tile
	Teams  []teamRow
	Rows   []statementRow
	Pages  page.Pager
	Empty  bool
}

// teamRow is the cost of one team's statements.
type teamRow struct {
	Team, Link string // Team is "" for statements without an owner
	// New, Fixed and Back count the statements in that state; Back were fixed and seen
	// again.
	Statements, New, Fixed, Back int
	Time                         string
	// seconds is the unrounded sum, by which the rows are sorted.
	seconds float64
}

// statementRow is one slow statement in one database. A digest that runs in two databases
// has two rows.
type statementRow struct {
	sql.Followed
	// Class is the tone of the state. Time is the total execution time, Times the 95th
	// percentile of one execution, Ratio the rows examined for each row sent, Ownership
	// how the owner was found.
	Link, Class, Time, Times, Ratio, Ownership string
}

// digestView is the page of one statement, identified by its digest. A digest is the hash
// by which sources identify statements that differ only in their values.
type digestView struct {
	signalsView
	Digest, Statement string
	Rows              []statementRow
	// Both are sorted and without duplicates, over all databases.
	Instances, Users []string
	Problem          string
}

// statementRow returns the row of a statement. What no source measured is unknown, "—"
// for the ratio.
func (h *Handler) statementRow(f sql.Followed) statementRow {
	row := statementRow{Followed: f, Link: h.Link("/slow-sql/" + url.PathEscape(f.Digest)), Class: "none",
		Time: secondsOf(f.Seconds), Times: h.Texts().Text("word.unknown"), Ratio: "—"}
	switch f.State {
	case sql.New:
		row.Class = "warn"
	case sql.Fixed:
		row.Class = "ok"
	case sql.Back:
		row.Class = "bad"
	}
	// Observations with impossible numbers are left out of the sum. If nothing else was
	// observed, the sum is not 0 but unknown.
	switch {
	case f.Odd > 0 && f.Count == 0:
		row.Time = h.Texts().Text("word.unknown")
	case f.Odd > 0:
		row.Time += ", " + h.Texts().Text("slow_sql.left_out", "N", f.Odd)
	}
	// A sampled source sees one execution in OneIn, so its numbers are not of all.
	if f.OneIn > 1 {
		row.Time += ", " + h.Texts().Text("slow_sql.sampled", "N", f.OneIn)
	}
	if f.P95 != nil {
		row.Times = secondsOf(*f.P95)
	}
	if f.ExaminedPerSent != nil {
		// Rounded to the nearest whole number.
		row.Ratio = humanize.Number(int(*f.ExaminedPerSent + 0.5))
	}
	if f.Owner.Team != "" {
		row.Ownership = h.Texts().Text(messages.Key("slow_sql.owned_by.", f.Owner.By))
	}
	return row
}

// slowSQL lists slow statements of a range of days, longest total time first.
func (h *Handler) slowSQL(req *page.Request) error {
	base, err := h.signals(req, "/slow-sql", h.Texts().Text("layout.slow_sql"), signalDays)
	if err != nil {
		return err
	}
	view := slowSQLView{signalsView: base}
	all, err := h.deps.Signals.Statements(req.Context(), view.Since, view.Until)
	if err != nil {
		return err
	}
	view.Empty = len(all) == 0
	all = h.narrowStatements(req, &view, all)
	// Teams and figures are of all matching statements, the rows of one page of the list.
	view.addTeams(h, req, all)
	view.Tiles = statementTiles(h.Texts(), all)
	from, to, pages, err := h.Paginate(req, "/slow-sql", len(all))
	if err != nil {
		return err
	}
	view.Pages = pages
	for _, f := range all[from:to] {
		view.Rows = append(view.Rows, h.statementRow(f))
	}
	return h.Show(req, http.StatusOK, "slowsql", view)
}

// unowned is the value of the filter for statements without an owner, as addresses have it.
const unowned = "nobody"

// narrowStatements returns the statements that match the filters, and adds the filters
// to the page.
func (h *Handler) narrowStatements(req *page.Request, view *slowSQLView, all []sql.Followed) []sql.Followed {
	q := req.Query()
	teams, databases, states := map[string]int{}, map[string]int{}, map[string]int{}
	var shown []sql.Followed
	for _, f := range all {
		fits := func(name, value string) bool { return q.Get(name) == "" || q.Get(name) == value }
		team := cmp.Or(f.Owner.Team, unowned)
		// What was not seen in this time is of interest only when it was asked for.
		// Statements are followed over all time, so that a fixed one that comes back is
		// noticed.
		if f.Count == 0 && f.Odd == 0 && q.Get("state") != string(f.State) || !fits("team", team) || !fits("database", f.Database) ||
			!fits("state", string(f.State)) {
			continue
		}
		shown = append(shown, f)
		teams[team]++
		databases[f.Database]++
		states[string(f.State)]++
	}
	view.Chips, view.Facets = h.Filters(req, "/slow-sql",
		page.Counted{Name: "state", Label: h.FilterLabel("state"), Counts: states},
		page.Counted{Name: "team", Label: h.FilterLabel("team"), Counts: teams,
			Words: map[string]string{unowned: h.Texts().Text("slow_sql.no_owner")}},
		page.Counted{Name: "database", Label: h.FilterLabel("database"), Counts: databases})
	return shown
}

// addTeams sums up the statements of each team, most time first. Ties are sorted by team,
// because the order of a map is random.
func (v *slowSQLView) addTeams(h *Handler, req *page.Request, all []sql.Followed) {
	byTeam := map[string]*teamRow{}
	for _, f := range all {
		row := byTeam[f.Owner.Team]
		if row == nil {
			row = &teamRow{Team: f.Owner.Team, Link: h.WithQuery("/slow-sql", page.WithoutPage(req.Query()), "team", cmp.Or(f.Owner.Team, unowned))}
			byTeam[f.Owner.Team] = row
		}
		row.Statements++
		row.seconds += f.Seconds
		switch f.State {
		case sql.New:
			row.New++
		case sql.Fixed:
			row.Fixed++
		case sql.Back:
			row.Back++
		}
	}
	for _, row := range byTeam {
		row.Time = secondsOf(row.seconds)
		v.Teams = append(v.Teams, *row)
	}
	slices.SortFunc(v.Teams, func(a, b teamRow) int {
		return cmp.Or(cmp.Compare(b.seconds, a.seconds), cmp.Compare(a.Team, b.Team))
	})
}

// statementTiles returns the figures of slow statements. Marked are statements that came
// back after they were fixed, and those without an owner.
func statementTiles(texts *messages.Printer, all []sql.Followed) []page.Tile {
	// count is a float64, because sums of counts that feeds report may exceed an int64.
	var count, seconds float64
	fresh, back, orphans := 0, 0, 0
	for _, f := range all {
		count += float64(f.Count)
		seconds += f.Seconds
		switch f.State {
		case sql.New:
			fresh++
		case sql.Back:
			back++
		}
		if f.Owner.Team == "" {
			orphans++
		}
	}
	tiles := []page.Tile{
		{Name: texts.Text("slow_sql.statements"), Value: humanize.Number(len(all)),
			Note: texts.Text("slow_sql.statements_note", "N", humanize.Decimal(count, 0)),
			How:  texts.Text("slow_sql.statements_how")},
		{Name: texts.Text("slow_sql.total_time"), Value: secondsOf(seconds), Note: texts.Text("slow_sql.total_time_note"),
			How: texts.Text("slow_sql.total_time_how")},
		{Name: texts.Text("slow_sql.new"), Value: humanize.Number(fresh), Note: texts.Text("slow_sql.new_note"),
			How: texts.Text("slow_sql.new_how")},
		{Name: texts.Text("slow_sql.reopened"), Value: humanize.Number(back), Note: texts.Text("slow_sql.reopened_tile"),
			How: texts.Text("slow_sql.reopened_how")},
		{Name: texts.Text("slow_sql.no_owner"), Value: humanize.Number(orphans), Note: texts.Text("slow_sql.no_owner_note"),
			How: texts.Text("slow_sql.no_owner_how")},
	}
	if back > 0 {
		tiles[3].Class = "bad"
	}
	if orphans > 0 {
		tiles[4].Class = "warn"
	}
	return tiles
}

// digest shows one statement in every database that runs it.
func (h *Handler) digest(req *page.Request) error { return h.showDigest(req, http.StatusOK, "") }

// showDigest shows a statement. problem is what is wrong with a decision that was just
// sent, "" for nothing. It fails with fault.NotFound if the digest was not observed in
// the range.
func (h *Handler) showDigest(req *page.Request, status int, problem string) error {
	base, err := h.signals(req, "/slow-sql", h.Texts().Text("slow_sql.title"), digestDays)
	if err != nil {
		return err
	}
	// A decision needs more than the corrections of incidents do.
	base.MayEdit = req.Who.May(auth.PushMain)
	view := digestView{signalsView: base, Digest: req.PathValue("id"), Problem: problem}
	all, err := h.deps.Signals.Statements(req.Context(), view.Since, view.Until)
	if err != nil {
		return err
	}
	for _, f := range all {
		if f.Digest != view.Digest {
			continue
		}
		// Sources may write the same statement in different ways; the first in the order
		// of the list is shown.
		view.Statement = cmp.Or(view.Statement, f.Statement)
		view.Rows = append(view.Rows, h.statementRow(f))
		view.Instances = append(view.Instances, f.Instances...)
		view.Users = append(view.Users, f.Users...)
	}
	if len(view.Rows) == 0 {
		return fault.New(fault.NotFound, "web", "no source told of such a statement")
	}
	slices.Sort(view.Instances)
	slices.Sort(view.Users)
	view.Instances, view.Users = slices.Compact(view.Instances), slices.Compact(view.Users)
	return h.Show(req, status, "digest", view)
}

// decide stores a person's decision about a statement: who owns it, or that it is fixed.
// It needs auth.PushMain. Invalid input shows the statement again with status 400.
func (h *Handler) decide(req *page.Request) error {
	if err := h.form(req); err != nil {
		return err
	}
	f := req.PostForm
	d := sql.Decision{Digest: req.PathValue("id"), Database: f.Get("database"), State: sql.State(f.Get("state")), Team: f.Get("team"),
		Why: f.Get("why")}
	err := h.deps.Signals.Decide(req.Context(), req.Who.Name, d)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		return h.showDigest(req, http.StatusBadRequest, fault.Message(err))
	}
	if err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, h.Link("/slow-sql/"+url.PathEscape(d.Digest)))
}
