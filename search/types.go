package search

import (
	"time"

	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/snippet"
)

// Document is what the index knows of one published document. It is made by
// search/indexer from the library's page.
type Document struct {
	ID         string
	Path       string
	Address    string
	Kind       string
	Title      string
	Summary    string
	Lang       string
	Status     string // draft, review, published, archived
	Superseded bool   // another document replaces it: ranked below the living
	Date       time.Time
	Severity   string
	Services   []string
	Tags       []string
	Factors    []string
	Alerts     []string
	Owner      string
	Authors    []string
	DetectedBy string
	Ref        string // of its incident: INC-2291
	// Seconds from the start of impact; nil unknown.
	Detect, Diagnose, Recover *int64
	Actions, OpenActions      int
	Sections                  []Section
}

// Section is the text under one heading, for fragments that link to it.
type Section = snippet.Section

// Request is one search. Text is the user's query in the query language; the
// other fields come from the page's controls or the API.
type Request struct {
	Text string
	// Query is Text, parsed. A caller that needs the tree itself parses the text and
	// passes the result on; when Query is nil, Search parses Text.
	Query         *query.Query
	Limit, Offset int
	Newest        bool // sort by date, newest first, instead of relevance
	Facets        bool // count facet values
	Fragments     bool // quote and mark
	Prefix        bool // the last word is still being typed
	Fixes         int  // for how many hits to find what fixed it
}

// Results are the answer to a Request.
type Results struct {
	Query       string
	Total       int
	Whole       int // of Total, those that have every word: they come first
	Took        time.Duration
	Hits        []Hit
	Facets      map[string][]FacetValue // kind service severity year factor tag
	Notes       []string                // what was relaxed, ignored or cut, for people
	Suggestions []string                // other spellings that find something
	Problems    []QueryProblem          // where the query was not understood; it ran all the same
}

// Hit is one found document.
type Hit struct {
	Document // without Sections
	Score    float64
	// Fragments are the best quotes, already escaped: the only markup is <mark>.
	Fragments []Fragment
	// Fix is the section that says what to do or what was done, where
	// Request.Fixes asks for it; nil when no heading says so.
	Fix *Section
}

// Fragment is one quote and the heading it stands under.
type Fragment = snippet.Fragment

// FacetValue is one value and the number of matching documents that have it.
type FacetValue struct {
	Value string
	Count int
}

// QueryProblem points at the character of the query that was not understood.
type QueryProblem struct {
	Offset  int // runes from the start
	Message string
}
