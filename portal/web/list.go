package web

import (
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// listView is a list of documents with its filters.
type listView struct {
	frame
	Kind    kindName
	Heading string
	What    string
	About   string // address of the document that describes the folder, "" for none
	Records []library.Record
	Next    string // address of the next page
	First   string // address of the first page when this is not it
	Facets  []facetView
	Chips   []chip
	Empty   bool          // nothing is there even without filters
	Known   *serviceFacts // set on the page of a service
}

// facetView is one filter with its values.
type facetView struct {
	Name, Label string
	Values      []facetValue
	More        int // values that are not shown
}

type facetValue struct {
	Text  string
	Count int
	Link  string // adds the value, or removes it when On
	On    bool
}

// chip is a filter that is on; its link takes it off.
type chip struct {
	Text, Link string
}

// facetLabels are the filters of a list, in order.
func facetLabels() [][2]string {
	return [][2]string{{"service", "Service"}, {"severity", "Severity"}, {"year", "Year"}, {"owner", "Owner"}, {"tag", "Tag"}}
}

// list makes the handler of one kind's list.
func (s *Server) list(kind kindName) echo.HandlerFunc {
	return func(c echo.Context) error {
		return s.cached(c, "list", func() (any, error) { return s.kindList(c, kind) })
	}
}

func (s *Server) kindList(c echo.Context, kind kindName) (any, error) {
	view := listView{frame: s.frame(), Kind: kind, Heading: kind.Many, What: kind.What}
	view.Title, view.Section, view.Canonical = kind.Many, kind.Path, s.absolute(kind.Path)
	if about, err := s.deps.Library.Lookup(c.Request().Context(), kind.Path); err == nil && about.Record != nil {
		view.About = s.link(about.Record.Address)
	}
	return s.fillList(c, view, library.Filter{Kind: kind.Kind})
}

// fillList reads the filters from the query and adds what they leave.
func (s *Server) fillList(c echo.Context, view listView, base library.Filter) (listView, error) {
	ctx, q := c.Request().Context(), c.QueryParams()
	f, err := filterOf(q, base)
	if err != nil {
		return view, err
	}
	records, next, err := s.deps.Library.List(ctx, f)
	if err != nil {
		return view, err
	}
	path := c.Request().URL.EscapedPath()
	view.Records = records
	if next != "" {
		view.Next = s.withQuery(path, q, "cursor", next)
	}
	if f.Cursor != "" {
		view.First = s.withQuery(path, q, "cursor", "")
	}
	for _, l := range facetLabels() {
		if value := q.Get(l[0]); value != "" {
			view.Chips = append(view.Chips, chip{l[1] + ": " + value, s.withQuery(path, q, l[0], "")})
		}
	}
	view.Empty = len(records) == 0 && len(view.Chips) == 0 && f.Cursor == ""
	view.Facets, err = s.facets(c, f, base)
	return view, err
}

// facets counts the values of every filter among the documents that the filters
// leave. A filter that the list itself sets is not offered.
func (s *Server) facets(c echo.Context, f, base library.Filter) ([]facetView, error) {
	q, path := c.QueryParams(), c.Request().URL.EscapedPath()
	var out []facetView
	for _, l := range facetLabels() {
		if l[0] == "service" && base.Service != "" || l[0] == "severity" && base.Kind != postmortems.Postmortem {
			continue
		}
		counts, err := s.deps.Library.Counts(c.Request().Context(), l[0], f)
		if err != nil {
			return nil, err
		}
		view := facetView{Name: l[0], Label: l[1], More: max(0, len(counts)-facetShown)}
		for _, n := range counts[:min(len(counts), facetShown)] {
			v := facetValue{Text: n.Value, Count: n.N, On: q.Get(l[0]) == n.Value}
			if v.Link = s.withQuery(path, q, l[0], n.Value); v.On {
				v.Link = s.withQuery(path, q, l[0], "")
			}
			view.Values = append(view.Values, v)
		}
		if len(view.Values) > 0 {
			out = append(out, view)
		}
	}
	return out, nil
}

// withQuery is the link to path with one parameter of the query set, or removed
// when value is empty. A change of filter goes back to the first page.
func (s *Server) withQuery(path string, q url.Values, name, value string) string {
	next := url.Values{}
	for k, v := range q {
		if k != "cursor" {
			next[k] = v
		}
	}
	next.Del(name)
	if value != "" {
		next.Set(name, value)
	}
	if len(next) == 0 {
		return s.link(path)
	}
	return s.link(path) + "?" + next.Encode()
}

// filterOf reads the parameters of a list. Unknown ones are ignored.
func filterOf(q url.Values, f library.Filter) (library.Filter, error) {
	f.Severity, f.Tag, f.Owner, f.Cursor, f.Limit = q.Get("severity"), q.Get("tag"), q.Get("owner"), q.Get("cursor"), pageSize
	if f.Service == "" {
		f.Service = q.Get("service")
	}
	f.Archived = q.Get("archived") == "yes"
	if year := q.Get("year"); year != "" {
		n, err := strconv.Atoi(year)
		if err != nil || n < 1 || n > 9999 {
			return f, fault.New(fault.Invalid, "web", "year= takes a year such as 2026")
		}
		f.Year = n
	}
	for name, at := range map[string]*time.Time{"after": &f.After, "before": &f.Before} {
		if v := q.Get(name); v != "" {
			day, err := time.Parse(time.DateOnly, v)
			if err != nil {
				return f, fault.Newf(fault.Invalid, "web", "%s= takes a date such as 2026-01-31", name)
			}
			*at = day
		}
	}
	return f, nil
}
