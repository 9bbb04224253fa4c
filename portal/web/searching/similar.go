package searching

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/paste"
)

// similarView is the answer to a pasted text, or the form for one. Headline and ReadAs
// are how the text was read, for the reader to check.
type similarView struct {
	page.Frame
	Text     string // as it was pasted
	Headline string // what it is about
	ReadAs   string // "alert", "stack trace", …
	Answer   docparts.Answer
	Notes    []string
	AlertURL string // pattern of the pages of alerts
}

const (
	// titleShown is how many characters of a headline the browser's tab has room for.
	titleShown = 60
	// similarListed is how many documents an answer lists.
	similarListed = 12
)

// similar answers /similar: what resembles a text, or the form if there is none. The text
// is neither logged nor stored. Invalid text shows the form again with status 400 and the
// reason. The answer is not cached, since a paste may be confidential.
func (h *Handler) similar(req *page.Request) error {
	text, err := pastedText(req)
	if err != nil {
		return err
	}
	view := similarView{Frame: h.Frame(), Text: text}
	view.Title, view.Section, view.AlertURL = h.Text("similar.title"), "/similar", h.Absolute("/a/ALERTNAME")
	req.Writer.Header().Set("Cache-Control", "no-store")
	if strings.TrimSpace(text) == "" {
		return h.Show(req, http.StatusOK, "similar", view)
	}
	found, err := h.deps.Search.Similar(req.Context(), search.SimilarRequest{Text: text, Limit: similarListed, Fragments: true})
	if fault.KindOf(err) == fault.Invalid {
		view.Notes = []string{page.Sentence(fault.Message(err))}
		return h.Show(req, http.StatusBadRequest, "similar", view)
	}
	if err != nil {
		return err
	}
	view.Headline, view.ReadAs, view.Notes = found.Reading.Headline(), string(found.Reading.Kind), found.Notes
	if view.Headline != "" {
		view.Title = h.Text("similar.title_of", "Name", page.Shorten(view.Headline, titleShown))
	}
	view.Answer = h.answers().Of(req.Context(), found.Matches)
	return h.Show(req, http.StatusOK, "similar", view)
}

// pastedText returns the text of the form or of the address. It fails with fault.TooLarge
// for a form that cannot be read. Invalid UTF-8 is replaced.
func pastedText(req *page.Request) (string, error) {
	r := req.Request
	text := req.QueryValue("text")
	if r.Method == http.MethodPost {
		if err := r.ParseForm(); err != nil {
			return "", fault.Newf(fault.TooLarge, "web.similar",
				"the text could not be read; at most %d KB are taken: paste the part that tells the problem", page.PasteBody>>10)
		}
		text = r.PostForm.Get("text")
	}
	return strings.ToValidUTF8(text, "\uFFFD"), nil
}

// toSimilar redirects a search whose query was pasted and not typed to /similar, which
// reads its structure. sent is false for a query that was typed, or is still being typed.
func (h *Handler) toSimilar(req *page.Request) (sent bool, err error) {
	text := req.QueryValue("q")
	if req.QueryValue("typing") != "" || !paste.LooksPasted(text) { // Enter asks again
		return false, nil
	}
	return true, req.Redirect(http.StatusSeeOther, h.Link("/similar")+"?"+url.Values{"text": {text}}.Encode())
}
