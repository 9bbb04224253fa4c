package searching

import (
	"net/http"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/search/query"
)

// Handler answers the pages that find documents. It may be used by many goroutines.
type Handler struct {
	*page.Kit
	deps Deps
	// parseQuery is query.Parse, except in the test that counts its calls.
	parseQuery func(text string) query.Query
}

// New makes a Handler.
func New(k *page.Kit, deps Deps) *Handler {
	return &Handler{Kit: k, deps: deps, parseQuery: query.Parse}
}

// Routes returns the rows of the route table that this package answers. The OpenSearch
// description is public, because browsers request it without the reader's session.
func (h *Handler) Routes() []page.Route {
	opensearch := page.Get("/opensearch.xml", h.openSearch)
	opensearch.Public = true
	return []page.Route{
		page.Get("/search", h.search).Limited(page.RateSearch),
		page.Get("/search.atom", h.queryFeed).Limited(page.RateSearch),
		page.Get("/suggest", h.suggestions).Limited(page.RateSuggest),
		page.Get("/similar", h.similar).Limited(page.RateSearch),
		page.Get("/a/*", h.alert).Limited(page.RateSearch),
		page.Get("/gaps", h.gaps),
		opensearch,
		// /similar takes a paste as a form as well, since a log does not fit into an
		// address.
		{Method: http.MethodPost, Path: "/similar", Need: auth.Read, Body: page.PasteBody, Rate: page.RateSearch, Serve: h.similar},
		{Method: http.MethodPost, Path: "/search/opened", Need: auth.Read, Body: page.SmallForm, Rate: page.RateSearch, Serve: h.opened},
		{Method: http.MethodPost, Path: "/gaps/report", Need: auth.Read, Body: noteBody, Rate: page.RateNote, Serve: h.reportMissing},
		{Method: http.MethodPost, Path: "/gaps/done", Need: auth.PushMain, Body: page.SmallForm, Serve: h.finishNote},
	}
}

// Pages returns the struct of each template that this package executes.
func Pages() map[string]any {
	return map[string]any{"search": searchView{}, "similar": similarView{}, "alert": alertView{}, "gaps": gapsView{}}
}

// answers returns what turns similar documents into an answer.
func (h *Handler) answers() docparts.Answers {
	return docparts.Answers{Kit: h.Kit, Library: h.deps.Library}
}
