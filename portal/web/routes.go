package web

import (
	"net/http"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web/page"
)

// Request bodies of the routes of this package, in bytes.
const (
	apiBody = 4 << 20   // a pasted log; a webhook
	gitBody = 128 << 20 // an outer bound: git's own routes count packs themselves (64 MiB)
)

// table returns every row of the route table. Nothing is routed elsewhere.
func (s *Server) table() []page.Route {
	var rows []page.Route
	for _, part := range append(s.subjects(), s.publicRoutes(), s.gitRoutes(), s.apiRoutes(), s.adminRoutes()) {
		rows = append(rows, part...)
	}
	return rows
}

// publicRoutes are those that a browser, a probe or a lint tool needs before anyone has
// logged in; they show nothing of the knowledge.
func (s *Server) publicRoutes() []page.Route {
	rows := []page.Route{
		page.Get("/static/:name", s.staticFile),
		page.Get("/robots.txt", s.robots),
		page.Get("/schema/:name", s.schema),
		page.Get("/healthz", s.healthz),
		page.Get("/readyz", s.readyz),
		page.Get("/login", s.loginPage),
		{Method: http.MethodPost, Path: "/login", Body: page.SmallForm, Serve: s.login},
		{Method: http.MethodPost, Path: "/logout", Body: page.SmallForm, Serve: s.logout},
	}
	for i := range rows {
		rows[i].Public = true
	}
	return rows
}

// gitRoutes are those of git's smart protocol.
func (s *Server) gitRoutes() []page.Route {
	return []page.Route{
		page.Get("/knowledge.git/info/refs", s.gitInfoRefs),
		{Method: http.MethodPost, Path: "/knowledge.git/git-upload-pack", Need: auth.Read, Body: gitBody, Serve: s.gitUploadPack},
		{Method: http.MethodPost, Path: "/knowledge.git/git-receive-pack", Need: auth.PushDraft, Strict: true, Body: gitBody,
			Rate: page.RatePush, Serve: s.gitReceivePack},
	}
}

// apiRoutes are mounts of other handlers: the API, the tools of language models and the
// metrics. The rows here state permissions and limits only.
func (s *Server) apiRoutes() []page.Route {
	return []page.Route{
		page.Get("/api/v1/search", s.api).Limited(page.RateSearch),
		page.Get("/api/v1/suggest", s.api).Limited(page.RateSuggest),
		{Method: http.MethodPost, Path: "/api/v1/similar", Need: auth.Read, Body: page.PasteBody, Rate: page.RateSearch, Serve: s.api},
		page.Get("/api/v1/*", s.api),
		{Method: http.MethodPost, Path: "/api/v1/*", Need: auth.Read, Body: apiBody, Serve: s.api},
		{Method: http.MethodPost, Path: "/api/v1/incidents", Need: auth.PushDraft, Strict: true, Body: page.SmallJSON, Serve: s.api},
		{Method: http.MethodPatch, Path: "/api/v1/incidents/:id", Need: auth.PushDraft, Strict: true, Body: page.SmallJSON, Serve: s.api},
		{Method: http.MethodPost, Path: "/api/v1/incidents/:id/:what", Need: auth.PushDraft, Strict: true, Body: page.SmallJSON, Serve: s.api},
		{Method: http.MethodPost, Path: "/mcp", Need: auth.Read, Body: page.PasteBody, Rate: page.RateSearch, Serve: s.mcp},
		page.Get("/mcp", s.mcp).Limited(page.RateSearch),
		{Method: http.MethodDelete, Path: "/mcp", Need: auth.Read, Body: page.NoBody, Rate: page.RateSearch, Serve: s.mcp},
		{Method: http.MethodGet, Path: "/openapi.json", Public: true, Body: page.NoBody, Serve: s.api},
		{Method: http.MethodGet, Path: "/metrics", Need: auth.Read, Foreign: s.opt.MetricsGuarded, Body: page.NoBody, Serve: s.metrics},
	}
}

// adminRoutes are the commands of an administrator. They accept no browser session, so
// that no page of another site can use one.
func (s *Server) adminRoutes() []page.Route {
	rows := []page.Route{
		{Method: http.MethodGet, Path: "/api/v1/admin/tokens", Serve: s.tokenList},
		{Method: http.MethodPost, Path: "/api/v1/admin/tokens", Serve: s.tokenCreate},
		{Method: http.MethodDelete, Path: "/api/v1/admin/tokens/:id", Serve: s.tokenRevoke},
		{Method: http.MethodGet, Path: "/api/v1/admin/backup", Serve: s.backup},
		{Method: http.MethodPost, Path: "/api/v1/admin/check", Serve: s.check},
		{Method: http.MethodPost, Path: "/api/v1/admin/reindex", Serve: s.reindex},
		{Method: http.MethodPost, Path: "/api/v1/admin/import", Serve: s.importGit},
	}
	for i := range rows {
		rows[i].Need, rows[i].Strict, rows[i].Body = auth.Administer, true, page.SmallJSON
	}
	return rows
}
