package reporting

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"html/template"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

// reportView is the page of one report at one revision. It is shown on its page and
// printed as a PDF.
type reportView struct {
	page.Frame
	R   reports.Report
	Rev reportstore.Revision
	// Newest is 0 for a preview.
	Newest  int  // number of the newest revision
	Preview bool // compiled for this request, stored nowhere
	Address string
	Verdict []verdictPart
	// Words are the lead's notes, as safe HTML.
	Words template.HTML
	Parts []sectionView
	Prev  string // periods beside this one, "" when they have no report
	Next  string
	Style template.CSS // of a page that stands alone
}

// verdictPart is a piece of the verdict. What was missed is emphasized.
type verdictPart struct {
	Text   string
	Strong bool
}

// sectionView is a section with its charts drawn and its tables named.
type sectionView struct {
	reports.Section
	Drawn []chartView
	Named []tableView
}

// tableView is a table with its label for screen readers: its own title, or that of the
// section whose only table it is.
type tableView struct {
	reports.Table
	Label string
}

// chartView is a chart, with its values if no table has them. Head and Rows are empty if
// a table of the section has the values.
type chartView struct {
	Name, Title string
	SVG         template.HTML
	Head        []string
	Rows        [][]string
	Bands       []reports.Band // behind the lines, said with the rows
}

// report answers /reports/NAME/PERIOD with its suffixes. preview= wins over a suffix and
// over rev=.
func (h *Handler) report(req *page.Request) error {
	if h.deps.Reports == nil {
		return fault.New(fault.NotFound, "web.report", "this portal makes no reports")
	}
	name, id, form := reportAddress(req.PathValue("name"), req.PathValue("period"))
	number, err := revisionNumber(req.QueryValue("rev"))
	if err != nil {
		return err
	}
	if req.QueryValue("preview") != "" {
		return h.reportPreview(req, name, id)
	}
	if form == "" {
		return h.reportPage(req, name, id, number)
	}
	p, err := h.deps.Reports.Report(req.Context(), name, id, number)
	if err != nil {
		return err
	}
	return h.reportFile(req, p, form)
}

// reportAddress splits the suffix off a period. An unknown suffix remains part of the
// period, which then does not exist.
func reportAddress(name, id string) (string, string, string) {
	switch form := path.Ext(id); form {
	case ".md", ".json", ".csv", ".pdf":
		return name, strings.TrimSuffix(id, form), form
	}
	return name, id, ""
}

// revisionNumber reads rev=; 0 is the newest revision. Anything but a positive number is
// fault.Invalid.
func revisionNumber(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "web.report", "rev= takes the number of a revision, such as 2")
	}
	return n, nil
}

// reportPage shows one revision, from the cache if it is there. A revision never
// changes; whether it is the newest is part of the state.
func (h *Handler) reportPage(req *page.Request, name, id string, number int) error {
	ctx := req.Context()
	newest, err := h.deps.Reports.Newest(ctx, name, id)
	if err != nil {
		return err
	}
	// The key is made of the parts and not of the address, so that unknown parameters do
	// not fill the cache.
	key := fmt.Sprintf("/reports/%s/%s?rev=%d", name, id, number)
	return h.Cached(req, "report", key, page.State{Seq: reportSeq(newest), Bad: h.Unreadable()}, func() (any, error) {
		p, err := h.deps.Reports.Report(ctx, name, id, number)
		if err != nil {
			return nil, err
		}
		return h.reportView(ctx, p, newest.Number)
	})
}

// reportSeq identifies the newest revision of a period. The time of publication is part
// of it, since a restored backup may assign the same number again.
func reportSeq(r reportstore.Revision) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %s %d %d", r.Name, r.Period, r.Number, r.PublishedAt.UnixNano())
	return h.Sum64()
}

