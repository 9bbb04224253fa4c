package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/ledger"
)

// letterJSON is a dead letter on the wire.
type letterJSON struct {
	ID         string    `json:"id"`
	Source     string    `json:"source"`
	Format     string    `json:"format"`
	ReceivedAt time.Time `json:"received_at"`
	Index      int       `json:"index"`
	Reason     string    `json:"reason"`
	Excerpt    string    `json:"excerpt"`
	Times      int       `json:"times"`
	Whole      bool      `json:"whole_body"`
}

// letterList answers {"dead_letters":[…],"next"}.
func (s *Server) letterList(c echo.Context) error {
	feeds, err := s.feeds()
	if err != nil {
		return err
	}
	f := ledger.LetterFilter{Source: c.QueryParam("source"), Cursor: c.QueryParam("cursor")}
	if text := c.QueryParam("limit"); text != "" {
		if f.Limit, err = strconv.Atoi(text); err != nil || f.Limit < 1 || f.Limit > 500 {
			return fault.New(fault.Invalid, "web.letters", "limit must be a number from 1 to 500")
		}
	}
	letters, next, err := feeds.DeadLetters(c.Request().Context(), f)
	if err != nil {
		return err
	}
	out := make([]letterJSON, 0, len(letters))
	for _, l := range letters {
		out = append(out, letterJSON{l.ID, l.Source, l.Format, l.Received.UTC(), l.Index, l.Reason, l.Excerpt, l.Times, l.Whole})
	}
	answer := map[string]any{"dead_letters": out, "next": nil}
	if next != "" {
		answer["next"] = next
	}
	return writeJSON(c, http.StatusOK, answer)
}

// letterRetry reads the body of a dead letter again.
func (s *Server) letterRetry(c echo.Context) error {
	feeds, err := s.feeds()
	if err != nil {
		return err
	}
	got, err := feeds.RetryDeadLetter(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	answer := newFeedAnswer()
	answer.add(got, 0)
	return writeJSON(c, http.StatusOK, answer)
}

func (s *Server) letterDelete(c echo.Context) error {
	feeds, err := s.feeds()
	if err != nil {
		return err
	}
	if err := feeds.DismissDeadLetter(c.Request().Context(), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// lettersView is the page of dead letters.
type lettersView struct {
	frame
	Source  string // filter; "" all
	Letters []ledger.DeadLetter
	Next    string // address of the next page
	First   string // address of the first page when this is not it
	MayAct  bool
	Said    string // what became of an action
	Failed  bool   // it failed
}

func (s *Server) lettersPage(c echo.Context) error {
	feeds, err := s.feeds()
	if err != nil {
		return err
	}
	q := c.QueryParams()
	view := lettersView{frame: s.frame(), Source: q.Get("source"), MayAct: visitOf(c).who.May(auth.PushMain)}
	view.Title, view.Section, view.Canonical = "Dead letters", "/feeds", s.absolute("/dead-letters")
	letters, next, err := feeds.DeadLetters(c.Request().Context(), ledger.LetterFilter{Source: view.Source, Cursor: q.Get("cursor"), Limit: pageSize})
	if err != nil {
		return err
	}
	view.Letters = letters
	if next != "" {
		view.Next = s.withQuery("/dead-letters", q, "cursor", next)
	}
	if q.Get("cursor") != "" {
		view.First = s.withQuery("/dead-letters", q, "cursor", "")
	}
	view.Said, view.Failed = saidOf(q)
	return s.show(c, http.StatusOK, "letters", view)
}

// saidOf words what the action before this page did; it is a word in the address,
// so that reloading the page repeats nothing.
func saidOf(q url.Values) (said string, failed bool) {
	switch q.Get("done") {
	case "understood":
		return "Read again: everything in that body is understood now and stored.", false
	case "rejected":
		return "Read again: it still cannot be used. The reason below is from just now.", true
	case "dismissed":
		return "Dismissed: the dead letter is gone.", false
	}
	return "", false
}

// letterRetryForm is letterRetry for the page's button.
func (s *Server) letterRetryForm(c echo.Context) error {
	feeds, err := s.feeds()
	if err != nil {
		return err
	}
	got, err := feeds.RetryDeadLetter(c.Request().Context(), c.Param("id"))
	if err != nil && (fault.KindOf(err) != fault.Invalid || len(got.Rejected) == 0) {
		return err
	}
	done := "understood"
	if len(got.Rejected) > 0 {
		done = "rejected"
	}
	return c.Redirect(http.StatusSeeOther, s.link("/dead-letters")+"?done="+done)
}

// letterDismissForm forgets a dead letter.
func (s *Server) letterDismissForm(c echo.Context) error {
	feeds, err := s.feeds()
	if err != nil {
		return err
	}
	if err := feeds.DismissDeadLetter(c.Request().Context(), c.Param("id")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, s.link("/dead-letters")+"?done=dismissed")
}
