package reporting

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

// reportsView lists the reports: a calendar of the last months, then a list. Months is
// empty on further pages of the list.
type reportsView struct {
	page.Frame
	Name        string // the one report that is listed; "" all
	Definitions []reports.Definition
	Months      []monthView
	Rows        []reportstore.Revision
	Next        string
	First       string
	Compare     []reportstore.Revision // of the one report: what can be compared
}

// monthView is one month of the calendar of daily reports. Blank has one element for each
// empty cell before the first day; weeks begin on Monday.
type monthView struct {
	Heading string
	Blank   []struct{} // days of the week before the first
	Days    []dayView
}

// dayView is one day; Rev is nil where there is no report.
type dayView struct {
	Day int
	Rev *reportstore.Revision
}

// reportRows is how many reports a page lists.
const reportRows = 60

// reportList lists reports: all, or those of one definition. A report without a
// definition is listed as long as it has published periods. It fails with fault.NotFound
// otherwise.
func (h *Handler) reportList(req *page.Request) error {
	if h.deps.Reports == nil {
		return fault.New(fault.NotFound, "web.reports", "this portal makes no reports")
	}
	ctx, name, cursor := req.Context(), req.PathValue("name"), req.QueryValue("cursor")
	view := reportsView{Frame: h.Frame(), Name: name}
	view.Title, view.Section, view.Canonical = "Reports", "/reports", h.Absolute("/reports")
	var err error
	if view.Definitions, err = h.deps.Reports.Definitions(ctx); err != nil {
		return err
	}
	path := "/reports"
	if name != "" {
		path += "/" + name
		at := slices.IndexFunc(view.Definitions, func(d reports.Definition) bool { return d.Name == name })
		if at >= 0 {
			view.Title = view.Definitions[at].Title
		}
	}
	if view.Rows, view.Next, err = h.deps.Reports.List(ctx, name, cursor, reportRows); err != nil {
		return err
	}
	if name != "" && len(view.Rows) == 0 && cursor == "" &&
		!slices.ContainsFunc(view.Definitions, func(d reports.Definition) bool { return d.Name == name }) {
		return fault.Newf(fault.NotFound, "web.reports", "there is no report %.60q", name)
	}
	if view.Next != "" {
		view.Next = h.Link(path) + "?cursor=" + view.Next
	}
	if cursor != "" {
		view.First = h.Link(path)
	} else if view.Months, err = h.calendar(req, name); err != nil {
		return err
	}
	if name != "" {
		view.Compare = view.Rows
	}
	return h.Show(req, http.StatusOK, "reports", view)
}

// calendarMonths is how many months the calendar shows.
const calendarMonths = 3

