package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
)

// route is one row of the table: what is answered, who may ask, and what it may
// cost. GET rows answer HEAD too.
type route struct {
	method, path string
	need         auth.Action
	public       bool // needs no credential even when reading does
	foreign      bool // the handler asks for its own credential, which is none of the portal's
	late         bool // its size is looked at by the handler, when its sender is known
	strict       bool // no browser session: a token in the header, or the socket
	body         int64
	rate         rateClass
	serve        echo.HandlerFunc
}

// table lists every route of the portal. Nothing is routed elsewhere.
func (s *Server) table() []route {
	var rows []route
	for _, part := range [][]route{s.readingRoutes(), s.signalRoutes(), s.reportRoutes(), s.publicRoutes(), s.gitRoutes(), s.apiRoutes(), s.feedRoutes(), s.deliveryRoutes(), s.adminRoutes()} {
		rows = append(rows, part...)
	}
	return rows
}

func (s *Server) readingRoutes() []route {
	rows := []route{
		page("/", s.home),
		page("/slos", s.slos),
		page("/slos/:name", s.slo),
		page("/services", s.services),
		page("/services/*", s.service),
		page("/actions", s.actions),
		page("/drafts", s.drafts),
		page("/drafts/*", s.draft),
		page("/rules", s.ruleList),
		page("/rules/:rule", s.rule),
		page("/p/:id", s.permalink),
		page("/p/:id/history", s.permalinkHistory),
		page("/mermaid", s.mermaid),
		page("/feed.atom", s.feed),
		page("/gaps", s.gaps),
		page("/*", s.address),
		{method: http.MethodGet, path: "/similar", need: auth.Read, body: noBody, rate: rateSearch, serve: s.similar},
		{method: http.MethodPost, path: "/similar", need: auth.Read, body: pasteBody, rate: rateSearch, serve: s.similar},
		{method: http.MethodGet, path: "/a/*", need: auth.Read, body: noBody, rate: rateSearch, serve: s.alert},
		{method: http.MethodGet, path: "/search", need: auth.Read, body: noBody, rate: rateSearch, serve: s.search},
		{method: http.MethodGet, path: "/search.atom", need: auth.Read, body: noBody, rate: rateSearch, serve: s.queryFeed},
		{method: http.MethodGet, path: "/suggest", need: auth.Read, body: noBody, rate: rateSuggest, serve: s.suggestions},
		{method: http.MethodPost, path: "/search/opened", need: auth.Read, body: loginBody, rate: rateSearch, serve: s.opened},
		{method: http.MethodPost, path: "/gaps/report", need: auth.Read, body: noteBody, rate: rateNote, serve: s.reportMissing},
		{method: http.MethodPost, path: "/gaps/done", need: auth.PushMain, body: loginBody, serve: s.finishNote},
	}
	for _, k := range kindNames() {
		rows = append(rows, page(k.Path, s.list(k)))
	}
	return rows
}

// reportRoutes are the reports and the jobs that make them.
func (s *Server) reportRoutes() []route {
	return []route{
		page("/reports", s.reportList),
		page("/reports/feed.atom", s.reportFeed),
		page("/reports/:name", s.reportList),
		page("/reports/:name/compare", s.reportCompare),
		page("/reports/:name/:period", s.report),
		page("/reports/:name/:period/changes", s.reportChanges),
		page("/reports/:name/:period/charts/:chart", s.reportChart),
		page("/jobs", s.jobs),
		{method: http.MethodPost, path: "/jobs/:name/run", need: auth.Administer, body: loginBody, serve: s.jobRun},
	}
}

// signalRoutes are incidents, alerts, changes and slow SQL.
func (s *Server) signalRoutes() []route {
	rows := []route{
		page("/incidents", s.incidents),
		{method: http.MethodGet, path: "/incidents/:id", need: auth.Read, body: noBody, rate: rateSearch, serve: s.incident}, // it searches for the like of it
		page("/alerts", s.alerts),
		page("/changes", s.changes),
		page("/slow-sql", s.slowSQL),
		page("/slow-sql/:id", s.digest),
	}
	return append(rows,
		route{method: http.MethodGet, path: "/incidents/new", need: auth.PushDraft, body: noBody, serve: s.entryPage},
		route{method: http.MethodPost, path: "/incidents", need: auth.PushDraft, body: handBody, serve: s.entry},
		route{method: http.MethodPost, path: "/incidents/:id", need: auth.PushDraft, body: handBody, serve: s.edit},
		route{method: http.MethodPost, path: "/slow-sql/:id", need: auth.PushMain, body: handBody, serve: s.decide})
}

