package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/jobs"
)

// jobsView is the page of the background jobs.
type jobsView struct {
	frame
	Jobs []jobs.Status
	May  bool // the reader may run them
}

func (s *Server) jobs(c echo.Context) error {
	if s.deps.Jobs == nil {
		return fault.New(fault.NotFound, "web.jobs", "this portal runs no jobs")
	}
	view := jobsView{frame: s.frame(), May: visitOf(c).who.May(auth.Administer)}
	view.Title, view.Section = "Jobs", "/jobs"
	var err error
	if view.Jobs, err = s.deps.Jobs.Status(c.Request().Context()); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "jobs", view)
}

// jobRun wakes a job and goes back to the page: the run is shown there when it
// is done.
func (s *Server) jobRun(c echo.Context) error {
	if s.deps.Jobs == nil {
		return fault.New(fault.NotFound, "web.jobs", "this portal runs no jobs")
	}
	if err := s.deps.Jobs.RunNow(c.Param("name"), firstOf(visitOf(c).who.Name, "somebody")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, s.link("/jobs"))
}
