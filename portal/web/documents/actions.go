package documents

import (
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems/library"
)

// actionsView lists action items of all documents.
type actionsView struct {
	page.Frame
	Rows                   []docparts.ActionRow
	Overdue                int
	Owner, Service, Status string
	Cut                    bool // there may be more than are shown
}

// actions lists action items, by due date. Without status= it lists the open ones.
func (h *Handler) actions(req *page.Request) error {
	f := library.ActionFilter{
		Owner: req.QueryValue("owner"), Service: req.QueryValue("service"), Status: req.QueryValue("status"), Limit: actionsShown,
	}
	switch f.Status {
	case "":
		f.Status = "open"
	case "open", "done", "dropped":
	default:
		return fault.New(fault.Invalid, "web", "status= takes open, done or dropped")
	}
	items, err := h.deps.Library.Actions(req.Context(), f)
	if err != nil {
		return err
	}
	view := actionsView{Frame: h.Frame(), Owner: f.Owner, Service: f.Service, Status: f.Status, Cut: len(items) == actionsShown}
	view.Title, view.Section = h.Text("layout.actions"), "/actions"
	for _, i := range items {
		row := h.itemRow(i)
		if row.Class == "bad" {
			view.Overdue++
		}
		view.Rows = append(view.Rows, row)
	}
	return h.Show(req, 200, "actions", view)
}