// publicRoutes are those that a browser, a probe or a lint tool needs before
// anybody has logged in; they tell nothing of the knowledge.
func (s *Server) publicRoutes() []route {
	rows := []route{
		page("/static/:name", s.staticFile),
		page("/opensearch.xml", s.openSearch),
		page("/robots.txt", s.robots),
		page("/schema/:name", s.schema),
		page("/healthz", s.healthz),
		page("/readyz", s.readyz),
		page("/login", s.loginPage),
		{method: http.MethodPost, path: "/login", body: loginBody, serve: s.login},
		{method: http.MethodPost, path: "/logout", body: loginBody, serve: s.logout},
	}
	for i := range rows {
		rows[i].public = true
	}
	return rows
}

func (s *Server) gitRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/knowledge.git/info/refs", need: auth.Read, body: noBody, serve: s.gitInfoRefs},
		{method: http.MethodPost, path: "/knowledge.git/git-upload-pack", need: auth.Read, body: gitBody, serve: s.gitUploadPack},
		{method: http.MethodPost, path: "/knowledge.git/git-receive-pack", need: auth.PushDraft, strict: true, body: gitBody, rate: ratePush, serve: s.gitReceivePack},
	}
}

func (s *Server) apiRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/api/v1/search", need: auth.Read, body: noBody, rate: rateSearch, serve: s.api},
		{method: http.MethodGet, path: "/api/v1/suggest", need: auth.Read, body: noBody, rate: rateSuggest, serve: s.api},
		{method: http.MethodPost, path: "/api/v1/similar", need: auth.Read, body: pasteBody, rate: rateSearch, serve: s.api},
		{method: http.MethodGet, path: "/api/v1/*", need: auth.Read, body: noBody, serve: s.api},
		{method: http.MethodPost, path: "/api/v1/*", need: auth.Read, body: apiBody, serve: s.api},
		{method: http.MethodPost, path: "/api/v1/incidents", need: auth.PushDraft, strict: true, body: adminBody, serve: s.api},
		{method: http.MethodPatch, path: "/api/v1/incidents/:id", need: auth.PushDraft, strict: true, body: adminBody, serve: s.api},
		{method: http.MethodPost, path: "/api/v1/incidents/:id/:what", need: auth.PushDraft, strict: true, body: adminBody, serve: s.api},
		{method: http.MethodPost, path: "/mcp", need: auth.Read, body: pasteBody, rate: rateSearch, serve: s.mcp},
		{method: http.MethodGet, path: "/mcp", need: auth.Read, body: noBody, rate: rateSearch, serve: s.mcp},
		{method: http.MethodDelete, path: "/mcp", need: auth.Read, body: noBody, rate: rateSearch, serve: s.mcp},
		{method: http.MethodGet, path: "/openapi.json", public: true, body: noBody, serve: s.api},
		{method: http.MethodGet, path: "/metrics", need: auth.Read, foreign: s.opt.MetricsGuarded, body: noBody, serve: s.metrics},
	}
}

func (s *Server) adminRoutes() []route {
	rows := []route{
		{method: http.MethodGet, path: "/api/v1/admin/tokens", serve: s.tokenList},
		{method: http.MethodPost, path: "/api/v1/admin/tokens", serve: s.tokenCreate},
		{method: http.MethodDelete, path: "/api/v1/admin/tokens/:id", serve: s.tokenRevoke},
		{method: http.MethodGet, path: "/api/v1/admin/backup", serve: s.backup},
		{method: http.MethodPost, path: "/api/v1/admin/check", serve: s.check},
		{method: http.MethodPost, path: "/api/v1/admin/reindex", serve: s.reindex},
		{method: http.MethodPost, path: "/api/v1/admin/import", serve: s.importGit},
		{method: http.MethodPost, path: "/api/v1/admin/reports/run", serve: s.reportRun},
	}
	for i := range rows {
		rows[i].need, rows[i].strict, rows[i].body = auth.Administer, true, adminBody
	}
	return rows
}

func page(path string, serve echo.HandlerFunc) route {
	return route{method: http.MethodGet, path: path, need: auth.Read, body: noBody, serve: serve}
}

func (s *Server) add(r route) {
	h := s.guard(r)
	s.echo.Add(r.method, r.path, h)
	if r.method == http.MethodGet {
		s.echo.Add(http.MethodHead, r.path, h)
	}
}
