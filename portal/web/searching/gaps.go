package searching

import (
	"net/http"
	"net/url"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/search/querylog"
)

// gapsView is the page of unsuccessful searches of one week. Weeks are ISO weeks in UTC.
type gapsView struct {
	page.Frame
	Week     string
	First    time.Time // the week's Monday
	Final    time.Time // and its Sunday
	Previous string    // address of the week before
	Next     string    // and of the one after; "" for this week
	// Gaps has the counts of the whole week, Rows at most gapsShown of its searches.
	Gaps querylog.Gaps
	Rows []gapRow
	Cut  bool // not all are listed
	Open []noteView
	Done []noteView
	// MayMark is auth.PushMain.
	MayMark bool
	Noted   bool // the reader has just left a note
}

// gapRow is a search that was of no use. Link repeats the search, so that it can be tried
// against what was published since.
type gapRow struct {
	querylog.Gap
	Link string
}

// noteView is a note about a missing runbook. It is open until a publisher marks it as
// done.
type noteView struct {
	querylog.Note
	Link string // of the search
}

// gaps lists searches of a week that found nothing or nothing useful, and the requests
// for missing documents. Requests are listed whatever their week.
func (h *Handler) gaps(req *page.Request) error {
	week, err := weekOf(req.QueryValue("week"), h.Now())
	if err != nil {
		return err
	}
	ctx := req.Context()
	view := gapsView{Frame: h.Frame(), Week: week.ID, First: week.From, Final: week.To.AddDate(0, 0, -1)}
	view.Title, view.Section = h.Texts().Text("layout.gaps"), "/gaps"
	view.MayMark, view.Noted = req.Who.May(auth.PushMain), req.QueryValue("noted") != ""
	view.Previous = h.Link("/gaps") + "?week=" + week.Prev().ID
	// A week that has not begun has no link.
	if next := week.Next(); !next.From.After(h.Now()) {
		view.Next = h.Link("/gaps") + "?week=" + next.ID
	}
	if view.Gaps, err = h.deps.Queries.Gaps(ctx, week.From, week.To); err != nil {
		return err
	}
	view.Cut = len(view.Gaps.Gaps) > gapsShown
	for _, g := range view.Gaps.Gaps[:min(len(view.Gaps.Gaps), gapsShown)] {
		view.Rows = append(view.Rows, gapRow{g, h.searchLink(g.Query, false, 0)})
	}
	notes, err := h.deps.Queries.Missing(ctx)
	if err != nil {
		return err
	}
	for _, n := range notes {
		row := noteView{n, h.searchLink(n.Query, false, 0)}
		if n.Open() {
			view.Open = append(view.Open, row)
		} else {
			view.Done = append(view.Done, row)
		}
	}
	return h.Show(req, http.StatusOK, "gaps", view)
}

// weekOf reads week=. Without it, the week of now in UTC is meant. It fails with
// fault.Invalid for what is no ISO week such as 2026-W47.
func weekOf(name string, now time.Time) (period.Period, error) {
	if name == "" {
		return period.Containing(period.Weekly, now, time.UTC), nil
	}
	return period.Of(period.Weekly, name, time.UTC)
}

// reportMissing stores a reader's request for a missing document. Any reader may send
// one; the route limits how many. A redirect shows the page with the note, so that
// reloading sends nothing.
func (h *Handler) reportMissing(req *page.Request) error {
	r := req.Request
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "web.report", "the form could not be read", err)
	}
	if _, err := h.deps.Queries.Report(r.Context(), r.PostForm.Get("q"), r.PostForm.Get("words")); err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, h.Link("/gaps?noted=1#missing"))
}

// finishNote marks a request as done, or as open again. It needs auth.PushMain and
// records who did it. The reader returns to the week of the form.
func (h *Handler) finishNote(req *page.Request) error {
	r := req.Request
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "web.finish", "the form could not be read", err)
	}
	done := r.PostForm.Get("state") != "open"
	if err := h.deps.Queries.Finish(r.Context(), r.PostForm.Get("id"), done, req.Who.Name); err != nil {
		return err
	}
	to := h.Link("/gaps")
	if week := r.PostForm.Get("week"); week != "" {
		to += "?week=" + url.QueryEscape(week)
	}
	return req.Redirect(http.StatusSeeOther, to+"#missing")
}
