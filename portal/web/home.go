package web

import (
	"github.com/labstack/echo/v4"

	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

// homeView is the first page: search, then what is new and what is read.
type homeView struct {
	frame
	Total     int
	Counted   []kindCount
	Services  []library.Count
	Newest    []library.Record
	MostRead  []library.Record
	Overdue   []actionRow
	Verdicts  []reportstore.Revision // of the newest weekly and daily report
	Open      []incidentRow          // incidents that are not over, a few
	AllOpen   int
	OpenKnown bool   // false while it is being found out
	OpenWide  string // why they are not counted: they are too many
}

// kindCount is a kind with how many documents it has.
type kindCount struct {
	kindName
	N int
}

func (s *Server) home(c echo.Context) error {
	ctx, lib := c.Request().Context(), s.deps.Library
	view := homeView{frame: s.frame()}
	view.Section, view.Canonical = "/", s.absolute("/")
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
	if view.Overdue, err = s.overdue(c, homeListed); err != nil {
		return err
	}
	view.Open, view.AllOpen, view.OpenKnown, err = s.openIncidents(c, openListed)
	if view.OpenWide = tooWide(err); err != nil && view.OpenWide == "" {
		return err
	}
	if view.Verdicts, err = s.verdicts(c); err != nil {
		return err
	}
	return s.show(c, 200, "home", view)
}

func kindCounts(counts []library.Count) (total int, kinds []kindCount) {
	n := map[string]int{}
	for _, k := range counts {
		n[k.Value] = k.N
		total += k.N
	}
	for _, k := range kindNames() {
		if n[string(k.Kind)] > 0 {
			kinds = append(kinds, kindCount{k, n[string(k.Kind)]})
		}
	}
	return total, kinds
}

// overdue are the action items whose day has passed, the latest first.
func (s *Server) overdue(c echo.Context, most int) ([]actionRow, error) {
	items, err := s.deps.Library.Actions(c.Request().Context(), library.ActionFilter{Status: "open", Limit: most})
	if err != nil {
		return nil, err
	}
	var rows []actionRow
	for _, i := range items {
		if i.Action.Due.IsZero() || !i.Action.Due.Before(s.day()) {
			break // they come by due date
		}
		rows = append(rows, s.itemRow(i))
	}
	return rows, nil
}

func (s *Server) itemRow(i library.ActionItem) actionRow {
	row := actionRowOf(i.Action, s.day())
	row.Document = &i.Document
	return row
}

// verdicts are the newest weekly and daily reports: what a lead opens first.
func (s *Server) verdicts(c echo.Context) (out []reportstore.Revision, err error) {
	if s.deps.Reports == nil {
		return nil, nil
	}
	for _, name := range []period.Kind{period.Weekly, period.Daily} {
		rows, _, err := s.deps.Reports.List(c.Request().Context(), string(name), "", 1)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}
