package web

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/query"
)

// searchView is the answer to a query.
type searchView struct {
	frame
	Results     search.Results
	Facets      []facetView
	Chips       []chip
	Newest      bool
	ByScore     string // address of the same search sorted by relevance
	ByDate      string // and by date
	Next        string
	Previous    string
	First, Last int // hits shown, 1-based
	Other       []chip
	Qualify     []string // names of qualifiers, for the help of an empty query
}

// search answers /search. It also answers the script's search while typing, which
// takes the results out of the same page.
func (s *Server) search(c echo.Context) error {
	req, err := searchRequest(c)
	if err != nil {
		return err
	}
	view := searchView{frame: s.frame(), Newest: req.Newest, Qualify: query.Fields()}
	view.Title, view.Section, view.Query = "Search", "/search", req.Text
	if strings.TrimSpace(req.Text) == "" {
		return s.show(c, 200, "search", view)
	}
	view.Title = req.Text
	if view.Results, err = s.deps.Search.Search(c.Request().Context(), req); err != nil {
		return err
	}
	s.fillSearch(c, &view, req)
	return s.show(c, 200, "search", view)
}

func searchRequest(c echo.Context) (search.Request, error) {
	r := search.Request{
		Text: c.QueryParam("q"), Limit: hitsPerPage, Facets: true, Fragments: true,
		Newest: c.QueryParam("sort") == "newest", Prefix: c.QueryParam("typing") != "",
	}
	if !utf8.ValidString(r.Text) {
		return r, fault.New(fault.Invalid, "web.search", "the query is not valid UTF-8")
	}
	if n := utf8.RuneCountInString(r.Text); n > maxQuery {
		return r, fault.Newf(fault.Invalid, "web.search", "the query has %d characters, at most %d are taken; paste the part that is peculiar to the problem", n, maxQuery)
	}
	if v := c.QueryParam("offset"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > maxOffset {
			return r, fault.Newf(fault.Invalid, "web.search", "offset= takes a number up to %d", maxOffset)
		}
		r.Offset = n
	}
	return r, nil
}

func (s *Server) fillSearch(c echo.Context, view *searchView, req search.Request) {
	to := func(text string, newest bool, offset int) string { return s.searchLink(text, newest, offset) }
	q := query.Parse(req.Text)
	for _, f := range filtersOf(q) {
		view.Chips = append(view.Chips, chip{query.Query{Root: f}.String(), to(without(q, f), req.Newest, 0)})
	}
	view.Facets = s.searchFacets(view.Results.Facets, q, req.Newest)
	view.ByScore, view.ByDate = to(req.Text, false, 0), to(req.Text, true, 0)
	view.First, view.Last = req.Offset+1, req.Offset+len(view.Results.Hits)
	if view.Last < view.Results.Total && view.Last < maxOffset {
		view.Next = to(req.Text, req.Newest, view.Last)
	}
	if req.Offset > 0 {
		view.Previous = to(req.Text, req.Newest, max(0, req.Offset-hitsPerPage))
	}
	for _, other := range view.Results.Suggestions {
		view.Other = append(view.Other, chip{other, to(other, req.Newest, 0)})
	}
}

func (s *Server) searchLink(text string, newest bool, offset int) string {
	q := url.Values{"q": {text}}
	if newest {
		q.Set("sort", "newest")
	}
	if offset > 0 {
		q.Set("offset", itoa(offset))
	}
	return s.link("/search") + "?" + q.Encode()
}

// searchFacets offers every counted value as a qualifier to add, or to take off
// when the query has it.
func (s *Server) searchFacets(counts map[string][]search.FacetValue, q query.Query, newest bool) []facetView {
	var out []facetView
	for _, l := range [...][2]string{{"kind", "Kind"}, {"severity", "Severity"}, {"service", "Service"}, {"factor", "Contributing factor"}, {"year", "Year"}, {"tag", "Tag"}} {
		values := counts[l[0]]
		view := facetView{Name: l[0], Label: l[1], More: max(0, len(values)-facetShown)}
		for _, n := range values[:min(len(values), facetShown)] {
			v := facetValue{Text: n.Value, Count: n.Count}
			if l[0] == "kind" {
				v.Text = kindWord(n.Value)
			}
			text, on := toggled(q, l[0], n.Value)
			v.Link, v.On = s.searchLink(text, newest, 0), on
			view.Values = append(view.Values, v)
		}
		if len(view.Values) > 0 {
			out = append(out, view)
		}
	}
	return out
}
