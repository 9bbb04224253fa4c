package reporting

import (
	"net/http"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web/page"
)

// Handler answers the pages about reports, their deliveries and the background jobs. It
// may be used by many goroutines.
type Handler struct {
	*page.Kit
	deps Deps
}

// New makes a Handler.
func New(k *page.Kit, deps Deps) *Handler { return &Handler{Kit: k, deps: deps} }

// Routes returns the rows of the route table that this package answers. A row of a fixed
// path, such as /reports/feed.atom, is matched before that of a name.
func (h *Handler) Routes() []page.Route {
	return []page.Route{
		page.Get("/reports", h.reportList),
		page.Get("/reports/feed.atom", h.reportFeed),
		page.Get("/reports/:name", h.reportList),
		page.Get("/reports/:name/compare", h.reportCompare),
		page.Get("/reports/:name/:period", h.report),
		page.Get("/reports/:name/:period/changes", h.reportChanges),
		page.Get("/reports/:name/:period/charts/:chart", h.reportChart),
		page.Get("/jobs", h.jobs),
		page.Get("/deliveries", h.deliveries),
		// Rows for browsers accept a session; those of the API are Strict and need a
		// token in the header.
		{Method: http.MethodPost, Path: "/jobs/:name/run", Need: auth.Administer, Body: page.SmallForm, Serve: h.jobRun},
		{Method: http.MethodPost, Path: "/deliveries/:id/resend", Need: auth.Administer, Body: page.SmallForm, Serve: h.resend},
		{Method: http.MethodPost, Path: "/api/v1/admin/deliveries", Need: auth.Administer, Strict: true, Body: page.SmallJSON,
			Serve: h.sendReport},
		{Method: http.MethodPost, Path: "/api/v1/admin/reports/run", Need: auth.Administer, Strict: true, Body: page.SmallJSON,
			Serve: h.reportRun},
	}
}

// Pages returns the struct of each template that this package executes.
func Pages() map[string]any {
	return map[string]any{
		"report": reportView{}, "reports": reportsView{}, "differences": differencesView{}, "jobs": jobsView{}, "deliveries": deliveriesView{},
	}
}
