package reporting

import (
	"bytes"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/reportstore"
)

// printRetry is how many seconds later a PDF that was refused is requested again: some
// of those before it are printed by then.
const printRetry = 30

// reportPDF returns a report as PDF. It fails with fault.Unavailable if no browser is
// there to print with, or if it is busy. It costs a browser process for seconds, so it is
// limited like a search.
func (h *Handler) reportPDF(req *page.Request, p reportstore.Published) ([]byte, error) {
	if h.deps.Printer == nil {
		return nil, fault.New(fault.Unavailable, "web.report",
			"there is no browser on the server to print a PDF with; print this report from your own browser, its style sheet has a page for paper")
	}
	if err := h.Throttle(req, page.RateSearch); err != nil {
		return nil, err
	}
	view, err := h.reportView(req.Context(), p, p.Number)
	if err != nil {
		return nil, err
	}
	// Links in the notes are absolute.
	words, err := h.deps.Reports.Words(req.Context(), p.Report, h.Absolute("")) // paper has no portal around it
	if err != nil {
		return nil, err
	}
	view.Words, view.Style = template.HTML(words), h.inlineStyle(view)
	html, err := h.standalone(view)
	if err != nil {
		return nil, err
	}
	// Printing takes longer than the deadline of a page.
	req.SlowWriter()
	pdf, err := h.deps.Printer.PDF(req.Context(), html)
	if fault.KindOf(err) == fault.Unavailable && err != nil {
		req.Writer.Header().Set("Retry-After", strconv.Itoa(printRetry))
	}
	return pdf, err
}

// standalone renders a report as one page that needs nothing from elsewhere: its style is
// inside and its links are absolute. The print process has no network and no session.
func (h *Handler) standalone(view reportView) ([]byte, error) {
	view.Prefix = h.Absolute("")
	var b bytes.Buffer
	err := h.Execute(&b, "report", "standalone", view)
	return b.Bytes(), err
}

// inlineStyle returns the style sheet of such a page. It is the portal's own, so it needs
// no escaping; marginStyle escapes the texts of the report. print.css applies to paper
// only, as on the page.
func (h *Handler) inlineStyle(v reportView) template.CSS {
	sheet := fmt.Sprintf("%s@media print{%s}\n%s", h.Files().Bytes("app.css"), h.Files().Bytes("print.css"), h.marginStyle(v))
	return template.CSS(sheet)
}

// runningRunes bounds the text in the margin of each page: a title has any length, the
// margin has one line.
const runningRunes = 90

// marginStyle returns the style that prints the report, its period, its revision and its
// address in the margins of each page. The texts are from definitions and may hold
// anything, hence cssString.
func (h *Handler) marginStyle(v reportView) string {
	const font = "font: 8pt system-ui, sans-serif; color: #56585c"
	head := v.R.Title + ": " + v.R.Heading
	foot := fmt.Sprintf("Revision %d, %s %s", v.Rev.Number, page.Zoned(v.R.Zone, v.Rev.PublishedAt), v.R.Zone)
	return fmt.Sprintf("@page { size: A4; @top-left { content: %s; %s } @top-right { content: %s; %s } @bottom-left { content: %s; %s } }",
		cssString(page.Shorten(head, runningRunes)), font, cssString(page.Shorten(v.Portal, runningRunes/3)), font,
		cssString(page.Shorten(foot+" · "+h.Absolute(v.Address), runningRunes)), font)
}

// cssString writes a text as a string of a style sheet. Everything except letters, digits
// and spaces is written by its number, so that nothing can end the string, the style or
// the element around it. Escapes of CSS are a backslash, hexadecimal digits and one
// blank.
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
