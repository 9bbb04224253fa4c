package web

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search"
)

// relatedView is what stands beside a document besides the documents that link to
// it.
type relatedView struct {
	Similar []search.Match
	Service string
	Latest  []library.Record // of the service
}

const (
	relatedShown = 4
	// relatedPatience is how long a page waits for its related incidents: they are a
	// courtesy, and search may be busy.
	relatedPatience = 300 * time.Millisecond
)

// relatedTo finds them, once for each state of the library: the page is kept with
// them. It is not whole when search did not answer or does not know the newest
// documents yet; such a page is made again for the next reader.
func (s *Server) relatedTo(ctx context.Context, page library.Page) (view relatedView, whole bool) {
	ctx, cancel := context.WithTimeout(ctx, relatedPatience)
	defer cancel()
	similar, err := s.deps.Search.Related(ctx, page.ID, relatedShown)
	whole = err == nil && s.deps.Status.Status(ctx).IndexLag == 0
	view.Similar = similar
	if len(page.Services) == 0 {
		return view, whole
	}
	view.Service = page.Services[0]
	latest, _, err := s.deps.Library.List(ctx, library.Filter{Service: view.Service, Limit: 2*relatedShown + 1})
	latest = slices.DeleteFunc(latest, func(r library.Record) bool {
		return r.ID == page.ID || slices.ContainsFunc(similar, func(m search.Match) bool { return m.ID == r.ID })
	})
	view.Latest = latest[:min(len(latest), relatedShown)]
	return view, whole && err == nil
}
