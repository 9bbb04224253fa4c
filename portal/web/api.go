package web

import (
	"net/http"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

// api passes an admitted request to the API, with its principal in the context.
func (s *Server) api(req *page.Request) error {
	if err := s.ThrottleSpan(req); err != nil {
		return err
	}
	r := req.Request
	return s.callAPI(req, r.WithContext(auth.WithCaller(r.Context(), req.Who)))
}

// mcp passes a request of a language model's client to the tools.
func (s *Server) mcp(req *page.Request) error {
	if s.deps.MCP == nil {
		return fault.New(fault.NotFound, "web", "this portal has no tools for language models")
	}
	s.deps.MCP.ServeHTTP(req.Writer, req.Request)
	return nil
}

// callAPI calls the handler of the API; without one, the routes answer 404.
func (s *Server) callAPI(req *page.Request, r *http.Request) error {
	if s.deps.API == nil {
		return fault.New(fault.NotFound, "web", "this portal has no API")
	}
	s.deps.API.ServeHTTP(req.Writer, r)
	return nil
}
