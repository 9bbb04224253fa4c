package web

import (
	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems/library"
)

// actionsView lists action items over all documents.
type actionsView struct {
	frame
	Rows                   []actionRow
	Overdue                int
	Owner, Service, Status string
	Cut                    bool // there may be more than are shown
}

func (s *Server) actions(c echo.Context) error {
	f := library.ActionFilter{
		Owner: c.QueryParam("owner"), Service: c.QueryParam("service"), Status: c.QueryParam("status"), Limit: actionsShown,
	}
	switch f.Status {
	case "":
		f.Status = "open"
	case "open", "done", "dropped":
	default:
		return fault.New(fault.Invalid, "web", "status= takes open, done or dropped")
	}
	items, err := s.deps.Library.Actions(c.Request().Context(), f)
	if err != nil {
		return err
	}
	view := actionsView{frame: s.frame(), Owner: f.Owner, Service: f.Service, Status: f.Status, Cut: len(items) == actionsShown}
	view.Title, view.Section = "Action items", "/actions"
	for _, i := range items {
		row := s.itemRow(i)
		if row.Class == "bad" {
			view.Overdue++
		}
		view.Rows = append(view.Rows, row)
	}
	return s.show(c, 200, "actions", view)
}
