package searching

import (
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems/library"
)

// queryFeed answers a search as an Atom feed, newest first, so that a team can follow
// what concerns it. It takes the parameters of a search. Facets, quotes and fixes are not
// computed, as a feed does not show them.
func (h *Handler) queryFeed(req *page.Request) error {
	wanted, err := h.searchRequest(req)
	if err != nil {
		return err
	}
	ctx := req.Context()
	wanted.Newest, wanted.Limit, wanted.Offset, wanted.Facets, wanted.Fragments, wanted.Prefix, wanted.Fixes = true, page.FeedEntries, 0,
		false, false, false, 0
	found, err := h.deps.Search.Search(ctx, wanted)
	if err != nil {
		return err
	}
	var records []library.Record
	for _, hit := range found.Hits {
		doc, err := h.deps.Library.ByID(ctx, hit.ID)
		if fault.KindOf(err) == fault.NotFound && err != nil || err == nil && doc.Record == nil {
			continue // removed since it was indexed
		}
		if err != nil {
			return err
		}
		records = append(records, *doc.Record)
	}
	title := h.Name()
	if wanted.Text != "" {
		title += ": " + wanted.Text
	}
	// The feed's page is the search itself.
	feed := h.NewFeed(req, title, "/search.atom", h.Absolute("/search")+"?"+queryOf(wanted.Text).Encode())
	return docparts.SendFeed(h.Kit, req, feed, records)
}
