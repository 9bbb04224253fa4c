package searching

import (
	"context"
	"html"
	"net/url"
	"strconv"

	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/query"
)

// searchView is the page of search results. It is shown with a query, without one, and
// with the reason when search cannot answer.
type searchView struct {
	page.Frame
	Page       string // names this view of the page; see Handler.pageView
	Results    search.Results
	Answer     *searchAnswer
	Hits       []hitView
	Facets     []page.Facet
	Chips      []page.Chip
	Bare       string // address of the search without any filter; "" for fewer than two
	Newest     bool
	ByScore    string // address of the same search sorted by relevance
	ByDate     string // and by date
	Feed       string // address of the Atom feed of the query
	Next       string
	Previous   string
	First      int // the first hit shown, 1-based
	Last       int
	Other      []page.Chip
	Notes      []string // what was relaxed or cut, in sentences
	Problems   []queryProblem
	Rebuilding string     // how far a rebuild of the index is; "" for none
	Trouble    string     // why there is no answer; "" when there is
	Retry      string     // seconds after which the script asks again
	Help       searchHelp // when nothing is found
	Qualify    []string   // names of qualifiers, for the help of an empty query
}

// hitView is a result of a search. Name and the HTML of quotes are escaped by search, and
// have no markup but marks. The embedded Hit has the raw title; templates print Name.
type hitView struct {
	search.Hit
	Link  string
	Name  string // the title, escaped, with marks
	Quote []quoteView
}

// quoteView is a quote of a document below the heading that it is from.
type quoteView struct {
	Heading string
	Link    string // to the heading, with the quote's words marked
	HTML    string
}

// queryProblem shows where a query was not understood. Before, At and After are the whole
// query together.
type queryProblem struct {
	Before, At, After string // the query around the word in question
	Message           string
}

// fillSearch adds the results and the links around them. Links of facets and filters lead
// to the first page of results.
func (h *Handler) fillSearch(ctx context.Context, view *searchView, wanted search.Request) {
	to := func(text string, newest bool, offset int) string { return h.searchLink(text, newest, offset) }
	q := *wanted.Query
	if len(view.Chips) > 1 {
		view.Bare = to(bare(q), wanted.Newest, 0)
	}
	view.Facets = h.searchFacets(view.Results.Facets, q, wanted.Newest)
	view.ByScore, view.ByDate = to(wanted.Text, false, 0), to(wanted.Text, true, 0)
	// First is 1-based and beyond Last if there are no hits.
	view.First, view.Last = wanted.Offset+1, wanted.Offset+len(view.Results.Hits)
	if view.Last < view.Results.Total && view.Last < maxOffset && len(view.Results.Hits) > 0 {
		view.Next = to(wanted.Text, wanted.Newest, view.Last)
	}
	if wanted.Offset > 0 {
		view.Previous = to(wanted.Text, wanted.Newest, max(0, wanted.Offset-hitsPerPage))
	}
	for _, other := range view.Results.Suggestions {
		view.Other = append(view.Other, page.Chip{Text: other, Link: to(other, wanted.Newest, 0)})
	}
	for _, p := range view.Results.Problems {
		view.Problems = append(view.Problems, problemAt(wanted.Text, p))
	}
	for _, n := range view.Results.Notes {
		view.Notes = append(view.Notes, page.Sentence(n))
	}
	view.Answer = h.searchAnswer(ctx, view.Results, q, wanted)
	for _, hit := range view.Results.Hits {
		view.Hits = append(view.Hits, h.hitView(hit))
	}
}

// searchChips returns the filters that are on; each link removes one. Their order is that
// of the query.
func (h *Handler) searchChips(wanted search.Request) (chips []page.Chip) {
	q := *wanted.Query
	for _, f := range filtersOf(q) {
		chips = append(chips, page.Chip{Text: textOf(f), Link: h.searchLink(without(q, f), wanted.Newest, 0)})
	}
	return chips
}

// bare returns the text of the query without its filters. It keeps words, phrases and
// groups.
func bare(q query.Query) string {
	var rest []query.Node
	filters := map[string]bool{}
	for _, f := range filtersOf(q) {
		filters[textOf(f)] = true
	}
	for _, n := range outermost(q) {
		if !filters[textOf(n)] {
			rest = append(rest, n)
		}
	}
	return join(rest)
}

// problemAt splits the query at the word that was not understood. Offsets are in
// characters. The word ends at the next space.
func problemAt(text string, p search.QueryProblem) queryProblem {
	runes := []rune(text)
	at := min(max(p.Offset, 0), len(runes))
	end := at
	for end < len(runes) && runes[end] != ' ' {
		end++
	}
	return queryProblem{Before: string(runes[:at]), At: string(runes[at:end]), After: string(runes[end:]), Message: p.Message}
}

// hitView returns a result with marks in its title. Each heading links to its place in
// the document, where the words of the quote are marked. Fragments of the title replace
// it; all others are quotes.
func (h *Handler) hitView(hit search.Hit) hitView {
	v := hitView{Hit: hit, Link: h.Link(hit.Address), Name: html.EscapeString(hit.Title)}
	for _, f := range hit.Fragments {
		if f.Field == "title" {
			v.Name = f.HTML
			continue
		}
		link := v.Link
		if words := docparts.MarkedWords(f.HTML); words != "" {
			link += "?" + url.Values{"mark": {words}}.Encode()
		}
		if f.Anchor != "" {
			link += "#" + url.PathEscape(f.Anchor)
		}
		v.Quote = append(v.Quote, quoteView{Heading: f.Heading, Link: link, HTML: f.HTML})
	}
	return v
}

// queryOf returns the parameters of a search.
func queryOf(text string) url.Values { return url.Values{"q": {text}} }

// searchLink returns the link to a search from one of its results on. Defaults are left
// out of the address, so that equal searches have equal addresses.
func (h *Handler) searchLink(text string, newest bool, offset int) string {
	q := queryOf(text)
	if newest {
		q.Set("sort", "newest")
	}
	if offset > 0 {
		q.Set("offset", strconv.Itoa(offset))
	}
	return h.Link("/search") + "?" + q.Encode()
}

// searchFacets offers every counted value as a qualifier to add, or to remove if the
// query has it. Facets have a fixed order, and their values that of the counts. Facets
// without values are left out.
func (h *Handler) searchFacets(counts map[string][]search.FacetValue, q query.Query, newest bool) []page.Facet {
	var out []page.Facet
	for _, name := range []string{"kind", "severity", "service", "factor", "year", "tag"} {
		values := counts[name]
		view := page.Facet{Name: name, Label: h.FilterLabel(name), More: max(0, len(values)-page.FacetShown)}
		for _, n := range values[:min(len(values), page.FacetShown)] {
			v := page.FacetValue{Text: n.Value, Count: n.Count}
			if name == "kind" {
				v.Text = page.KindWord(n.Value)
			}
			text, on := toggled(q, name, n.Value)
			v.Link, v.On = h.searchLink(text, newest, 0), on
			view.Values = append(view.Values, v)
		}
		if len(view.Values) > 0 {
			out = append(out, view)
		}
	}
	return out
}
