package documents

import (
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// feed lists the newest documents; the filters of a list narrow it, and kind=. It fails
// with fault.Invalid for filters that cannot be read. A feed has one page, so cursor= is
// ignored.
func (h *Handler) feed(req *page.Request) error {
	f, err := filterOf(req.Query(), library.Filter{Kind: postmortems.Kind(req.QueryValue("kind"))})
	if err != nil {
		return err
	}
	f.Limit, f.Cursor = page.FeedEntries, ""
	records, _, err := h.deps.Library.List(req.Context(), f)
	if err != nil {
		return err
	}
	return docparts.SendFeed(h.Kit, req, h.NewFeed(req, h.Name(), "/feed.atom", h.Absolute("/")), records)
}