// reportPreview compiles a period for this request and stores nothing. A period that has
// not ended is compiled as far as it goes.
func (h *Handler) reportPreview(req *page.Request, name, id string) error {
	ctx := req.Context()
	if err := h.Throttle(req, page.RateSearch); err != nil { // it is compiled for each request
		return err
	}
	r, err := h.deps.Reports.Preview(ctx, name, id)
	if err != nil {
		return err
	}
	view, err := h.reportView(ctx, reportstore.Published{Report: r,
		Revision: reportstore.Revision{Name: r.Name, Period: r.Period, PublishedAt: h.Now()}}, 0)
	if err != nil {
		return err
	}
	view.Preview = true
	return h.Show(req, http.StatusOK, "report", view)
}

// reportView returns the page of a report, with its charts drawn. It fails with
// fault.Internal if a chart cannot be drawn. newest is the number of the newest revision,
// 0 for a preview.
func (h *Handler) reportView(ctx context.Context, p reportstore.Published, newest int) (reportView, error) {
	r := p.Report
	v := reportView{Frame: h.Frame(), R: r, Rev: p.Revision, Newest: newest, Address: "/reports/" + r.Name + "/" + r.Period,
		Verdict: verdictParts(r.Verdict)}
	v.Title, v.Section, v.Canonical = r.Title+": "+r.Heading, "/reports", h.Absolute(v.Address)
	words, err := h.deps.Reports.Words(ctx, r, h.Prefix())
	if err != nil {
		return v, err
	}
	v.Words = template.HTML(words)
	for _, section := range r.Sections {
		part := sectionView{Section: section}
		for _, name := range section.Charts {
			drawn, err := h.chartView(r, name)
			if err != nil {
				return v, err
			}
			part.Drawn = append(part.Drawn, drawn)
		}
		for _, t := range section.Tables {
			part.Named = append(part.Named, tableView{t, cmp.Or(t.Title, section.Title)})
		}
		v.Parts = append(v.Parts, part)
	}
	v.Prev, v.Next = h.neighbours(ctx, r)
	return v, nil
}

// chartView draws one chart of a report. A section that names a chart that the report
// lacks is a defect of the compiler.
func (h *Handler) chartView(r reports.Report, name string) (chartView, error) {
	chart, ok := r.Chart(name)
	if !ok || h.deps.Charts == nil {
		return chartView{}, fault.Newf(fault.Internal, "web.report", "")
	}
	svg, err := h.deps.Charts.Inline(r, chart, "chart-"+name)
	if err != nil {
		return chartView{}, fault.Wrap(fault.Internal, "web.report", "", err)
	}
	v := chartView{Name: name, Title: chart.Title, SVG: template.HTML(svg)}
	if chart.Twin == "" {
		v.Head, v.Rows = h.deps.Charts.Table(r, chart)
		v.Bands = chart.Bands
	}
	return v, nil
}

// neighbours returns the addresses of the periods before and after, "" if they have no
// report. Two lookups of rows are all that it costs. An error counts as no report.
func (h *Handler) neighbours(ctx context.Context, r reports.Report) (prev, next string) {
	p, err := period.Of(r.Kind, r.Period, reports.Definition{Zone: r.Zone}.Location())
	if err != nil {
		return "", ""
	}
	address := func(id string) string {
		if _, err := h.deps.Reports.Newest(ctx, r.Name, id); err != nil {
			return ""
		}
		return "/reports/" + r.Name + "/" + id
	}
	return address(p.Prev().ID), address(p.Next().ID)
}

// verdictParts splits the verdict at what was missed. v.Missed are substrings of the
// text, in their order; one that is not found is skipped. The texts of the parts together
// are the verdict.
func verdictParts(v reports.Verdict) (parts []verdictPart) {
	rest := v.Text
	for _, m := range v.Missed {
		before, after, found := strings.Cut(rest, m)
		if !found || m == "" {
			continue
		}
		parts = append(parts, verdictPart{before, false}, verdictPart{m, true})
		rest = after
	}
	return append(parts, verdictPart{rest, false})
}
