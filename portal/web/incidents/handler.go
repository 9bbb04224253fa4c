package incidents

import (
	"net/http"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/page"
)

// Handler answers the pages about incidents, alerts, changes and slow SQL. It holds no
// state of its own and may be used by many goroutines.
type Handler struct {
	*page.Kit
	deps Deps
}

// New makes a Handler. deps.Signals may be nil; deps.Library and deps.Search are then not
// used.
func New(k *page.Kit, deps Deps) *Handler { return &Handler{Kit: k, deps: deps} }

// formBody bounds what a person types about an incident or a statement, in bytes.
const formBody = 16 << 10

// How many days the pages cover if their address states no range. Incidents are few, so
// their list covers more time.
const (
	incidentDays = 90
	signalDays   = 30
	digestDays   = 90
)

// Routes returns the rows of the route table that this package answers. Spanning marks
// pages over a range of days, whose answers cost more the longer the range is.
func (h *Handler) Routes() []page.Route {
	return []page.Route{
		page.Get("/incidents", h.incidents).Spanning(incidentDays),
		page.Get("/incidents/:id", h.incident).Limited(page.RateSearch), // it searches for similar incidents
		page.Get("/alerts", h.alerts).Spanning(signalDays),
		page.Get("/changes", h.changes).Spanning(signalDays),
		page.Get("/slow-sql", h.slowSQL).Spanning(signalDays),
		page.Get("/slow-sql/:id", h.digest).Spanning(digestDays),
		// The two kinds of correction need different rights: reports of incidents are
		// drafts of knowledge, decisions about statements change who is responsible.
		{Method: http.MethodGet, Path: "/incidents/new", Need: auth.PushDraft, Body: page.NoBody, Serve: h.entryPage},
		{Method: http.MethodPost, Path: "/incidents", Need: auth.PushDraft, Body: formBody, Serve: h.entry},
		{Method: http.MethodPost, Path: "/incidents/:id", Need: auth.PushDraft, Body: formBody, Serve: h.edit},
		{Method: http.MethodPost, Path: "/slow-sql/:id", Need: auth.PushMain, Body: formBody, Serve: h.decide},
	}
}

// Pages returns the struct of each template that this package executes. Tests compare
// them with the templates.
func Pages() map[string]any {
	return map[string]any{
		"incidents": incidentsView{}, "incident": incidentView{}, "entry": entryView{}, "alerts": alertsView{}, "changes": changesView{},
		"slowsql": slowSQLView{}, "digest": digestView{},
	}
}

// answers returns what turns similar documents into an answer. It is used on the page of
// one incident, for similar post-mortems and runbooks.
func (h *Handler) answers() docparts.Answers {
	return docparts.Answers{Kit: h.Kit, Library: h.deps.Library}
}
