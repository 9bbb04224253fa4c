package web

import (
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/export"
	"github.com/postern/postern/reports/reportstore"
)

// reportFile sends a report in another form.
func (s *Server) reportFile(c echo.Context, p reportstore.Published, form string) error {
	name := fmt.Sprintf("%s-%s-r%d", p.Name, p.Period, p.Number)
	h := c.Response().Header()
	h.Set("Cache-Control", "private, no-cache")
	var body []byte
	var err error
	switch form {
	case ".md":
		h.Set("Content-Type", "text/markdown; charset=utf-8")
		body = export.Markdown(p.Report, s.absolute(""))
	case ".csv":
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
		body, err = export.CSV(p.Report)
	case ".json":
		h.Set("Content-Type", "application/json")
		body, err = reports.Encode(p.Report)
	case ".pdf":
		h.Set("Content-Type", "application/pdf")
		h.Set("Content-Disposition", `inline; filename="`+name+`.pdf"`)
		body, err = s.reportPDF(c, p)
	}
	if err != nil {
		h.Del("Content-Disposition")
		return err
	}
	return s.send(c, http.StatusOK, body)
}

// reportChart answers …/charts/CHART.svg and .png.
func (s *Server) reportChart(c echo.Context) error {
	if s.deps.Reports == nil || s.deps.Charts == nil {
		return fault.New(fault.NotFound, "web.report", "this portal draws no charts")
	}
	number, err := revisionNumber(c.QueryParam("rev"))
	if err != nil {
		return err
	}
	file := c.Param("chart")
	form := path.Ext(file)
	p, err := s.deps.Reports.Report(c.Request().Context(), c.Param("name"), c.Param("period"), number)
	if err != nil {
		return err
	}
	chart, ok := p.Report.Chart(strings.TrimSuffix(file, form))
	if !ok || form != ".svg" && form != ".png" {
		return fault.Newf(fault.NotFound, "web.report", "this report has no chart %.60q; they end in .svg or .png", file)
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "private, no-cache")
	var body []byte
	if form == ".svg" {
		h.Set("Content-Type", "image/svg+xml")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
		body, err = s.deps.Charts.SVG(p.Report, chart)
	} else {
		h.Set("Content-Type", "image/png")
		body, err = s.deps.Charts.PNG(p.Report, chart)
	}
	if err != nil {
		return fault.Wrap(fault.Internal, "web.report", "", err)
	}
	return s.send(c, http.StatusOK, body)
}
