package web

import (
	"net/http"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

// healthz reports that the process answers, and checks nothing else.
func (s *Server) healthz(req *page.Request) error {
	req.Writer.Header().Set("Cache-Control", "no-store")
	return req.Text(http.StatusOK, "ok\n")
}

// readyz reports whether the portal can do its work, and which part cannot. With
// ?for=reading it suffices that pages are answered: a load balancer should not remove a
// portal for its readers because it cannot store a push.
func (s *Server) readyz(req *page.Request) error {
	st := s.deps.Status.Status(req.Context())
	if st.Checks == nil {
		st.Checks = []page.StatusCheck{}
	}
	code := http.StatusOK
	for _, check := range st.Checks {
		st.Ready = st.Ready && (check.OK || check.Degraded)
	}
	fits := st.Ready
	if req.QueryValue("for") == "reading" {
		fits = st.Ready || st.Reading
	}
	if !fits {
		code = http.StatusServiceUnavailable
	}
	return req.JSON(code, st)
}

// metrics passes the request to the collector's handler.
func (s *Server) metrics(req *page.Request) error {
	if s.deps.Metrics == nil {
		return fault.New(fault.NotFound, "web", "this portal gives no metrics")
	}
	s.deps.Metrics.ServeHTTP(req.Writer, req.Request)
	return nil
}

// robots keeps crawlers away: the knowledge is internal.
func (s *Server) robots(req *page.Request) error {
	return req.Text(http.StatusOK, "User-agent: *\nDisallow: /\n")
}

// schema answers /schema/NAME.json.
func (s *Server) schema(req *page.Request) error {
	name, ok := strings.CutSuffix(req.PathValue("name"), ".json")
	body, known := s.deps.Schemas[name]
	if !ok || !known {
		return fault.New(fault.NotFound, "web", "there is no such schema")
	}
	req.Writer.Header().Set("Content-Type", "application/schema+json")
	req.Writer.Header().Set("Access-Control-Allow-Origin", "*") // editors fetch schemas; they tell nothing of the knowledge
	return s.Send(req, http.StatusOK, body)
}

// staticFile serves a file by its hashed name, which may be cached permanently.
func (s *Server) staticFile(req *page.Request) error {
	if !s.Files().ServeFile(req.Writer, req.Request, req.PathValue("name")) {
		return fault.New(fault.NotFound, "web", "there is no such file in this build")
	}
	return nil
}
