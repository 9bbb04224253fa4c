package web

import (
	"errors"
	"net"
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

// router finds the row of the route table for a request. It and clientIP are all that
// the portal uses of echo.
type router struct{ echo *echo.Echo }

// newRouter makes a router of the table. admit checks each request before its handler.
func newRouter(table []page.Route, admit func(*page.Request, *page.Route) error) *router {
	r := &router{echo: echo.New()}
	for i := range table {
		row := &table[i]
		serve := func(c echo.Context) error {
			req := c.Response().Writer.(*page.Response).Request()
			if err := admit(req, row); err != nil {
				return err
			}
			return row.Serve(req)
		}
		r.echo.Add(row.Method, row.Path, serve)
		if row.Method == http.MethodGet {
			r.echo.Add(http.MethodHead, row.Path, serve)
		}
	}
	return r
}

// serve calls the handler of the request's route. It fails with fault.NotFound if there
// is no such route, and with page.MethodError if its address has other methods only.
func (r *router) serve(req *page.Request) error {
	c := r.echo.AcquireContext()
	defer r.echo.ReleaseContext(c)
	c.Reset(req.Request, req.Writer)
	r.echo.Router().Find(req.Method, echo.GetPath(req.Request), c)
	req.Pattern = c.Path()
	req.SetParams(c)
	defer req.SetParams(nil) // c is reused
	err := c.Handler()(c)
	switch {
	case errors.Is(err, echo.ErrMethodNotAllowed):
		return page.MethodError{}
	case errors.Is(err, echo.ErrNotFound):
		return fault.Wrap(fault.NotFound, "web", "there is nothing at this address", err)
	}
	return err
}

// clientIP returns a function for the address of a request's client: that of the
// connection, or the one that the listed proxies forward.
func clientIP(proxies []netip.Prefix) func(*http.Request) string {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP: p.Masked().Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
