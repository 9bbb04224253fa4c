package web

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/querylog"
)

// search answers /search. It also answers the script's search while typing, which
// takes the results out of the same page.
func (s *Server) search(c echo.Context) error {
	if sent, err := s.toSimilar(c); sent {
		return err
	}
	req, err := s.searchRequest(c)
	if err != nil {
		return err
	}
	view := searchView{frame: s.frame(), Newest: req.Newest, Page: s.pageView(c), Qualify: query.Fields()}
	view.Title, view.Section, view.Query = "Search", "/search", req.Text
	if strings.TrimSpace(req.Text) == "" {
		return s.show(c, http.StatusOK, "search", view)
	}
	view.Title = req.Text
	view.Feed = s.link("/search.atom") + "?" + queryOf(req.Text).Encode()
	view.Chips = s.searchChips(req)
	results, err := s.deps.Search.Search(c.Request().Context(), req)
	if err != nil {
		return s.noSearch(c, view, err)
	}
	s.logSearch(c, req, view.Page, results.Total)
	view.Results = results
	s.fillSearch(c.Request().Context(), &view, req)
	view.Rebuilding = s.rebuilding(c)
	if results.Total == 0 && !req.Prefix {
		view.Help = s.helpWith(c, req)
	}
	return s.show(c, http.StatusOK, "search", view)
}

// searchRequest reads the parameters of a search. It parses the query, once for
// the whole request.
func (s *Server) searchRequest(c echo.Context) (search.Request, error) {
	r := search.Request{
		Text: c.QueryParam("q"), Limit: hitsPerPage, Facets: true, Fragments: true, Fixes: 1,
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
	q := s.parseQuery(r.Text)
	r.Query = &q
	return r, nil
}

// noSearch shows the search page without results when search cannot answer now:
// the reader keeps the query, and the rest of the portal works.
func (s *Server) noSearch(c echo.Context, view searchView, err error) error {
	kind := fault.KindOf(err)
	if kind != fault.Unavailable && kind != fault.Timeout || !wantsPage(c.Request()) {
		return err
	}
	doc := problemOf(err)
	visitOf(c).err = err
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	view.Trouble = sentence(doc.Detail)
	if kind == fault.Timeout {
		return s.show(c, doc.Status, "search", view) // asking again would take as long
	}
	if h.Get("Retry-After") == "" {
		h.Set("Retry-After", itoa(searchRetry))
	}
	view.Retry = h.Get("Retry-After")
	return s.show(c, doc.Status, "search", view)
}

// rebuilding tells, for readers, that results may lack something; "" when not.
func (s *Server) rebuilding(c echo.Context) string {
	status := s.deps.Status.Status(c.Request().Context())
	for _, check := range status.Checks {
		if check.Name == "index" && !check.OK {
			return firstOf(check.Detail, "not up to date")
		}
	}
	return ""
}

// pageView names this view of the page for the log of queries: the script sends
// the name back while it searches. It is random, and nobody keeps it.
func (s *Server) pageView(c echo.Context) string {
	const shortest = 16 // characters: as many as NewID has
	given := c.QueryParam("page")
	if len(given) < shortest || len(given) > maxPageID || strings.ContainsFunc(given, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
	}) {
		return s.deps.NewID()
	}
	return given
}

// logSearch notes a search of a reader: not the next page of one, not what a
// browser asks for in advance. Only a browser tells what is opened.
func (s *Server) logSearch(c echo.Context, req search.Request, page string, found int) {
	r := c.Request()
	if r.Method != http.MethodGet || req.Offset > 0 || strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") {
		return
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		page = ""
	}
	s.deps.Queries.Asked(querylog.Search{Page: page, Text: req.Text, Found: found, Typing: req.Prefix})
}

// opened takes the note that a result was opened. The page sends it beside the
// click, so that no link leads anywhere but to its document.
func (s *Server) opened(c echo.Context) error {
	r := c.Request()
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "web.opened", "the form could not be read", err)
	}
	page, text := r.PostForm.Get("page"), r.PostForm.Get("q")
	if len(page) > maxPageID || utf8.RuneCountInString(text) > maxQuery {
		return fault.New(fault.Invalid, "web.opened", "page= or q= is too long")
	}
	s.deps.Queries.Opened(page, text)
	return c.NoContent(http.StatusNoContent)
}
