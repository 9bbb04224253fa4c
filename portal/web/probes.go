package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
)

// healthz says that the process answers; nothing else is asked.
func (s *Server) healthz(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.String(http.StatusOK, "ok\n")
}

// readyz reports whether the portal can do its work, and which part does not. With
// ?for=reading it is enough that pages are answered: a load balancer should not take
// a portal away from its readers because it cannot store a push.
func (s *Server) readyz(c echo.Context) error {
	st := s.deps.Status.Status(c.Request().Context())
	if st.Checks == nil {
		st.Checks = []StatusCheck{}
	}
	code := http.StatusOK
	for _, check := range st.Checks {
		st.Ready = st.Ready && (check.OK || check.Degraded)
	}
	fits := st.Ready
	if c.QueryParam("for") == "reading" {
		fits = st.Ready || st.Reading
	}
	if !fits {
		code = http.StatusServiceUnavailable
	}
	return writeJSON(c, code, st)
}

func (s *Server) metrics(c echo.Context) error {
	if s.deps.Metrics == nil {
		return fault.New(fault.NotFound, "web", "this portal gives no metrics")
	}
	s.deps.Metrics.ServeHTTP(c.Response(), c.Request())
	return nil
}

func (s *Server) robots(c echo.Context) error {
	return c.String(http.StatusOK, "User-agent: *\nDisallow: /\n")
}

// schema answers /schema/NAME.json.
func (s *Server) schema(c echo.Context) error {
	name, ok := strings.CutSuffix(c.Param("name"), ".json")
	body, known := s.deps.Schemas[name]
	if !ok || !known {
		return fault.New(fault.NotFound, "web", "there is no such schema")
	}
	c.Response().Header().Set("Content-Type", "application/schema+json")
	c.Response().Header().Set("Access-Control-Allow-Origin", "*") // editors fetch schemas; they tell nothing of the knowledge
	return s.send(c, http.StatusOK, body)
}

func (s *Server) staticFile(c echo.Context) error {
	if !s.files.ServeFile(c.Response(), c.Request(), c.Param("name")) {
		return fault.New(fault.NotFound, "web", "there is no such file in this build")
	}
	return nil
}

// writeJSON sends a value as JSON, never cached.
func writeJSON(c echo.Context, status int, v any) error {
	h := c.Response().Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	c.Response().WriteHeader(status)
	return json.NewEncoder(c.Response()).Encode(v)
}
