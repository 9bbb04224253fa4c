package slos

import "github.com/postern/postern/portal/web/page"

// Handler answers the pages about SLOs. It has no state of its own and may be used by
// many goroutines.
type Handler struct {
	*page.Kit
	deps Deps
}

// New makes a Handler.
func New(k *page.Kit, deps Deps) *Handler { return &Handler{Kit: k, deps: deps} }

// Routes returns the rows of the route table that this package answers.
func (h *Handler) Routes() []page.Route {
	return []page.Route{
		page.Get("/slos", h.slos),
		page.Get("/slos/:name", h.slo),
	}
}

// Pages returns the struct of each template that this package executes. A test executes
// each template with them.
func Pages() map[string]any {
	return map[string]any{"slos": slosView{}, "slo": sloView{}}
}
