package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/export"
)

// reportRun takes {"name","period","preview","force"} and makes a report now, or
// shows what it would say: {"period","revision","made","closed","markdown"}. An
// empty period is the one that ended last; a preview is stored nowhere and sent to
// nobody. closed tells that the period takes no late data any more, so that nothing
// was made.
func (s *Server) reportRun(c echo.Context) error {
	var in struct {
		Name    string `json:"name"`
		Period  string `json:"period"`
		Preview bool   `json:"preview"`
		Force   bool   `json:"force"`
	}
	if err := readJSON(c, &in); err != nil {
		return err
	}
	if s.deps.Reports == nil {
		return fault.New(fault.NotFound, "web.reports", "this portal makes no reports")
	}
	s.slowWriter(c)
	ctx := c.Request().Context()
	if in.Preview {
		r, err := s.deps.Reports.Preview(ctx, in.Name, in.Period)
		if err != nil {
			return err
		}
		return writeJSON(c, http.StatusOK, map[string]any{"period": r.Period, "revision": nil, "made": false, "closed": false, "markdown": string(export.Markdown(r, s.absolute("")))})
	}
	rev, made, err := s.deps.Reports.Run(ctx, in.Name, in.Period, in.Force)
	if err != nil {
		return err
	}
	closed := !made && !in.Force && s.opt.Now().After(rev.To.Add(reports.CloseAfter))
	return writeJSON(c, http.StatusOK, map[string]any{"period": rev.Period, "revision": rev.Number, "made": made, "closed": closed, "markdown": nil})
}
