package slos

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/sloparts"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// slosView is the list of SLOs. Its counts and facets are computed from the rows in
// memory for each request.
type slosView struct {
	page.Frame
	// AsOf is the latest end of a rolling window among the listed SLOs; zero if all have
	// calendar windows.
	AsOf time.Time
	Rows []sloparts.Row
	All  int // objectives that fit the filters
	// Unjudged SLOs have no verdict, for lack of data or because the data is invalid.
	Met, Missed, Unjudged int
	Teams, Services       []page.FacetValue
	Chips                 []page.Chip
	// Each is a link, "" if there is no such page.
	Next, First string
	Empty       bool // no objective is defined at all
}

// boardPage is how many SLOs one page lists. More would exceed the size of a page.
const boardPage = 30

// slos lists SLOs, those that need attention first. The list is paged by from=, the
// number of the first row, counted from 0. A from= that is beyond the end is an empty
// page.
func (h *Handler) slos(req *page.Request) error {
	if h.deps.Board == nil {
		return fault.New(fault.NotFound, "web.slos", "this portal judges no objectives")
	}
	rows, err := h.deps.Board.Rows(req.Context())
	if err != nil {
		return err
	}
	q := req.Query()
	view := slosView{Frame: h.Frame(), Empty: len(rows) == 0}
	// Refresh lets the page be refreshed in place, so that a list on a wall stays
	// current.
	view.Title, view.Section, view.Canonical, view.Refresh = "SLOs", "/slos", h.Absolute("/slos"), true
	view.Teams = h.sloFacet(q, "team", rows, func(r slostatus.Row) string { return r.Team })
	view.Services = h.sloFacet(q, "service", rows, func(r slostatus.Row) string { return r.SLO.Service })
	for _, key := range []string{"team", "service", "verdict"} {
		if v := q.Get(key); v != "" {
			view.Chips = append(view.Chips, page.Chip{Text: key + ": " + v, Link: h.boardLink(q, key, "")})
		}
	}
	// Clone, because the board's rows are shared with all other requests.
	fitting := slices.DeleteFunc(slices.Clone(rows), func(r slostatus.Row) bool { return !fits(r, q) })
	slices.SortStableFunc(fitting, worstFirst)
	view.count(fitting)
	from, err := strconv.Atoi(cmp.Or(q.Get("from"), "0"))
	if err != nil || from < 0 || from > page.MaxPage {
		return fault.New(fault.Invalid, "web.slos", "from= takes the number of a row")
	}
	shown := fitting[min(from, len(fitting)):min(from+boardPage, len(fitting))]
	for _, r := range shown {
		view.Rows = append(view.Rows, sloparts.NewRow(h.Kit, r))
		if view.AsOf.Before(asOf(r.Result)) {
			view.AsOf = asOf(r.Result)
		}
	}
	if from > 0 {
		view.First = h.boardLink(q, "from", "")
	}
	if from+boardPage < len(fitting) {
		view.Next = h.boardLink(q, "from", strconv.Itoa(from+boardPage))
	}
	return h.Show(req, 200, "slos", view)
}

// asOf returns until when a result counts; zero for a calendar window, which ends in the
// future.
func asOf(r slo.Result) time.Time {
	if r.Open {
		return time.Time{} // a calendar window ends in the future
	}
	return r.To
}

// count counts met, missed and unmeasured SLOs. A result without a verdict is neither met
// nor missed.
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

// boardLink returns the link to the list with one filter changed, from its beginning.
// Other parameters are dropped. An empty value removes the filter; key "from" with a
// value leads to a later page.
func (h *Handler) boardLink(q url.Values, key, value string) string {
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
		return h.Link("/slos")
	}
	return h.Link("/slos") + "?" + next.Encode()
}

// fits reports whether an SLO matches the filters. An unknown verdict= matches
// everything, as no filter does.
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

// sloFacet counts the values of one filter among all SLOs. The counts are of all SLOs,
// not of the matching ones: the board is short enough to choose again without removing a
// filter first. SLOs without a value are not offered.
func (h *Handler) sloFacet(q url.Values, key string, rows []slostatus.Row, of func(slostatus.Row) string) (out []page.FacetValue) {
	counts := map[string]int{}
	for _, r := range rows {
		if v := of(r); v != "" {
			counts[v]++
		}
	}
	for value, n := range counts {
		on := q.Get(key) == value
		f := page.FacetValue{Text: value, Count: n, On: on, Link: h.boardLink(q, key, value)}
		if on {
			f.Link = h.boardLink(q, key, "")
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b page.FacetValue) int { return cmp.Compare(a.Text, b.Text) })
	return out
}

// worstFirst orders missed SLOs before unmeasured ones, and those before met ones; within
// each, by remaining budget, least first. An unknown remaining budget ranks as a whole
// one. The name is last, so that the order is total.
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
