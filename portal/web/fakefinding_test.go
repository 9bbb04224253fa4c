package web

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

// fakeSearch finds every record, whatever is asked, and remembers the request.
type fakeSearch struct {
	last    search.Request
	similar search.SimilarRequest
	related int // times asked
	none    bool
	err     error
	found   func(search.Request) (search.Results, error) // instead of the usual answer
	matches []search.Match                               // likewise, of Similar
}

func (s *fakeSearch) Search(_ context.Context, r search.Request) (search.Results, error) {
	s.last = r
	if s.found != nil {
		return s.found(r)
	}
	if s.err != nil || s.none {
		return search.Results{Query: r.Text}, s.err
	}
	four, thirty := int64(240), int64(1860)
	return search.Results{
		Query: r.Text, Total: 23, Whole: 9, Took: 2 * time.Millisecond, Notes: []string{"“exhuasted” was read as “exhausted”."}, Suggestions: []string{"connection pool"},
		Facets: map[string][]search.FacetValue{"kind": {{Value: "postmortem", Count: 14}}, "service": {{Value: "checkout", Count: 14}}, "year": {{Value: "2026", Count: 9}}},
		Hits: []search.Hit{{
			Document: search.Document{ID: "checkout-1", Address: "/postmortems/2026/checkout", Kind: "postmortem", Title: "Checkout failed for all customers in eu-1",
				Date: time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC), Severity: "SEV1", Services: []string{"checkout"}, Detect: &four, Recover: &thirty, OpenActions: 2},
			Score: 7, Fix: &search.Section{Heading: "Resolution", Anchor: "h-resolution", Text: "Raise the limit & restart\none cell at a time."},
			Fragments: []search.Fragment{{Field: "body", Heading: "Root cause", Anchor: "h-root-cause", HTML: "The <mark>connection pool</mark> was &lt;script&gt; full."}},
		}},
	}, nil
}

// fakeSuggest knows one runbook and its alert.
type fakeSuggest struct{}

func (fakeSuggest) Suggest(text string, limit int) []suggest.Suggestion {
	if limit < 2 || !strings.HasPrefix("gatewaypoolexhausted", strings.ToLower(text)) || text == "" {
		return nil
	}
	return []suggest.Suggestion{
		{Text: "GatewayPoolExhausted <b>", Address: "/runbooks/pool", Kind: "runbook"},
		{Text: "GatewayPoolExhausted", Address: "/a/GatewayPoolExhausted", Kind: suggest.Alert},
	}
}

// fakeQueries remembers what it was told.
type fakeQueries struct {
	asked    []querylog.Search
	opened   []string // page and query
	reported []string // query and words
	finished []string // id, state and who
	err      error
}

func (q *fakeQueries) Asked(s querylog.Search)  { q.asked = append(q.asked, s) }
func (q *fakeQueries) Opened(page, text string) { q.opened = append(q.opened, page+" "+text) }

func (q *fakeQueries) Gaps(_ context.Context, from, to time.Time) (querylog.Gaps, error) {
	return querylog.Gaps{From: from, To: to, Searches: 1412, Empty: 7, Unopened: 3, Gaps: []querylog.Gap{
		{Query: "redis <eviction>", Asked: 7, Empty: 7, Watched: 7, Last: testNow},
		{Query: "连接池", Asked: 3, Last: testNow},
	}}, q.err
}

func (q *fakeQueries) Missing(context.Context) ([]querylog.Note, error) {
	return []querylog.Note{
		{ID: "n1", Query: "redis eviction", Words: []string{"pages <at> night"}, Times: 3, First: testNow, Last: testNow},
		{ID: "n2", Query: "kafka", Times: 1, First: testNow, Last: testNow, Done: testNow, DoneBy: "ana"},
	}, q.err
}

func (q *fakeQueries) Report(_ context.Context, query, words string) (querylog.Note, error) {
	q.reported = append(q.reported, query+": "+words)
	return querylog.Note{ID: "n1"}, q.err
}

func (q *fakeQueries) Finish(_ context.Context, id string, done bool, by string) error {
	q.finished = append(q.finished, fmt.Sprintf("%s %v %s", id, done, by))
	return q.err
}

func (s *fakeSearch) Similar(_ context.Context, r search.SimilarRequest) (search.Likeness, error) {
	s.similar = r
	out := search.Likeness{Reading: paste.Read(r.Text)}
	if r.Alert != "" {
		out.Reading = paste.OfAlert(r.Alert)
	}
	if s.err != nil || s.none {
		return out, s.err
	}
	if s.matches != nil {
		out.Matches, out.Total = s.matches, len(s.matches)
		return out, nil
	}
	found, err := s.Search(context.Background(), search.Request{Text: r.Text})
	book := runbook()
	known := strings.EqualFold(r.Alert, "GatewayPoolExhausted") || r.Alert == ""
	out.Matches = []search.Match{{
		Named: known,
		Hit:   search.Hit{Document: search.Document{ID: book.ID, Address: book.Address, Kind: "runbook", Title: book.Title, Alerts: []string{"GatewayPoolExhausted"}, Date: book.Date}},
		Fix:   &search.Section{Heading: "Mitigation", Anchor: "h-mitigation", Text: "Raise <pool.max> to 200.\nRestart one cell at a time."},
	}, {
		Named: known, Hit: found.Hits[0],
		Fix: &search.Section{Heading: "Resolution", Anchor: "h-resolution", Text: "The limit was set back."},
	}}
	out.Total = len(out.Matches)
	return out, err
}

func (s *fakeSearch) Related(_ context.Context, id string, _ int) ([]search.Match, error) {
	s.related++
	if s.err != nil {
		return nil, s.err
	}
	took := int64(540)
	return []search.Match{{Hit: search.Hit{Document: search.Document{
		ID: "like-" + id, Address: "/postmortems/2026/like", Kind: "postmortem", Title: "Refunds failed", Recover: &took, Date: testNow,
	}}}}, nil
}
