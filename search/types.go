package search

import (
	"time"

	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/snippet"
)

// Document is one published document, as the index and the results need it.
type Document struct {
	ID      string
	Path    string
	Address string
	Kind    string
	Title   string
	Summary string
	Lang    string
	// Draft, review, published, archived.
	Status string
	// Another document replaces it; ranked below current documents.
	Superseded bool
	Date       time.Time
	Severity   string
	Services   []string
	Tags       []string
	Factors    []string
	Alerts     []string
	Owner      string
	Authors    []string
	DetectedBy string
	// Reference of its incident, such as INC-2291.
	Ref string
	// Seconds from the start of impact; nil if unknown.
	Detect, Diagnose, Recover *int64
	Actions, OpenActions      int
	Sections                  []Section
}

// Section is the text under one heading.
type Section = snippet.Section

// Request is one search. Text is the user's query in the query language; the
// other fields come from the page's controls or the API.
type Request struct {
	Text string
	// Query is Text, parsed. A caller that needs the tree itself parses the text and
	// passes the result on; when Query is nil, Search parses Text.
	Query         *query.Query
	Limit, Offset int
	// Sort by date, newest first, instead of relevance.
	Newest bool
	// Count facet values.
	Facets bool
	// Return fragments of the hits.
	Fragments bool
	// The last word is still being typed.
	Prefix bool
	// Number of hits, from the first, that get a Fix.
	Fixes int
}

// Results are the answer to a Request.
type Results struct {
	Query string
	Total int
	// Of Total, the documents with every word; they come first.
	Whole int
	Took  time.Duration
	Hits  []Hit
	// By kind, service, severity, year, factor, tag.
	Facets map[string][]FacetValue
	// What was relaxed, ignored or truncated, for people.
	Notes []string
	// Other spellings that have results.
	Suggestions []string
	// Places that were not understood; the rest ran.
	Problems []QueryProblem
}

// Hit is one document of a result. Score is comparable only within one answer.
type Hit struct {
	Document // without Sections
	Score    float64
	// Fragments are the best passages, escaped: the only markup is <mark>.
	Fragments []Fragment
	// Fix is the section that describes the fix, for the first Request.Fixes hits; nil
	// if no heading announces one.
	Fix *Section
}

// Fragment is one marked passage and the heading above it.
type Fragment = snippet.Fragment

// FacetValue is one value and the number of matching documents that have it.
type FacetValue struct {
	Value string
	Count int
}

// QueryProblem is a place in the query that was not understood.
type QueryProblem struct {
	// Runes from the start.
	Offset  int
	Message string
}
