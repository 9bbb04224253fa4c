package web

import (
	"cmp"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// slosView is the board.
type slosView struct {
	frame
	AsOf                  time.Time
	Rows                  []sloRow
	All                   int // objectives that fit the filters
	Met, Missed, Unjudged int
	Teams, Services       []facetValue
	Chips                 []chip
	Next, First           string
	Empty                 bool // no objective is defined at all
}

// sloRow is one objective in a list.
type sloRow struct {
	Name, Title, Link         string
	Service, Team             string
	Word, Class               string
	Objective, SLI            string
	Spent, Left, LeftClass    string
	Burns                     []burnCell
	Lasts, Fires, Reason, Key string
	Spark                     template.HTML
}

// burnCell is a burn rate; class says whether a rule fires by it.
type burnCell struct{ Window, Text, Class string }

// boardPage is how many objectives one page of the board lists: more would be
// over the size of a page, and nobody reads them at once.
const boardPage = 30

func (s *Server) slos(c echo.Context) error {
	if s.deps.Board == nil {
		return fault.New(fault.NotFound, "web.slos", "this portal judges no objectives")
	}
	rows, err := s.deps.Board.Rows(c.Request().Context())
	if err != nil {
		return err
	}
	q := c.QueryParams()
	view := slosView{frame: s.frame(), Empty: len(rows) == 0}
	view.Title, view.Section, view.Canonical, view.Refresh = "SLOs", "/slos", s.absolute("/slos"), true
	view.Teams = s.sloFacet(q, "team", rows, func(r slostatus.Row) string { return r.Team })
	view.Services = s.sloFacet(q, "service", rows, func(r slostatus.Row) string { return r.SLO.Service })
	for _, key := range []string{"team", "service", "verdict"} {
		if v := q.Get(key); v != "" {
			view.Chips = append(view.Chips, chip{Text: key + ": " + v, Link: s.boardLink(q, key, "")})
		}
	}
	fitting := slices.DeleteFunc(slices.Clone(rows), func(r slostatus.Row) bool { return !fits(r, q) })
	slices.SortStableFunc(fitting, worstFirst)
	view.count(fitting)
	from, err := strconv.Atoi(cmp.Or(q.Get("from"), "0"))
	if err != nil || from < 0 || from > mostPages {
		return fault.New(fault.Invalid, "web.slos", "from= takes the number of a row")
	}
	page := fitting[min(from, len(fitting)):min(from+boardPage, len(fitting))]
	for _, r := range page {
		view.Rows = append(view.Rows, s.sloRow(r))
		if view.AsOf.Before(asOf(r.Result)) {
			view.AsOf = asOf(r.Result)
		}
	}
	if from > 0 {
		view.First = s.boardLink(q, "from", "")
	}
	if from+boardPage < len(fitting) {
		view.Next = s.boardLink(q, "from", strconv.Itoa(from+boardPage))
	}
	return s.show(c, 200, "slos", view)
}

// asOf is up to when a result counts.
func asOf(r slo.Result) time.Time {
	if r.Open {
		return time.Time{} // a calendar window ends in the future
	}
	return r.To
}

func (v *slosView) count(rows []slostatus.Row) {
	v.All = len(rows)
	for _, r := range rows {
		switch {
		case r.Result.Met == nil:
			v.Unjudged++
		case *r.Result.Met:
			v.Met++
		default:
			v.Missed++
		}
	}
}

// boardLink is the board with one filter changed, from its beginning.
func (s *Server) boardLink(q url.Values, key, value string) string {
	next := url.Values{}
	for _, k := range []string{"team", "service", "verdict"} {
		if v := q.Get(k); v != "" {
			next.Set(k, v)
		}
	}
	if next.Del(key); value != "" {
		next.Set(key, value)
	}
	if len(next) == 0 {
		return s.link("/slos")
	}
	return s.link("/slos") + "?" + next.Encode()
}

// fits tells whether an objective passes the filters.
func fits(r slostatus.Row, q url.Values) bool {
	if team := q.Get("team"); team != "" && r.Team != team {
		return false
	}
	if service := q.Get("service"); service != "" && r.SLO.Service != service {
		return false
	}
	switch q.Get("verdict") {
	case "met":
		return r.Result.Met != nil && *r.Result.Met
	case "missed":
		return r.Result.Met != nil && !*r.Result.Met
	case "unmeasured":
		return r.Result.Met == nil
	}
	return true
}

// sloFacet counts the values of one filter among all objectives.
func (s *Server) sloFacet(q url.Values, key string, rows []slostatus.Row, of func(slostatus.Row) string) (out []facetValue) {
	counts := map[string]int{}
	for _, r := range rows {
		if v := of(r); v != "" {
			counts[v]++
		}
	}
	for value, n := range counts {
		on := q.Get(key) == value
		f := facetValue{Text: value, Count: n, On: on, Link: s.boardLink(q, key, value)}
		if on {
			f.Link = s.boardLink(q, key, "")
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b facetValue) int { return cmp.Compare(a.Text, b.Text) })
	return out
}

// worstFirst puts what is missed before what cannot be judged, and that before
// what is met; among equals what has least budget left.
func worstFirst(a, b slostatus.Row) int {
	rank := func(r slostatus.Row) int {
		switch {
		case r.Result.Met != nil && !*r.Result.Met:
			return 0
		case r.Result.Met == nil:
			return 1
		}
		return 2
	}
	left := func(r slostatus.Row) float64 {
		if r.Result.Left == nil {
			return 1
		}
		return *r.Result.Left
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(left(a), left(b)), cmp.Compare(a.SLO.Name, b.SLO.Name))
}

func (s *Server) sloLink(name string) string { return s.link("/slos/" + url.PathEscape(name)) }

func (s *Server) sloRow(r slostatus.Row) sloRow {
	out := sloRow{
		Name: r.SLO.Name, Title: r.SLO.Title, Link: s.sloLink(r.SLO.Name), Service: r.SLO.Service, Team: r.Team,
		Objective: targetText(r.SLO.Target), SLI: sliText(r.Result.SLI, r.SLO.Target),
		Spent: budgetText(r.Result.Spent), Left: budgetText(r.Result.Left),
		Lasts: lastsText(r.Lasts, r.Result.Left), Reason: r.Result.Reason, Key: "slo-" + r.SLO.Name, Spark: spark(r),
	}
	out.Word, out.Class = verdictOf(r.Result)
	if len(r.SLO.Parts) > 0 {
		out.Objective, out.Spark = "composite", ""
	}
	switch {
	case toDate(r):
		out.Left += " to date"
	case r.Result.Left != nil && *r.Result.Left < 0:
		out.LeftClass = "bad-text"
	}
	out.Burns, out.Fires = burnCells(r)
	if !burnKnown(r) {
		out.Lasts = "–"
	}
	return out
}

// toDate reports whether the row's budget is of what the traffic so far permits: a
// calendar window that counts events and is not over permits more in the end.
func toDate(r slostatus.Row) bool {
	return r.Result.Open && r.Result.Left != nil && r.SLO.Method == slo.Occurrences && len(r.SLO.Parts) == 0
}

// burnKnown reports whether anything was counted in the last day: without that, it
// is not known how long a budget lasts that is not spent.
func burnKnown(r slostatus.Row) bool {
	if r.Result.Left != nil && *r.Result.Left <= 0 {
		return true
	}
	for _, b := range r.Burns {
		if b.Window == 24*time.Hour && b.Rate != nil {
			return true
		}
	}
	return false
}

// burnCells are the burn rates over the long windows of the rules, and the rules
// that fire.
func burnCells(r slostatus.Row) (cells []burnCell, fires string) {
	for _, rule := range r.Rules {
		cell := burnCell{Window: windowText(rule.Rule.Long), Text: "–"}
		for _, b := range r.Burns {
			if b.Window == rule.Rule.Long {
				cell.Text = rateText(b.Rate)
			}
		}
		if rule.Verdict == slo.Fires {
			cell.Class = "bad"
			if rule.Rule.Severity == "ticket" {
				cell.Class = "warn"
			}
			if fires == "" {
				fires = rule.Rule.Severity
			}
		}
		cells = append(cells, cell)
	}
	return cells, fires
}

// windowText is a window as the rules name it: 1h, 1d.
func windowText(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return strconv.Itoa(int(d/(24*time.Hour))) + " d"
	}
	if d%time.Hour == 0 {
		return strconv.Itoa(int(d/time.Hour)) + " h"
	}
	return strconv.Itoa(int(d/time.Minute)) + " min"
}
