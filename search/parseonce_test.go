package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/search/query"
)

// Search takes the tree that its caller parsed, and parses a text only when there
// is none, also where it plans the query a second time as prose.
func TestSearchParsesOnce(t *testing.T) {
	x := indexOf(t, incidents()...)
	parsed := 0
	x.parse = func(text string) query.Query {
		parsed++
		return query.Parse(text)
	}
	for _, text := range []string{
		"connection pool", "pool kind:runbok", "conection pool",
		`payment pods are slow on the payments pool, connections of checkout refused (reason: "PoolGone") on prod`,
	} {
		t.Run(text, func(t *testing.T) {
			parsed = 0
			plain := find(t, x, text)
			if parsed != 1 {
				t.Errorf("a text without a tree is parsed %d times", parsed)
			}
			q := query.Parse(text)
			given, err := x.Search(t.Context(), Request{Text: text, Query: &q, Limit: 50, Facets: true, Fragments: true})
			if err != nil {
				t.Fatal(err)
			}
			if parsed != 1 {
				t.Errorf("a text with its tree is parsed %d times more", parsed-1)
			}
			plain.Took, given.Took = 0, 0
			if diff := cmp.Diff(plain, given); diff != "" {
				t.Errorf("the answers differ (-without tree +with tree):\n%s", diff)
			}
		})
	}
}
