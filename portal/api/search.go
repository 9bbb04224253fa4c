package api

import (
	"context"
	"fmt"
	"time"

	"github.com/postern/postern/search"
	"github.com/postern/postern/search/querylog"
)

type searchRequest struct {
	Q      string `query:"q" doc:"Words, phrases in quotes, -exclusions and qualifiers such as kind:postmortem, service:checkout, after:2026-01-01. Without words the newest come first."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many hits to answer with."`
	Offset int    `query:"offset" minimum:"0" default:"0" doc:"How many hits to leave out at the beginning. Only the first 1000 can be looked at."`
	Sort   string `query:"sort" enum:"relevance,newest" default:"relevance" doc:"The order of the hits."`
}

// SearchAnswer is the answer of GET /search.
type SearchAnswer struct {
	Query       string   `json:"query" doc:"The query as it was sent."`
	Total       int      `json:"total" doc:"How many documents match."`
	TookMS      int64    `json:"took_ms" doc:"How long the search took, in milliseconds, rounded up."`
	Hits        []Hit    `json:"hits" nullable:"false" doc:"The documents found, best first."`
	Facets      Facets   `json:"facets" doc:"Values among all matching documents, most frequent first."`
	Notes       []string `json:"notes" nullable:"false" doc:"What was relaxed, ignored or not understood, for people."`
	Suggestions []string `json:"suggestions" nullable:"false" doc:"Other spellings that find something."`
}

// Hit is one document found.
type Hit struct {
	ID              string     `json:"id" doc:"The permalink id: the document stays at /p/ID."`
	Kind            string     `json:"kind" doc:"postmortem, framework, guide, runbook, standard, drill, training or page."`
	Title           string     `json:"title" doc:"The title."`
	URL             string     `json:"url" doc:"Where the document is read, path-absolute."`
	Path            string     `json:"path" doc:"The file in the repository."`
	Score           float64    `json:"score" doc:"How well it matches; only comparable within one answer."`
	Date            *string    `json:"date" format:"date" doc:"The document's date: the start of its incident, else the stated date, else its first commit."`
	Services        []string   `json:"services" nullable:"false" doc:"The services concerned."`
	Severity        *string    `json:"severity" doc:"SEV1 to SEV5."`
	DetectSeconds   *int64     `json:"detect_seconds" doc:"From the start of impact to detection."`
	DiagnoseSeconds *int64     `json:"diagnose_seconds" doc:"From the start of impact to diagnosis."`
	RecoverSeconds  *int64     `json:"recover_seconds" doc:"From the start of impact to mitigation, else recovery."`
	OpenActions     int        `json:"open_actions" doc:"Action items that are still open."`
	Fragments       []Fragment `json:"fragments" nullable:"false" doc:"The best quotes."`
}

// Fragment is one quote from a document.
type Fragment struct {
	Field   string  `json:"field" doc:"title, summary, body or code."`
	Heading *string `json:"heading" doc:"The heading above the quote."`
	Anchor  *string `json:"anchor" doc:"That heading's anchor: append it to url after #."`
	HTML    string  `json:"html" doc:"Escaped text; the only markup is <mark>."`
}

// Facets are the values of each facet.
type Facets struct {
	Kind     []FacetValue `json:"kind" nullable:"false" doc:"Kinds of documents."`
	Service  []FacetValue `json:"service" nullable:"false" doc:"Services concerned."`
	Severity []FacetValue `json:"severity" nullable:"false" doc:"Severities."`
	Year     []FacetValue `json:"year" nullable:"false" doc:"Years of the documents' dates."`
	Factor   []FacetValue `json:"factor" nullable:"false" doc:"Tags of contributing factors."`
	Tag      []FacetValue `json:"tag" nullable:"false" doc:"Tags."`
}

// FacetValue is one value of a facet.
type FacetValue struct {
	Value string `json:"value" doc:"The value, as the qualifier of that name takes it."`
	Count int    `json:"count" doc:"How many matching documents have it."`
}

func (s service) search(ctx context.Context, in *searchRequest) (SearchAnswer, error) {
	found, err := s.Search.Search(ctx, search.Request{
		Text: in.Q, Limit: in.Limit, Offset: in.Offset, Newest: in.Sort == "newest", Facets: true, Fragments: true,
	})
	if err != nil {
		return SearchAnswer{}, err
	}
	if in.Offset == 0 {
		s.Queries.Asked(querylog.Search{Text: in.Q, Found: found.Total})
	}
	notes := list(found.Notes)
	for _, p := range found.Problems {
		notes = append(notes, fmt.Sprintf("at character %d: %s", p.Offset+1, p.Message))
	}
	return SearchAnswer{
		Query: in.Q, Total: found.Total, TookMS: int64((found.Took + time.Millisecond - 1) / time.Millisecond),
		Hits: each(found.Hits, s.hit), Facets: facetsOf(found.Facets), Notes: notes, Suggestions: list(found.Suggestions),
	}, nil
}

func (s service) hit(h search.Hit) Hit {
	return Hit{
		ID: h.ID, Kind: h.Kind, Title: h.Title, URL: s.prefix + h.Address, Path: h.Path, Score: h.Score,
		Date: day(h.Date), Services: list(h.Services), Severity: text(h.Severity),
		DetectSeconds: h.Detect, DiagnoseSeconds: h.Diagnose, RecoverSeconds: h.Recover,
		OpenActions: h.OpenActions, Fragments: each(h.Fragments, fragmentOf),
	}
}

func fragmentOf(f search.Fragment) Fragment {
	return Fragment{Field: f.Field, Heading: text(f.Heading), Anchor: text(f.Anchor), HTML: f.HTML}
}

func facetsOf(counted map[string][]search.FacetValue) Facets {
	of := func(name string) []FacetValue {
		return each(counted[name], func(v search.FacetValue) FacetValue { return FacetValue(v) })
	}
	return Facets{
		Kind: of("kind"), Service: of("service"), Severity: of("severity"),
		Year: of("year"), Factor: of("factor"), Tag: of("tag"),
	}
}
