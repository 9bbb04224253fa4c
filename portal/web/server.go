package web

import (
	"net/http"

	"github.com/postern/postern/portal/web/documents"
	"github.com/postern/postern/portal/web/feeds"
	"github.com/postern/postern/portal/web/incidents"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/reporting"
	"github.com/postern/postern/portal/web/searching"
	"github.com/postern/postern/portal/web/slos"
)

// Server answers every request of the portal. It is an http.Handler, and makes the
// http.Server around itself.
type Server struct {
	*page.Kit
	deps   Deps
	opt    Options
	hosts  hosts
	routes []page.Route
	router *router
}

// New makes a Server. It fails when an option is wrong or a template or static file is
// broken, so that no request meets one.
func New(deps Deps, opt Options) (*Server, error) {
	kit, err := page.New(page.Deps{
		Texts: deps.Texts, Templates: deps.Templates, Auth: deps.Auth, Search: deps.Search, Unreadable: deps.Unreadable, NewID: deps.NewID,
	}, page.Options{
		PublicURL: opt.PublicURL, OpenReading: opt.OpenReading, Name: opt.Name, Version: opt.Version,
		ClientIP: clientIP(opt.Proxies), Log: opt.Log, Now: opt.Now,
	})
	if err != nil {
		return nil, err
	}
	s := &Server{Kit: kit, deps: deps, opt: opt, hosts: newHosts(opt)}
	s.routes = s.table()
	s.router = newRouter(s.routes, s.Admit)
	return s, nil
}

// subjects returns the routes of the packages that answer for one subject each.
func (s *Server) subjects() [][]page.Route {
	d := s.deps
	return [][]page.Route{
		documents.New(s.Kit, documents.Deps{
			Library: d.Library, Content: d.Content, Search: d.Search, Status: d.Status, Rules: d.Rules, Renderer: d.Renderer,
			Board: d.Board, Services: d.Services, Reports: d.Reports, Signals: d.Signals, API: d.API,
		}).Routes(),
		searching.New(s.Kit, searching.Deps{Library: d.Library, Search: d.Search, Suggest: d.Suggest, Queries: d.Queries,
			Status: d.Status}).Routes(),
		incidents.New(s.Kit, incidents.Deps{Signals: d.Signals, Library: d.Library, Search: d.Search}).Routes(),
		slos.New(s.Kit, slos.Deps{Board: d.Board, Curves: d.Curves}).Routes(),
		reporting.New(s.Kit, reporting.Deps{Reports: d.Reports, Charts: d.Charts, Printer: d.Printer, Jobs: d.Jobs,
			Deliveries: d.Deliveries}).Routes(),
		feeds.New(s.Kit, feeds.Deps{Feeds: d.Feeds, Tokens: d.Admin, Measured: d.Measured}, s.opt.Feeds).Routes(),
	}
}

// HTTPServer returns an http.Server with every timeout set.
func (s *Server) HTTPServer() *http.Server {
	return &http.Server{
		Handler:           s,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
}
