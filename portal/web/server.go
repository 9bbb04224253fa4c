package web

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/singleflight"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/static"
)

// Server answers every request of the portal. It is a http.Handler, and can make
// the http.Server around itself.
type Server struct {
	deps   Deps
	opt    Options
	prefix string

	echo   *echo.Echo
	files  *static.Files
	views  views
	cache  *pageCache
	rules  *ruleCache
	limits *limiter
	// flights are the feeds' bodies that are being read.
	flights *flights
	head    headers
	sent    finishedHeaders
	cross   *http.CrossOriginProtection
	ip      echo.IPExtractor
	hosts   hosts
	routes  []route
	// parseQuery is query.Parse, except in the test that counts its calls.
	parseQuery func(text string) query.Query
	// opening asks once for all readers what is open.
	opening singleflight.Group
}

// New makes a Server. It fails when an option is wrong or a template or static
// file is broken, so that no request ever meets one.
func New(deps Deps, opt Options) (*Server, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	files, err := static.Load()
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "web.New", "the static files are broken", err)
	}
	s := &Server{
		deps: deps, opt: opt, prefix: opt.prefix(), echo: echo.New(), files: files,
		cache: newPageCache(pageCacheBytes), rules: newRuleCache(),
		limits: newLimiter(opt.Now), head: newHeaders(opt.secure()), sent: newFinishedHeaders(), cross: http.NewCrossOriginProtection(),
		ip: ipExtractor(opt), hosts: newHosts(opt), parseQuery: query.Parse,
	}
	s.flights = newFlights(s.feedBody())
	if s.views, err = newViews(s.frame(), deps.Texts); err != nil {
		return nil, fault.Wrap(fault.Internal, "web.New", "the templates are broken", err)
	}
	s.echo.HTTPErrorHandler = func(err error, c echo.Context) { s.fail(c, err) }
	s.echo.Pre(s.around)
	s.routes = s.table()
	for _, r := range s.routes {
		s.add(r)
	}
	return s, nil
}

func ipExtractor(opt Options) echo.IPExtractor {
	if len(opt.Proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range opt.Proxies {
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP: p.Masked().Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// HTTPServer makes the http.Server with every timeout set.
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

type principalKey struct{}

// WithPrincipal marks a connection or request as trusted to be p without a
// credential: the Unix socket in the data folder, and calls inside the process.
func WithPrincipal(ctx context.Context, p auth.Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// link is the path-absolute link to an address of the portal.
func (s *Server) link(address string) string { return s.prefix + address }

// absolute is the whole URL of an address of the portal.
func (s *Server) absolute(address string) string { return s.opt.origin() + s.prefix + address }

// day is today's date, UTC: what is overdue depends on it.
func (s *Server) day() time.Time { return s.opt.Now().UTC().Truncate(24 * time.Hour) }

// withoutPrefix cuts the portal's prefix off a path. A path without it is taken
// as it is: a proxy may have cut it already, and probes never have it.
func withoutPrefix(path, prefix string) string {
	if prefix == "" {
		return path
	}
	rest, ok := strings.CutPrefix(path, prefix)
	switch {
	case !ok, rest != "" && rest[0] != '/':
		return path
	case rest == "":
		return "/"
	}
	return rest
}
