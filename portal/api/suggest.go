package api

import (
	"context"

	"github.com/postern/postern/search/suggest"
)

// suggestions is how many suggestions a response has: as many as fit below a search
// field.
const suggestions = 8

// suggestRequest is the query of GET /suggest. Clients send it while the user types.
type suggestRequest struct {
	Q string `query:"q" doc:"The beginning of a query; the last word may be incomplete."`
}

// SuggestAnswer is the response of GET /suggest.
type SuggestAnswer struct {
	Suggestions []Suggestion `json:"suggestions" nullable:"false" doc:"Suggestions, best first; at most 8."`
}

// Suggestion is one completion of a query.
type Suggestion struct {
	Text string `json:"text" doc:"The title, name or query."`
	URL  string `json:"url" doc:"Path-absolute URL of the details."`
	Kind string `json:"kind" doc:"The document's kind, or alert, service or query (an earlier search with an opened result)."`
}

// suggest completes a query. It is not counted in the query log, which has finished
// searches only.
func (s service) suggest(_ context.Context, in *suggestRequest) (SuggestAnswer, error) {
	return SuggestAnswer{each(s.Suggest.Suggest(in.Q, suggestions), func(x suggest.Suggestion) Suggestion {
		return Suggestion{Text: x.Text, URL: s.prefix + x.Address, Kind: x.Kind}
	})}, nil
}
