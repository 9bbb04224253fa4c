package reporting

import (
	"net/http"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/export"
)

// reportRun accepts {"name","period","preview","force"} and makes a report now, or
// returns what it would contain: {"period","revision","made","closed","markdown"}. An
// empty period is the one that ended last. A preview is neither stored nor sent. closed
// means that nothing was made because the period accepts no late data any more.
func (h *Handler) reportRun(req *page.Request) error {
	var in struct {
		Name    string `json:"name"`
		Period  string `json:"period"`
		Preview bool   `json:"preview"`
		Force   bool   `json:"force"`
	}
	if err := req.ReadJSON(&in); err != nil {
		return err
	}
	if h.deps.Reports == nil {
		return fault.New(fault.NotFound, "web.reports", "this portal makes no reports")
	}
	// Compiling may take longer than a page.
	req.SlowWriter()
	ctx := req.Context()
	if in.Preview {
		r, err := h.deps.Reports.Preview(ctx, in.Name, in.Period)
		if err != nil {
			return err
		}
		return req.JSON(http.StatusOK, map[string]any{"period": r.Period, "revision": nil, "made": false, "closed": false,
			"markdown": string(export.Markdown(h.Texts(), r, h.Absolute("")))})
	}
	rev, made, err := h.deps.Reports.Run(ctx, in.Name, in.Period, in.Force)
	if err != nil {
		return err
	}
	// Run does not distinguish a report that did not change from a period that is closed,
	// so the period's end decides.
	closed := !made && !in.Force && h.Now().After(rev.To.Add(reports.CloseAfter))
	return req.JSON(http.StatusOK, map[string]any{"period": rev.Period, "revision": rev.Number, "made": made, "closed": closed,
		"markdown": nil})
}
