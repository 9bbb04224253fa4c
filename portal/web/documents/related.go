package documents

import (
	"context"
	"slices"

	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search"
)

// relatedView is what is shown beside a document in addition to its backlinks.
type relatedView struct {
	Similar []search.Match
	Service string
	Latest  []library.Record // of the service
}

// relatedTo returns related incidents and the latest documents of the first service.
// whole is false if search did not answer or is behind the library; such a page is not
// cached. Failures leave their part empty and are not returned: a document is readable
// without related ones.
func (h *Handler) relatedTo(ctx context.Context, doc library.Page) (view relatedView, whole bool) {
	ctx, cancel := context.WithTimeout(ctx, docparts.RelatedPatience)
	defer cancel()
	similar, err := h.deps.Search.Related(ctx, doc.ID, docparts.RelatedShown)
	// An index that is behind may lack the newest documents.
	whole = err == nil && h.deps.Status.Status(ctx).IndexLag == 0
	view.Similar = similar
	if len(doc.Services) == 0 {
		return view, whole
	}
	// More than are shown, because the document itself and similar ones are removed from
	// them.
	view.Service = doc.Services[0]
	latest, _, err := h.deps.Library.List(ctx, library.Filter{Service: view.Service, Limit: 2*docparts.RelatedShown + 1})
	latest = slices.DeleteFunc(latest, func(r library.Record) bool {
		return r.ID == doc.ID || slices.ContainsFunc(similar, func(m search.Match) bool { return m.ID == r.ID })
	})
	view.Latest = latest[:min(len(latest), docparts.RelatedShown)]
	return view, whole && err == nil
}
