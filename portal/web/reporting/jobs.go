package reporting

import (
	"cmp"
	"net/http"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/jobs"
	"github.com/postern/postern/portal/web/page"
)

// jobsView is the page of the background jobs.
type jobsView struct {
	page.Frame
	Jobs []jobs.Status
	May  bool // the reader may run them
}

// jobs lists the background jobs with their last and next run. Everyone who may read sees
// the jobs, since late reports and indexes are explained by them.
func (h *Handler) jobs(req *page.Request) error {
	if h.deps.Jobs == nil {
		return fault.New(fault.NotFound, "web.jobs", "this portal runs no jobs")
	}
	view := jobsView{Frame: h.Frame(), May: req.Who.May(auth.Administer)}
	view.Title, view.Section = "Jobs", "/jobs"
	var err error
	if view.Jobs, err = h.deps.Jobs.Status(req.Context()); err != nil {
		return err
	}
	return h.Show(req, http.StatusOK, "jobs", view)
}

// jobRun starts a job and returns to the page, where the run is shown once it has ended.
// It needs auth.Administer. An unknown name is
// fault.NotFound.
func (h *Handler) jobRun(req *page.Request) error {
	if h.deps.Jobs == nil {
		return fault.New(fault.NotFound, "web.jobs", "this portal runs no jobs")
	}
	if err := h.deps.Jobs.RunNow(req.PathValue("name"), cmp.Or(req.Who.Name, "somebody")); err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, h.Link("/jobs"))
}
