package webtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/postern/postern/search"
	"github.com/postern/postern/search/paste"
	"github.com/postern/postern/search/querylog"
	"github.com/postern/postern/search/suggest"
)

// Search finds every record for every query, and remembers the request. Title and quote
// have markup, by which missing escapes are found. None finds nothing; Err fails every
// method that can fail.
type Search struct {
	Last         search.Request
	LastSimilar  search.SimilarRequest
	RelatedCalls int // times asked
	None         bool
	Err          error
	Found        func(search.Request) (search.Results, error) // instead of the usual answer
	Matches      []search.Match                               // likewise, of Similar
}

// Search implements web.Searcher. The answer has a hit, facets, a note and a suggestion:
// everything that the page of results shows.
func (s *Search) Search(_ context.Context, r search.Request) (search.Results, error) {
	s.Last = r
	if s.Found != nil {
		return s.Found(r)
	}
	if s.Err != nil || s.None {
		return search.Results{Query: r.Text}, s.Err
	}
	four, thirty := int64(240), int64(1860)
	return search.Results{
		Query: r.Text, Total: 23, Whole: 9, Took: 2 * time.Millisecond, Notes: []string{"“exhuasted” was read as “exhausted”."},
		Suggestions: []string{"connection pool"},
		Facets: map[string][]search.FacetValue{"kind": {{Value: "postmortem", Count: 14}}, "service": {{Value: "checkout", Count: 14}},
			"year": {{Value: "2026", Count: 9}}},
		Hits: []search.Hit{{
			Document: search.Document{ID: "checkout-1", Address: "/postmortems/2026/checkout", Kind: "postmortem",
				Title: "Checkout failed for all customers in eu-1",
				Date:  time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC), Severity: "SEV1", Services: []string{"checkout"}, Detect: &four,
				Recover: &thirty, OpenActions: 2},
			Score: 7, Fix: &search.Section{Heading: "Resolution", Anchor: "h-resolution", Text: "Raise the limit & restart\none cell at a time."},
			Fragments: []search.Fragment{{Field: "body", Heading: "Root cause", Anchor: "h-root-cause",
				HTML: "The <mark>connection pool</mark> was &lt;script&gt; full."}},
		}},
	}, nil
}

// Suggest knows one runbook and its alert. A prefix of the name finds both, for tests of
// searching while typing.
type Suggest struct{}

// Suggest implements searching.Suggester.
func (Suggest) Suggest(text string, limit int) []suggest.Suggestion {
	if limit < 2 || !strings.HasPrefix("gatewaypoolexhausted", strings.ToLower(text)) || text == "" {
		return nil
	}
	return []suggest.Suggestion{
		{Text: "GatewayPoolExhausted <b>", Address: "/runbooks/pool", Kind: "runbook"},
		{Text: "GatewayPoolExhausted", Address: "/a/GatewayPoolExhausted", Kind: suggest.Alert},
	}
}

// Queries remembers what it recorded. It queues nothing, so that a test can compare at
// once.
type Queries struct {
	Searches    []querylog.Search
	OpenedPages []string // page and query
	Reported    []string // query and words
	Finished    []string // id, state and who
	Err         error
}

// Asked implements searching.QueryLog.
func (q *Queries) Asked(s querylog.Search) { q.Searches = append(q.Searches, s) }

// Opened implements searching.QueryLog.
func (q *Queries) Opened(page, text string) { q.OpenedPages = append(q.OpenedPages, page+" "+text) }

// Gaps implements searching.QueryLog. Both scripts are in the queries, one of which looks
// like markup.
func (q *Queries) Gaps(_ context.Context, from, to time.Time) (querylog.Gaps, error) {
	return querylog.Gaps{From: from, To: to, Searches: 1412, Empty: 7, Unopened: 3, Gaps: []querylog.Gap{
		{Query: "redis <eviction>", Asked: 7, Empty: 7, Watched: 7, Last: Now},
		{Query: "连接池", Asked: 3, Last: Now},
	}}, q.Err
}

// Missing implements searching.QueryLog.
func (q *Queries) Missing(context.Context) ([]querylog.Note, error) {
	return []querylog.Note{
		{ID: "n1", Query: "redis eviction", Words: []string{"pages <at> night"}, Times: 3, First: Now, Last: Now},
		{ID: "n2", Query: "kafka", Times: 1, First: Now, Last: Now, Done: Now, DoneBy: "ana"},
	}, q.Err
}

// Report implements searching.QueryLog.
func (q *Queries) Report(_ context.Context, query, words string) (querylog.Note, error) {
	q.Reported = append(q.Reported, query+": "+words)
	return querylog.Note{ID: "n1"}, q.Err
}

// Finish implements searching.QueryLog.
func (q *Queries) Finish(_ context.Context, id string, done bool, by string) error {
	q.Finished = append(q.Finished, fmt.Sprintf("%s %v %s", id, done, by))
	return q.Err
}

// Similar implements web.Searcher. Named is set for the one known alert, in any case, and
// for pasted texts.
func (s *Search) Similar(_ context.Context, r search.SimilarRequest) (search.Likeness, error) {
	s.LastSimilar = r
	out := search.Likeness{Reading: paste.Read(r.Text)}
	if r.Alert != "" {
		out.Reading = paste.OfAlert(r.Alert)
	}
	if s.Err != nil || s.None {
		return out, s.Err
	}
	if s.Matches != nil {
		out.Matches, out.Total = s.Matches, len(s.Matches)
		return out, nil
	}
	found, err := s.Search(context.Background(), search.Request{Text: r.Text})
	book := Runbook()
	known := strings.EqualFold(r.Alert, "GatewayPoolExhausted") || r.Alert == ""
	out.Matches = []search.Match{{
		Named: known,
		Hit: search.Hit{Document: search.Document{ID: book.ID, Address: book.Address, Kind: "runbook", Title: book.Title,
			Alerts: []string{"GatewayPoolExhausted"}, Date: book.Date}},
		Fix: &search.Section{Heading: "Mitigation", Anchor: "h-mitigation", Text: "Raise <pool.max> to 200.\nRestart one cell at a time."},
	}, {
		Named: known, Hit: found.Hits[0],
		Fix: &search.Section{Heading: "Resolution", Anchor: "h-resolution", Text: "The limit was set back."},
	}}
	out.Total = len(out.Matches)
	return out, err
}

// Related implements web.Searcher. RelatedCalls shows that a cached page does not search
// again.
func (s *Search) Related(_ context.Context, id string, _ int) ([]search.Match, error) {
	s.RelatedCalls++
	if s.Err != nil {
		return nil, s.Err
	}
	took := int64(540)
	return []search.Match{{Hit: search.Hit{Document: search.Document{
		ID: "like-" + id, Address: "/postmortems/2026/like", Kind: "postmortem", Title: "Refunds failed", Recover: &took, Date: Now,
	}}}}, nil
}
