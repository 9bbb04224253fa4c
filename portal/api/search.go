package api

import (
	"context"
	"fmt"
	"time"

	"github.com/postern/postern/search"
	"github.com/postern/postern/search/querylog"
)

// searchRequest is the query of GET /search. The query language is that of the search
// page; a query without words lists documents, newest first.
type searchRequest struct {
	Q      string `query:"q" doc:"Words, quoted phrases, -exclusions and qualifiers such as kind:postmortem or after:2026-01-01."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Maximum number of hits in the response."`
	Offset int    `query:"offset" minimum:"0" default:"0" doc:"Number of hits to skip; hits after the first 1000 are not available."`
	Sort   string `query:"sort" enum:"relevance,newest" default:"relevance" doc:"The order of the hits."`
}

// SearchAnswer is the response of GET /search. A query that cannot be read completely
// is not an error: Notes say what was ignored.
type SearchAnswer struct {
	Query       string   `json:"query" doc:"The query as sent."`
	Total       int      `json:"total" doc:"Number of matching documents."`
	TookMS      int64    `json:"took_ms" doc:"Duration of the search in milliseconds, rounded up."`
	Hits        []Hit    `json:"hits" nullable:"false" doc:"The hits, best first."`
	Facets      Facets   `json:"facets" doc:"Facet values of all matching documents, most frequent first."`
	Notes       []string `json:"notes" nullable:"false" doc:"What was relaxed, ignored or not understood, for people."`
	Suggestions []string `json:"suggestions" nullable:"false" doc:"Other spellings that have results."`
}

// Hit is one document that matches.
type Hit struct {
	ID              string     `json:"id" doc:"The permalink id: the document is always at /p/ID."`
	Kind            string     `json:"kind" doc:"The kind of document, such as postmortem or runbook; report for a compiled report."`
	Title           string     `json:"title" doc:"The title."`
	URL             string     `json:"url" doc:"Path-absolute URL of the document."`
	Path            string     `json:"path" doc:"Path of the file in the repository."`
	Score           float64    `json:"score" doc:"How well it matches; comparable only within one response."`
	Date            *string    `json:"date" format:"date" doc:"Start of its incident, or the stated date, or the date of the first commit."`
	Services        []string   `json:"services" nullable:"false" doc:"The services it names."`
	Severity        *string    `json:"severity" doc:"SEV1 to SEV5."`
	DetectSeconds   *int64     `json:"detect_seconds" doc:"From the start of impact to detection."`
	DiagnoseSeconds *int64     `json:"diagnose_seconds" doc:"From the start of impact to diagnosis."`
	RecoverSeconds  *int64     `json:"recover_seconds" doc:"From the start of impact to mitigation, or to recovery if mitigation is unknown."`
	OpenActions     int        `json:"open_actions" doc:"Number of open action items."`
	Fragments       []Fragment `json:"fragments" nullable:"false" doc:"The best matching excerpts."`
}

// Fragment is one excerpt of a document. Its HTML is escaped by package search.
type Fragment struct {
	Field   string  `json:"field" doc:"title, summary, body or code."`
	Heading *string `json:"heading" doc:"The heading above the excerpt."`
	Anchor  *string `json:"anchor" doc:"Anchor of that heading: append it to url after #."`
	HTML    string  `json:"html" doc:"Escaped text; the only markup is <mark>."`
}

// Facets are the values of each facet.
type Facets struct {
	Kind     []FacetValue `json:"kind" nullable:"false" doc:"Kinds of documents."`
	Service  []FacetValue `json:"service" nullable:"false" doc:"The services it names."`
	Severity []FacetValue `json:"severity" nullable:"false" doc:"Severities."`
	Year     []FacetValue `json:"year" nullable:"false" doc:"Years of the documents' dates."`
	Factor   []FacetValue `json:"factor" nullable:"false" doc:"Tags of contributing factors."`
	Tag      []FacetValue `json:"tag" nullable:"false" doc:"Tags."`
}

// FacetValue is one value of a facet.
type FacetValue struct {
	Value string `json:"value" doc:"The value, as the qualifier of the same name takes it."`
	Count int    `json:"count" doc:"Number of matching documents."`
}

// search finds documents. Only the first page of a search is counted in the query log.
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

// hit converts a hit to its JSON form. The score is not normalised.
func (s service) hit(h search.Hit) Hit {
	return Hit{
		ID: h.ID, Kind: h.Kind, Title: h.Title, URL: s.prefix + h.Address, Path: h.Path, Score: h.Score,
		Date: day(h.Date), Services: list(h.Services), Severity: text(h.Severity),
		DetectSeconds: h.Detect, DiagnoseSeconds: h.Diagnose, RecoverSeconds: h.Recover,
		OpenActions: h.OpenActions, Fragments: each(h.Fragments, fragmentOf),
	}
}

// fragmentOf converts an excerpt. Its HTML is passed on unchanged: package search
// escapes it.
func fragmentOf(f search.Fragment) Fragment {
	return Fragment{Field: f.Field, Heading: text(f.Heading), Anchor: text(f.Anchor), HTML: f.HTML}
}

// facetsOf converts the counted facets. A facet without a value is an empty list.
func facetsOf(counted map[string][]search.FacetValue) Facets {
	of := func(name string) []FacetValue {
		return each(counted[name], func(v search.FacetValue) FacetValue { return FacetValue(v) })
	}
	return Facets{
		Kind: of("kind"), Service: of("service"), Severity: of("severity"),
		Year: of("year"), Factor: of("factor"), Tag: of("tag"),
	}
}
