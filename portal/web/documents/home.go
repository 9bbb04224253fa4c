package documents

import (
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

// homeView is the home page: search, then what is new and what is read most. Its parts
// are read one after the other; each is bounded by a limit of its own.
type homeView struct {
	page.Frame
	Total     int
	Counted   []kindCount
	Services  []library.Count
	Newest    []library.Record
	MostRead  []library.Record
	Overdue   []docparts.ActionRow
	Verdicts  []reportstore.Revision // of the newest weekly and daily report
	Open      []incidentparts.Row    // incidents that are not over, a few
	AllOpen   int
	OpenKnown bool   // false while it is being found out
	OpenWide  string // why they are not counted: they are too many
}

// kindCount is a kind with how many documents it has.
type kindCount struct {
	page.Kind
	N int
}

// home shows the home page. It is built for each request, because open incidents change
// at any time. A failure of a part fails the page, except for too many open incidents.
func (h *Handler) home(req *page.Request) error {
	ctx, lib := req.Context(), h.deps.Library
	view := homeView{Frame: h.Frame()}
	view.Section, view.Canonical = "/", h.Absolute("/")
	counts, err := lib.Counts(ctx, "kind", library.Filter{})
	if err != nil {
		return err
	}
	view.Total, view.Counted = kindCounts(counts)
	if view.Services, err = lib.Counts(ctx, "service", library.Filter{}); err != nil {
		return err
	}
	const shown = 24 // services: two or three lines
	view.Services = view.Services[:min(len(view.Services), shown)]
	if view.Newest, _, err = lib.List(ctx, library.Filter{Limit: homeListed}); err != nil {
		return err
	}
	if view.MostRead, err = lib.MostRead(ctx, homeListed); err != nil {
		return err
	}
	if view.Overdue, err = h.overdue(req, homeListed); err != nil {
		return err
	}
	view.Open, view.AllOpen, view.OpenKnown, err = h.openIncidents(req, openListed)
	if view.OpenWide = page.TooWide(err); err != nil && view.OpenWide == "" {
		return err
	}
	if view.Verdicts, err = h.verdicts(req); err != nil {
		return err
	}
	return h.Show(req, 200, "home", view)
}

// kindCounts returns the number of documents and the kinds that have some, in the order
// of the navigation. total includes kinds that the navigation does not list.
func kindCounts(counts []library.Count) (total int, kinds []kindCount) {
	n := map[string]int{}
	for _, k := range counts {
		n[k.Value] = k.N
		total += k.N
	}
	for _, k := range page.Kinds() {
		if n[string(k.Kind)] > 0 {
			kinds = append(kinds, kindCount{k, n[string(k.Kind)]})
		}
	}
	return total, kinds
}

// overdue returns action items whose due date has passed, longest overdue first. Items
// are read by due date, so that the first of them are the overdue ones; most bounds their
// number.
func (h *Handler) overdue(req *page.Request, most int) ([]docparts.ActionRow, error) {
	items, err := h.deps.Library.Actions(req.Context(), library.ActionFilter{Status: "open", Limit: most})
	if err != nil {
		return nil, err
	}
	var rows []docparts.ActionRow
	for _, i := range items {
		if i.Action.Due.IsZero() || !i.Action.Due.Before(h.Day()) {
			break // they come by due date
		}
		rows = append(rows, h.itemRow(i))
	}
	return rows, nil
}

// itemRow returns the row of an action item with a link to its document.
func (h *Handler) itemRow(i library.ActionItem) docparts.ActionRow {
	row := docparts.NewActionRow(h.Texts(), i.Action, h.Day())
	row.Document = &i.Document
	return row
}

// verdicts returns the newest weekly and daily reports. A report without a published
// period adds nothing. It returns nil without Reports.
func (h *Handler) verdicts(req *page.Request) (out []reportstore.Revision, err error) {
	if h.deps.Reports == nil {
		return nil, nil
	}
	for _, name := range []period.Kind{period.Weekly, period.Daily} {
		rows, _, err := h.deps.Reports.List(req.Context(), string(name), "", 1)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}
