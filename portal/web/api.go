package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// api hands a request to the API, which is another package: here it was
// admitted, there it is answered.
func (s *Server) api(c echo.Context) error {
	if err := s.throttleSpan(c); err != nil {
		return err
	}
	r := c.Request()
	return s.callAPI(c, r.WithContext(auth.WithCaller(r.Context(), visitOf(c).who)))
}

// mcp hands a request of a language model's client to the tools.
func (s *Server) mcp(c echo.Context) error {
	if s.deps.MCP == nil {
		return fault.New(fault.NotFound, "web", "this portal has no tools for language models")
	}
	s.deps.MCP.ServeHTTP(c.Response(), c.Request())
	return nil
}

func (s *Server) callAPI(c echo.Context, r *http.Request) error {
	if s.deps.API == nil {
		return fault.New(fault.NotFound, "web", "this portal has no API")
	}
	s.deps.API.ServeHTTP(c.Response(), r)
	return nil
}
