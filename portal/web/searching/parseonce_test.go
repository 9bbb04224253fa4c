package searching

import (
	"net/http/httptest"
	"testing"

	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/query"
)

// A request parses its query once; the page, its filters and facets, the search
// itself and the help under an empty result share the tree.
func TestQueryIsParsedOnce(t *testing.T) {
	t.Parallel()
	const text = "pool kind:runbook -tag:dns"
	for name, c := range map[string]struct {
		target string
		none   bool
	}{
		"results":    {target: "/search?q=pool+kind:runbook+-tag:dns"},
		"no results": {target: "/search?q=pool+kind:runbook+-tag:dns", none: true},
		"typing":     {target: "/search?typing=1&q=pool+kind:runbook+-tag:dns"},
		"feed":       {target: "/search.atom?q=pool+kind:runbook+-tag:dns"},
	} {
		t.Run(name, func(t *testing.T) {
			finder := &webtest.Search{}
			h := New(webtest.Kit(t), Deps{
				Library: &webtest.Library{Doc: webtest.Checkout()}, Search: finder, Suggest: webtest.Suggest{}, Queries: &webtest.Queries{},
				Status: &webtest.Status{},
			})
			parsed := 0
			h.parseQuery = func(text string) query.Query {
				parsed++
				return query.Parse(text)
			}
			given := 0
			finder.Found = func(r search.Request) (search.Results, error) {
				if r.Text == text { // the others are this query with one filter less
					given++
					if r.Query == nil || r.Query.String() != text {
						t.Errorf("the search receives the tree %v", r.Query)
					}
				}
				if c.none {
					return search.Results{Query: r.Text}, nil
				}
				return search.Results{Query: r.Text, Total: 1, Hits: []search.Hit{{Document: search.Document{ID: "checkout-1", Kind: "runbook"}}}}, nil
			}
			res := httptest.NewRecorder()
			webtest.Mount(h.Kit, h.Routes()).ServeHTTP(res, httptest.NewRequest("GET", c.target, nil))
			if res.Code != 200 {
				t.Fatalf("status %d: %s", res.Code, res.Body)
			}
			if parsed != 1 || given != 1 {
				t.Errorf("the query is parsed %d times and searched for %d times, want once each", parsed, given)
			}
		})
	}
}
