package documents

import (
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems/library"
)

// actionsView lists action items of all documents. Overdue counts the listed items only.
type actionsView struct {
	page.Frame
	Rows                   []docparts.ActionRow
	Overdue                int
	Owner, Service, Status string
	Cut                    bool // there may be more than are shown
}

// actions lists action items, by due date. Without status= it lists the open ones. Other
// values of status= are fault.Invalid. Items without a due date are last.
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
	// A full page may have been cut: the library does not count what it leaves out.
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
