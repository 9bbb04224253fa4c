package web

import (
	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems/library"
)

// queryFeed is the Atom feed of a search: what it finds, newest first, so that a
// team hears of every new document that concerns it.
func (s *Server) queryFeed(c echo.Context) error {
	req, err := s.searchRequest(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	req.Newest, req.Limit, req.Offset, req.Facets, req.Fragments, req.Prefix, req.Fixes = true, feedEntries, 0, false, false, false, 0
	found, err := s.deps.Search.Search(ctx, req)
	if err != nil {
		return err
	}
	var records []library.Record
	for _, h := range found.Hits {
		doc, err := s.deps.Library.ByID(ctx, h.ID)
		if fault.KindOf(err) == fault.NotFound && err != nil || err == nil && doc.Record == nil {
			continue // removed since it was indexed
		}
		if err != nil {
			return err
		}
		records = append(records, *doc.Record)
	}
	title := s.opt.name()
	if req.Text != "" {
		title += ": " + req.Text
	}
	return s.writeFeed(c, title, "/search.atom", s.absolute("/search")+"?"+queryOf(req.Text).Encode(), records)
}
