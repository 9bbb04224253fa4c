package web

import (
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems/library"
)

// servicesView lists the services that documents name.
type servicesView struct {
	frame
	Services []library.Count
}

func (s *Server) services(c echo.Context) error {
	counts, err := s.deps.Library.Counts(c.Request().Context(), "service", library.Filter{})
	if err != nil {
		return err
	}
	slices.SortFunc(counts, func(a, b library.Count) int {
		if a.Value < b.Value {
			return -1
		}
		return 1
	})
	view := servicesView{frame: s.frame(), Services: counts}
	view.Title, view.Section = "Services", "/services"
	return s.show(c, 200, "services", view)
}

// service is the list of every document about one service.
func (s *Server) service(c echo.Context) error {
	name := c.Param("*")
	counts, err := s.deps.Library.Counts(c.Request().Context(), "service", library.Filter{})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(counts, func(n library.Count) bool { return n.Value == name }) {
		return fault.Newf(fault.NotFound, "web", "no document names a service %q", name)
	}
	view := listView{frame: s.frame(), Heading: name, What: "Every document that names this service."}
	view.Title, view.Section = name, "/services"
	return s.cached(c, "list", func() (any, error) { return s.fillList(c, view, library.Filter{Service: name}) })
}

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
