package documents

import (
	"net/url"
	"strconv"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// listView is a list of documents with its filters.
type listView struct {
	page.Frame
	Kind    page.Kind
	Heading string
	What    string
	About   string // address of the document that describes the folder, "" for none
	Records []library.Record
	Next    string // address of the next page
	First   string // address of the first page when this is not it
	Facets  []page.Facet
	Chips   []page.Chip
	Empty   bool          // nothing is there even without filters
	Known   *serviceFacts // set on the page of a service
}

// facetNames returns the filters of a list by their parameters, in the order of the page.
func facetNames() []string { return []string{"service", "severity", "year", "owner", "tag"} }

// list returns the handler for the list of one kind. The page is cached until the library
// or the day changes.
func (h *Handler) list(kind page.Kind) page.ServeFunc {
	return func(req *page.Request) error {
		return h.cached(req, "list", func() (any, error) { return h.kindList(req, kind) })
	}
}

// kindList returns the page of one kind. The document that describes the folder, if there
// is one, is linked. A folder is described by the document that has the address of the
// list.
func (h *Handler) kindList(req *page.Request, kind page.Kind) (any, error) {
	view := listView{Frame: h.Frame(), Kind: kind, Heading: kind.Many, What: kind.What}
	view.Title, view.Section, view.Canonical = kind.Many, kind.Path, h.Absolute(kind.Path)
	if about, err := h.deps.Library.Lookup(req.Context(), kind.Path); err == nil && about.Record != nil {
		view.About = h.Link(about.Record.Address)
	}
	return h.fillList(req, view, library.Filter{Kind: kind.Kind})
}

// fillList reads the filters from the query and adds the documents that match. base is
// the filter that the list itself sets. Links keep the other parameters; a changed filter
// returns to the first page.
func (h *Handler) fillList(req *page.Request, view listView, base library.Filter) (listView, error) {
	ctx, q := req.Context(), req.Query()
	f, err := filterOf(q, base)
	if err != nil {
		return view, err
	}
	records, next, err := h.deps.Library.List(ctx, f)
	if err != nil {
		return view, err
	}
	path := req.URL.EscapedPath()
	view.Records = records
	if next != "" {
		view.Next = h.WithQuery(path, q, "cursor", next)
	}
	if f.Cursor != "" {
		view.First = h.WithQuery(path, q, "cursor", "")
	}
	for _, name := range facetNames() {
		if value := q.Get(name); value != "" {
			view.Chips = append(view.Chips, page.Chip{Text: h.FilterLabel(name) + ": " + value, Link: h.WithQuery(path, q, name, "")})
		}
	}
	// Empty is about the list without filters, so that a filter without matches does not
	// look like an empty portal.
	view.Empty = len(records) == 0 && len(view.Chips) == 0 && f.Cursor == ""
	view.Facets, err = h.facets(req, f, base)
	return view, err
}

// facets counts the values of every filter among the documents that match. A filter that
// the list itself sets is not offered. Severity is offered for post-mortems only, since
// no other kind has one. Facets without values are left out.
func (h *Handler) facets(req *page.Request, f, base library.Filter) ([]page.Facet, error) {
	q, path := req.Query(), req.URL.EscapedPath()
	var out []page.Facet
	for _, name := range facetNames() {
		if name == "service" && base.Service != "" || name == "severity" && base.Kind != postmortems.Postmortem {
			continue
		}
		counts, err := h.deps.Library.Counts(req.Context(), name, f)
		if err != nil {
			return nil, err
		}
		view := page.Facet{Name: name, Label: h.FilterLabel(name), More: max(0, len(counts)-page.FacetShown)}
		for _, n := range counts[:min(len(counts), page.FacetShown)] {
			v := page.FacetValue{Text: n.Value, Count: n.N, On: q.Get(name) == n.Value}
			if v.Link = h.WithQuery(path, q, name, n.Value); v.On {
				v.Link = h.WithQuery(path, q, name, "")
			}
			view.Values = append(view.Values, v)
		}
		if len(view.Values) > 0 {
			out = append(out, view)
		}
	}
	return out, nil
}

// filterOf reads the parameters of a list into f. Unknown parameters are ignored. It
// fails with fault.Invalid for a year or a date that is none. An own filter of the list,
// in f, is not replaced by the query.
func filterOf(q url.Values, f library.Filter) (library.Filter, error) {
	f.Severity, f.Tag, f.Owner, f.Cursor, f.Limit = q.Get("severity"), q.Get("tag"), q.Get("owner"), q.Get("cursor"), page.Rows
	if f.Service == "" {
		f.Service = q.Get("service")
	}
	// Archived documents are left out unless they are requested.
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
