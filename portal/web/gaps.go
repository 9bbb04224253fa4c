package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/search/querylog"
)

// gapsView is the page of what was looked for and not found in one week.
type gapsView struct {
	frame
	Week     string
	First    time.Time // the week's Monday
	Final    time.Time // and its Sunday
	Previous string    // address of the week before
	Next     string    // and of the one after; "" for this week
	Gaps     querylog.Gaps
	Rows     []gapRow
	Cut      bool // not all are listed
	Open     []noteView
	Done     []noteView
	MayMark  bool
	Noted    bool // the reader has just left a note
}

// gapRow is a search that was of no use.
type gapRow struct {
	querylog.Gap
	Link string
}

// noteView is a note about a missing runbook.
type noteView struct {
	querylog.Note
	Link string // of the search
}

func (s *Server) gaps(c echo.Context) error {
	week, err := weekOf(c.QueryParam("week"), s.opt.Now())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	view := gapsView{frame: s.frame(), Week: week.ID, First: week.From, Final: week.To.AddDate(0, 0, -1)}
	view.Title, view.Section = "Gaps", "/gaps"
	view.MayMark, view.Noted = visitOf(c).who.May(auth.PushMain), c.QueryParam("noted") != ""
	view.Previous = s.link("/gaps") + "?week=" + week.Prev().ID
	if next := week.Next(); !next.From.After(s.opt.Now()) {
		view.Next = s.link("/gaps") + "?week=" + next.ID
	}
	if view.Gaps, err = s.deps.Queries.Gaps(ctx, week.From, week.To); err != nil {
		return err
	}
	view.Cut = len(view.Gaps.Gaps) > gapsShown
	for _, g := range view.Gaps.Gaps[:min(len(view.Gaps.Gaps), gapsShown)] {
		view.Rows = append(view.Rows, gapRow{g, s.searchLink(g.Query, false, 0)})
	}
	notes, err := s.deps.Queries.Missing(ctx)
	if err != nil {
		return err
	}
	for _, n := range notes {
		row := noteView{n, s.searchLink(n.Query, false, 0)}
		if n.Open() {
			view.Open = append(view.Open, row)
		} else {
			view.Done = append(view.Done, row)
		}
	}
	return s.show(c, http.StatusOK, "gaps", view)
}

// weekOf reads week=; without one it is the week of now, in UTC.
func weekOf(name string, now time.Time) (period.Period, error) {
	if name == "" {
		return period.Containing(period.Weekly, now, time.UTC), nil
	}
	return period.Of(period.Weekly, name, time.UTC)
}

// reportMissing leaves a reader's note for the owners.
func (s *Server) reportMissing(c echo.Context) error {
	r := c.Request()
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "web.report", "the form could not be read", err)
	}
	if _, err := s.deps.Queries.Report(r.Context(), r.PostForm.Get("q"), r.PostForm.Get("words")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, s.link("/gaps?noted=1#missing"))
}

// finishNote marks a note as done, or as open again.
func (s *Server) finishNote(c echo.Context) error {
	r := c.Request()
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "web.finish", "the form could not be read", err)
	}
	done := r.PostForm.Get("state") != "open"
	if err := s.deps.Queries.Finish(r.Context(), r.PostForm.Get("id"), done, visitOf(c).who.Name); err != nil {
		return err
	}
	to := s.link("/gaps")
	if week := r.PostForm.Get("week"); week != "" {
		to += "?week=" + url.QueryEscape(week)
	}
	return c.Redirect(http.StatusSeeOther, to+"#missing")
}
