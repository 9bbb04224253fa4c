package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
)

// suggestions answers a browser's search field, in the form that OpenSearch
// suggestions have: the query, completions, descriptions, addresses.
func (s *Server) suggestions(c echo.Context) error {
	q := c.QueryParam("q")
	if !utf8.ValidString(q) {
		return fault.New(fault.Invalid, "web.suggest", "the query is not valid UTF-8")
	}
	texts, kinds, links := []string{}, []string{}, []string{}
	for _, x := range s.deps.Suggest.Suggest(q, suggested) {
		texts = append(texts, x.Text)
		kinds = append(kinds, strings.ToLower(kindWord(x.Kind)))
		links = append(links, s.absolute(x.Address))
	}
	body, err := json.Marshal([]any{q, texts, kinds, links})
	if err != nil {
		return fault.Wrap(fault.Internal, "web.suggest", "", err)
	}
	h := c.Response().Header()
	h.Set("Content-Type", "application/x-suggestions+json; charset=utf-8")
	h.Set("Cache-Control", "private, max-age=60")
	return s.send(c, http.StatusOK, body)
}
