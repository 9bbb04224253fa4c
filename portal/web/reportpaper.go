package web

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports/reportstore"
)

func (s *Server) reportPDF(c echo.Context, p reportstore.Published) ([]byte, error) {
	if s.deps.Printer == nil {
		return nil, fault.New(fault.Unavailable, "web.report", "there is no browser on the server to print a PDF with; print this report from your own browser, its style sheet has a page for paper")
	}
	if err := s.throttle(c, visitOf(c), rateSearch); err != nil {
		return nil, err
	}
	view, err := s.reportView(c.Request().Context(), p, p.Number)
	if err != nil {
		return nil, err
	}
	words, err := s.deps.Reports.Words(c.Request().Context(), p.Report, s.absolute("")) // paper has no portal around it
	if err != nil {
		return nil, err
	}
	view.Words, view.Style = template.HTML(words), s.inlineStyle(view)
	page, err := s.standalone(view)
	if err != nil {
		return nil, err
	}
	s.slowWriter(c)
	pdf, err := s.deps.Printer.PDF(c.Request().Context(), page)
	if fault.KindOf(err) == fault.Unavailable && err != nil {
		c.Response().Header().Set("Retry-After", itoa(printRetry))
	}
	return pdf, err
}

// standalone renders a report as one page with its style within and its links
// whole.
func (s *Server) standalone(view reportView) ([]byte, error) {
	view.Prefix = s.absolute("")
	var b bytes.Buffer
	err := s.views.pages["report"].ExecuteTemplate(&b, "standalone", view)
	return b.Bytes(), fault.Wrap(fault.Internal, "web.standalone", "", err)
}

// inlineStyle is the style sheet for pages that stand alone and are printed. It is
// ours, so it may stand in a page as it is.
func (s *Server) inlineStyle(v reportView) template.CSS {
	sheet := fmt.Sprintf("%s@media print{%s}\n%s", s.files.Bytes("app.css"), s.files.Bytes("print.css"), s.marginStyle(v))
	return template.CSS(sheet)
}

// runningRunes bounds what stands in the margin of each page: a title has any
// length, the margin has one line.
const runningRunes = 90

// marginStyle puts on each page of paper what it belongs to: the report and its
// period, the revision, and where that is read.
func (s *Server) marginStyle(v reportView) string {
	const font = "font: 8pt system-ui, sans-serif; color: #56585c"
	head := v.R.Title + ": " + v.R.Heading
	foot := fmt.Sprintf("Revision %d, %s %s", v.Rev.Number, zoned(v.R.Zone, v.Rev.PublishedAt), v.R.Zone)
	return fmt.Sprintf("@page { size: A4; @top-left { content: %s; %s } @top-right { content: %s; %s } @bottom-left { content: %s; %s } }",
		cssString(shortened(head, runningRunes)), font, cssString(shortened(v.Portal, runningRunes/3)), font,
		cssString(shortened(foot+" · "+s.absolute(v.Address), runningRunes)), font)
}

// cssString is a text as a string of a style sheet. What is not a letter, a digit
// or a space is written by its number: nothing in it can end the string, the
// style or the element around it.
func cssString(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range humanize.Line(text) {
		if r == ' ' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			b.WriteRune(r)
			continue
		}
		fmt.Fprintf(&b, `\%X `, r) // the blank ends the number
	}
	b.WriteByte('"')
	return b.String()
}
