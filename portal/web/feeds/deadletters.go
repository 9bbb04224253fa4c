package feeds

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/feedstore"
)

// letterJSON is a dead letter as JSON. The names are part of the API. Times counts how
// often the same item was rejected.
type letterJSON struct {
	ID         string    `json:"id"`
	Source     string    `json:"source"`
	Format     string    `json:"format"`
	ReceivedAt time.Time `json:"received_at"`
	Index      int       `json:"index"`
	Reason     string    `json:"reason"`
	Excerpt    *string   `json:"excerpt"` // null for those who may not see it
	Times      int       `json:"times"`
	Whole      bool      `json:"whole_body"`
	// OverBudget means that only the amount was refused; BodyKept means that a retry is
	// possible.
	OverBudget bool `json:"over_budget"`
	BodyKept   bool `json:"body_kept"`
}

// letters returns one page of dead letters as the client may see it. Feeders see those of
// their own sources; only administrators and feeders see what was sent; secrets are
// removed for everyone. The slice is a copy, because the store's may be shared.
func (h *Handler) letters(req *page.Request, f feedstore.DeadLetterFilter) (letters []feedstore.DeadLetter, next string, err error) {
	feeds, err := h.feeds()
	if err != nil {
		return nil, "", err
	}
	who := req.Who
	f.Sources = ownSources(who)
	letters, next, err = feeds.DeadLetters(req.Context(), f)
	letters = slices.Clone(letters)
	for i := range letters {
		l := &letters[i]
		if !seesBodies(who) {
			l.Excerpt = ""
		}
		l.Reason, l.Excerpt = h.redact(l.Reason), h.redact(l.Excerpt)
	}
	return letters, next, err
}

// ownSources returns the sources whose dead letters a client may see, nil for all. A
// feeder that is not bound to sources may post under any name, but sees only those of
// the source named after it.
func ownSources(who auth.Principal) []string {
	if who.Role != auth.Feeder {
		return nil
	}
	if len(who.Sources) > 0 {
		return who.Sources
	}
	return []string{who.Name}
}

// seesBodies reports whether a client may see what was sent. Raw bodies have labels,
// names and addresses that no page shows. Readers and authors see that something was
// rejected, and why.
func seesBodies(who auth.Principal) bool {
	return who.Role == auth.Admin || who.Role == auth.Feeder
}

// redact removes secrets from what a feed sent. Reasons may quote the body, so they are
// redacted as well.
func (h *Handler) redact(text string) string {
	if h.opt.Redact == nil {
		return text
	}
	return h.opt.Redact(text)
}

// letterList answers {"dead_letters":[…],"next"}. limit= takes 1 to 500; other values are
// fault.Invalid.
func (h *Handler) letterList(req *page.Request) error {
	f := feedstore.DeadLetterFilter{Source: req.QueryValue("source"), Cursor: req.QueryValue("cursor")}
	if text := req.QueryValue("limit"); text != "" {
		var err error
		if f.Limit, err = strconv.Atoi(text); err != nil || f.Limit < 1 || f.Limit > 500 {
			return fault.New(fault.Invalid, "web.letters", "limit must be a number from 1 to 500")
		}
	}
	letters, next, err := h.letters(req, f)
	if err != nil {
		return err
	}
	sees := seesBodies(req.Who)
	out := make([]letterJSON, 0, len(letters))
	for _, l := range letters {
		j := letterJSON{l.ID, l.Source, l.Format, l.Received.UTC(), l.Index, l.Reason, nil, l.Times, l.Whole, l.OverBudget, !l.NotStored}
		// null distinguishes what may not be seen from an empty item.
		if sees {
			j.Excerpt = &l.Excerpt
		}
		out = append(out, j)
	}
	answer := map[string]any{"dead_letters": out, "next": nil}
	if next != "" {
		answer["next"] = next
	}
	return req.JSON(http.StatusOK, answer)
}

// letterRetry processes the body of a dead letter again. The answer has the form of a
// post. Rejected items remain as dead letters.
func (h *Handler) letterRetry(req *page.Request) error {
	feeds, err := h.feeds()
	if err != nil {
		return err
	}
	got, err := feeds.RetryDeadLetter(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	answer := newFeedAnswer()
	answer.add(got, 0)
	return req.JSON(http.StatusOK, answer)
}

// letterDelete deletes a dead letter. It answers 204. The body of the item is deleted
// with its last dead letter.
func (h *Handler) letterDelete(req *page.Request) error {
	feeds, err := h.feeds()
	if err != nil {
		return err
	}
	if err := feeds.DismissDeadLetter(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	return req.NoContent(http.StatusNoContent)
}

// lettersView is the page of dead letters.
type lettersView struct {
	page.Frame
	Source  string // filter; "" all
	Letters []feedstore.DeadLetter
	Next    string // address of the next page
	First   string // address of the first page when this is not it
	MayAct  bool
	Sees    bool   // what was sent is shown
	Said    string // what became of an action
	Failed  bool   // it failed
}

// lettersPage lists dead letters, newest first. Reading needs auth.ReadLetters, actions
// auth.PushMain.
func (h *Handler) lettersPage(req *page.Request) error {
	q, who := req.Query(), req.Who
	view := lettersView{Frame: h.Frame(), Source: q.Get("source"), MayAct: who.May(auth.PushMain), Sees: seesBodies(who)}
	view.Title, view.Section, view.Canonical = h.Text("dead_letter.title"), "/feeds", h.Absolute("/dead-letters")
	letters, next, err := h.letters(req, feedstore.DeadLetterFilter{Source: view.Source, Cursor: q.Get("cursor"), Limit: page.Rows})
	if err != nil {
		return err
	}
	view.Letters = letters
	if next != "" {
		view.Next = h.WithQuery("/dead-letters", q, "cursor", next)
	}
	if q.Get("cursor") != "" {
		view.First = h.WithQuery("/dead-letters", q, "cursor", "")
	}
	view.Said, view.Failed = h.saidOf(q)
	return h.Show(req, http.StatusOK, "letters", view)
}

// saidOf returns the result of the action before this page. It is a word in the address,
// so that reloading the page repeats nothing. An unknown word is no result.
func (h *Handler) saidOf(q url.Values) (said string, failed bool) {
	switch q.Get("done") {
	case "understood":
		return h.Text("dead_letter.accepted"), false
	case "rejected":
		return h.Text("dead_letter.still_rejected"), true
	case "dismissed":
		return h.Text("dead_letter.dismissed"), false
	}
	return "", false
}

// letterRetryForm is letterRetry for the button of the page. A body that is rejected
// again is a result of the action and not a failure of the page.
func (h *Handler) letterRetryForm(req *page.Request) error {
	feeds, err := h.feeds()
	if err != nil {
		return err
	}
	got, err := feeds.RetryDeadLetter(req.Context(), req.PathValue("id"))
	if err != nil && (fault.KindOf(err) != fault.Invalid || len(got.Rejected) == 0) {
		return err
	}
	done := "understood"
	if len(got.Rejected) > 0 {
		done = "rejected"
	}
	return req.Redirect(http.StatusSeeOther, h.Link("/dead-letters")+"?done="+done)
}

// letterDismissForm deletes a dead letter, for the button of the page. A form has no
// DELETE, hence a route of its own.
func (h *Handler) letterDismissForm(req *page.Request) error {
	feeds, err := h.feeds()
	if err != nil {
		return err
	}
	if err := feeds.DismissDeadLetter(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, h.Link("/dead-letters")+"?done=dismissed")
}