// calendar returns the daily reports of the last months; nil for a list of another
// report. Months without any report are left out, newest month first. The last day with a
// report, not today, decides which months are shown.
func (h *Handler) calendar(req *page.Request, name string) ([]monthView, error) {
	daily := string(period.Daily)
	if name != "" && name != daily {
		return nil, nil
	}
	const most = 31 * calendarMonths
	rows, _, err := h.deps.Reports.List(req.Context(), daily, "", most)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	// The pointers lead into rows, which is not changed any more.
	by := map[string]*reportstore.Revision{}
	for i := range rows {
		by[rows[i].Period] = &rows[i]
	}
	last, err := time.Parse(time.DateOnly, rows[0].Period)
	if err != nil {
		return nil, nil // the report of that name is none of days
	}
	var months []monthView
	for n := range calendarMonths {
		first := time.Date(last.Year(), last.Month()-time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		m := monthView{Heading: first.Format("January 2006"), Blank: make([]struct{}, (int(first.Weekday())+6)%7)}
		some := false
		for day := first; day.Month() == first.Month(); day = day.AddDate(0, 0, 1) {
			rev := by[day.Format(time.DateOnly)]
			some = some || rev != nil
			m.Days = append(m.Days, dayView{day.Day(), rev})
		}
		if some {
			months = append(months, m)
		}
	}
	return months, nil
}

// differencesView compares two reports: revisions of one period, or two periods. Before
// is zero for the first revision of a period.
type differencesView struct {
	page.Frame
	Heading string
	Before  reportstore.Revision
	// Left counts differences that are not listed.
	After       reportstore.Revision
	Differences []reports.Difference
	Left        int
	Periods     bool // two periods, neither of which corrects the other
	Revisions   []reportstore.Revision
}

// reportChanges shows what a revision changed compared with the one before. rev= names
// the revision, the newest without it. The first revision has no differences.
func (h *Handler) reportChanges(req *page.Request) error {
	if h.deps.Reports == nil {
		return fault.New(fault.NotFound, "web.reports", "this portal makes no reports")
	}
	ctx, name, id := req.Context(), req.PathValue("name"), req.PathValue("period")
	number, err := revisionNumber(req.QueryValue("rev"))
	if err != nil {
		return err
	}
	after, err := h.deps.Reports.Report(ctx, name, id, number)
	if err != nil {
		return err
	}
	view := differencesView{Frame: h.Frame(), Heading: h.Text("diff.report_title", "Name", after.Heading), After: after.Revision}
	if view.Revisions, err = h.deps.Reports.Revisions(ctx, name, id); err != nil {
		return err
	}
	if after.Number > 1 {
		before, err := h.deps.Reports.Report(ctx, name, id, after.Number-1)
		if err != nil {
			return err
		}
		view.Before = before.Revision
		view.Differences, view.Left = reports.Diff(before.Report, after.Report)
	}
	view.Title, view.Section = view.Heading, "/reports"
	return h.Show(req, http.StatusOK, "differences", view)
}

// reportCompare shows two periods of one report side by side. a= and b= name the periods;
// both are compared at their newest revisions.
func (h *Handler) reportCompare(req *page.Request) error {
	if h.deps.Reports == nil {
		return fault.New(fault.NotFound, "web.reports", "this portal makes no reports")
	}
	ctx, name := req.Context(), req.PathValue("name")
	a, b := req.QueryValue("a"), req.QueryValue("b")
	if a == "" || b == "" {
		return fault.New(fault.Invalid, "web.reports", "name two periods to compare: ?a=2026-W46&b=2026-W47")
	}
	before, err := h.deps.Reports.Report(ctx, name, a, 0)
	if err != nil {
		return err
	}
	after, err := h.deps.Reports.Report(ctx, name, b, 0)
	if err != nil {
		return err
	}
	view := differencesView{Frame: h.Frame(), Heading: h.Text("diff.compare_title", "A", before.Heading, "B", after.Heading),
		Before: before.Revision, After: after.Revision, Periods: true}
	view.Differences, view.Left = reports.Compare(before.Report, after.Report)
	view.Title, view.Section = "Compare "+a+" and "+b, "/reports"
	return h.Show(req, http.StatusOK, "differences", view)
}

// reportFeed answers the newest reports as Atom; name= selects one report. The id of an
// entry is the address of the period, so that a new revision updates its entry.
func (h *Handler) reportFeed(req *page.Request) error {
	if h.deps.Reports == nil {
		return fault.New(fault.NotFound, "web.reports", "this portal makes no reports")
	}
	name := req.QueryValue("name")
	rows, _, err := h.deps.Reports.List(req.Context(), name, "", page.FeedEntries)
	if err != nil {
		return err
	}
	feed := h.NewFeed(req, h.Name()+": reports", "/reports/feed.atom", h.Absolute("/reports"))
	for _, r := range rows {
		address, title := h.Absolute("/reports/"+r.Name+"/"+r.Period), humanize.Line(r.Title+": "+r.Heading)
		if r.Number > 1 { // the entry comes again: it says why
			title += ", revision " + strconv.Itoa(r.Number)
		}
		feed.Add(page.FeedEntry{
			ID: address, Title: title, Author: page.FeedAuthor{Name: h.Name()},
			Link:     page.FeedLink{Rel: "alternate", Type: "text/html", Href: address},
			Category: []page.FeedTerm{{Term: r.Name}}, Summary: humanize.Line(r.Verdict),
		}, r.To, r.PublishedAt)
	}
	return h.SendFeed(req, feed)
}
