package api

import (
	"context"

	"github.com/postern/postern/search/suggest"
)

// suggestions is how many a box under a search field has room for.
const suggestions = 8

type suggestRequest struct {
	Q string `query:"q" doc:"The beginning of a query; its last word may be incomplete."`
}

// SuggestAnswer is the answer of GET /suggest.
type SuggestAnswer struct {
	Suggestions []Suggestion `json:"suggestions" nullable:"false" doc:"What begins like that, best first; at most 8."`
}

// Suggestion is one thing that fits.
type Suggestion struct {
	Text string `json:"text" doc:"The title, the name or the search."`
	URL  string `json:"url" doc:"Where it leads, path-absolute."`
	Kind string `json:"kind" doc:"The kind of document, or alert, service, query (a search that led somewhere before)."`
}

func (s service) suggest(_ context.Context, in *suggestRequest) (SuggestAnswer, error) {
	return SuggestAnswer{each(s.Suggest.Suggest(in.Q, suggestions), func(x suggest.Suggestion) Suggestion {
		return Suggestion{Text: x.Text, URL: s.prefix + x.Address, Kind: x.Kind}
	})}, nil
}
