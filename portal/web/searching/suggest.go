package searching

import (
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
)

// suggestions answers a browser's search field in the form of OpenSearch suggestions: the
// query, completions, descriptions, addresses. The four lists have the same length after
// the query, and are empty but never null. Invalid UTF-8 is fault.Invalid.
func (h *Handler) suggestions(req *page.Request) error {
	q := req.QueryValue("q")
	if !utf8.ValidString(q) {
		return fault.New(fault.Invalid, "web.suggest", "the query is not valid UTF-8")
	}
	texts, kinds, links := []string{}, []string{}, []string{}
	for _, x := range h.deps.Suggest.Suggest(q, suggested) {
		texts = append(texts, x.Text)
		kinds = append(kinds, strings.ToLower(page.KindWord(x.Kind)))
		links = append(links, h.Absolute(x.Address))
	}
	body, err := json.Marshal([]any{q, texts, kinds, links})
	if err != nil {
		return fault.Wrap(fault.Internal, "web.suggest", "", err)
	}
	header := req.Writer.Header()
	header.Set("Content-Type", "application/x-suggestions+json; charset=utf-8")
	// A minute covers the keys of one query, which browsers send again when one is
	// deleted.
	header.Set("Cache-Control", "private, max-age=60")
	return h.Send(req, http.StatusOK, body)
}
