package reporting

import (
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/export"
	"github.com/postern/postern/reports/reportstore"
)

// reportFile sends a report as Markdown, CSV, JSON or PDF. The name of the file has the
// revision, so that two of them can be stored side by side.
func (h *Handler) reportFile(req *page.Request, p reportstore.Published, form string) error {
	name := fmt.Sprintf("%s-%s-r%d", p.Name, p.Period, p.Number)
	header := req.Writer.Header()
	// A revision never changes, but the address without rev= leads to the newest one.
	header.Set("Cache-Control", "private, no-cache")
	var body []byte
	var err error
	switch form {
	case ".md":
		header.Set("Content-Type", "text/markdown; charset=utf-8")
		body = export.Markdown(h.Texts(), p.Report, h.Absolute(""))
	case ".csv":
		header.Set("Content-Type", "text/csv; charset=utf-8")
		header.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
		body, err = export.CSV(h.Texts(), p.Report)
	case ".json":
		header.Set("Content-Type", "application/json")
		body, err = reports.Encode(p.Report)
	case ".pdf":
		header.Set("Content-Type", "application/pdf")
		header.Set("Content-Disposition", `inline; filename="`+name+`.pdf"`)
		body, err = h.reportPDF(req, p)
	}
	if err != nil {
		// The error is shown as a page and not as a download.
		header.Del("Content-Disposition")
		return err
	}
	return h.Send(req, http.StatusOK, body)
}

// reportChart answers …/charts/CHART.svg and .png. rev= selects the revision. Errors are
// fault.NotFound for a chart or a form that does not exist.
func (h *Handler) reportChart(req *page.Request) error {
	if h.deps.Reports == nil || h.deps.Charts == nil {
		return fault.New(fault.NotFound, "web.report", "this portal draws no charts")
	}
	number, err := revisionNumber(req.QueryValue("rev"))
	if err != nil {
		return err
	}
	file := req.PathValue("chart")
	form := path.Ext(file)
	p, err := h.deps.Reports.Report(req.Context(), req.PathValue("name"), req.PathValue("period"), number)
	if err != nil {
		return err
	}
	chart, ok := p.Report.Chart(strings.TrimSuffix(file, form))
	if !ok || form != ".svg" && form != ".png" {
		return fault.Newf(fault.NotFound, "web.report", "this report has no chart %.60q; they end in .svg or .png", file)
	}
	header := req.Writer.Header()
	header.Set("Cache-Control", "private, no-cache")
	var body []byte
	if form == ".svg" {
		header.Set("Content-Type", "image/svg+xml")
		// The file has a style of its own for dark colours, and must do nothing else.
		header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
		body, err = h.deps.Charts.SVG(p.Report, chart)
	} else {
		header.Set("Content-Type", "image/png")
		body, err = h.deps.Charts.PNG(p.Report, chart)
	}
	if err != nil {
		return fault.Wrap(fault.Internal, "web.report", "", err)
	}
	return h.Send(req, http.StatusOK, body)
}
