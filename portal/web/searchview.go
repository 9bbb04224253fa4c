package web

import (
	"context"
	"html"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/search"
	"github.com/postern/postern/search/query"
)

// searchView is the answer to a query.
type searchView struct {
	frame
	Page       string // names this view of the page; see Server.pageView
	Results    search.Results
	Answer     *searchAnswer
	Hits       []hitView
	Facets     []facetView
	Chips      []chip
	Bare       string // address of the search without any filter; "" for fewer than two
	Newest     bool
	ByScore    string // address of the same search sorted by relevance
	ByDate     string // and by date
	Feed       string // address of the Atom feed of the query
	Next       string
	Previous   string
	First      int // the first hit shown, 1-based
	Last       int
	Other      []chip
	Notes      []string // what was relaxed or cut, in sentences
	Problems   []queryProblem
	Rebuilding string     // how far a rebuild of the index is; "" for none
	Trouble    string     // why there is no answer; "" when there is
	Retry      string     // seconds after which the script asks again
	Help       searchHelp // when nothing is found
	Qualify    []string   // names of qualifiers, for the help of an empty query
}

// hitView is a hit as it is shown.
type hitView struct {
	search.Hit
	Link  string
	Name  string // the title, escaped, with marks
	Quote []quoteView
}

// quoteView is a fragment under a heading.
type quoteView struct {
	Heading string
	Link    string // to the heading, with the quote's words marked
	HTML    string
}

// queryProblem shows where a query was not understood.
type queryProblem struct {
	Before, At, After string // the query around the word in question
	Message           string
}

func (s *Server) fillSearch(ctx context.Context, view *searchView, req search.Request) {
	to := func(text string, newest bool, offset int) string { return s.searchLink(text, newest, offset) }
	q := *req.Query
	if len(view.Chips) > 1 {
		view.Bare = to(bare(q), req.Newest, 0)
	}
	view.Facets = s.searchFacets(view.Results.Facets, q, req.Newest)
	view.ByScore, view.ByDate = to(req.Text, false, 0), to(req.Text, true, 0)
	view.First, view.Last = req.Offset+1, req.Offset+len(view.Results.Hits)
	if view.Last < view.Results.Total && view.Last < maxOffset && len(view.Results.Hits) > 0 {
		view.Next = to(req.Text, req.Newest, view.Last)
	}
	if req.Offset > 0 {
		view.Previous = to(req.Text, req.Newest, max(0, req.Offset-hitsPerPage))
	}
	for _, other := range view.Results.Suggestions {
		view.Other = append(view.Other, chip{Text: other, Link: to(other, req.Newest, 0)})
	}
	for _, p := range view.Results.Problems {
		view.Problems = append(view.Problems, problemAt(req.Text, p))
	}
	for _, n := range view.Results.Notes {
		view.Notes = append(view.Notes, sentence(n))
	}
	view.Answer = s.searchAnswer(ctx, view.Results, q, req)
	for _, h := range view.Results.Hits {
		view.Hits = append(view.Hits, s.hitView(h))
	}
}

// searchChips are the filters that are on; each link takes one off.
func (s *Server) searchChips(req search.Request) (chips []chip) {
	q := *req.Query
	for _, f := range filtersOf(q) {
		chips = append(chips, chip{Text: textOf(f), Link: s.searchLink(without(q, f), req.Newest, 0)})
	}
	return chips
}

// bare is the text of the query without its filters.
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

// problemAt cuts the query around the word at which it was not understood.
func problemAt(text string, p search.QueryProblem) queryProblem {
	runes := []rune(text)
	at := min(max(p.Offset, 0), len(runes))
	end := at
	for end < len(runes) && runes[end] != ' ' {
		end++
	}
	return queryProblem{Before: string(runes[:at]), At: string(runes[at:end]), After: string(runes[end:]), Message: p.Message}
}

// hitView puts the marks of the title onto the title, and makes each heading a
// link to it, with the quote's words marked there.
func (s *Server) hitView(h search.Hit) hitView {
	v := hitView{Hit: h, Link: s.link(h.Address), Name: html.EscapeString(h.Title)}
	for _, f := range h.Fragments {
		if f.Field == "title" {
			v.Name = f.HTML
			continue
		}
		link := v.Link
		if words := markedWords(f.HTML); words != "" {
			link += "?" + url.Values{"mark": {words}}.Encode()
		}
		if f.Anchor != "" {
			link += "#" + url.PathEscape(f.Anchor)
		}
		v.Quote = append(v.Quote, quoteView{Heading: f.Heading, Link: link, HTML: f.HTML})
	}
	return v
}

// markedWords are the words that a quote marks, each once.
func markedWords(quote string) string {
	var words []string
	seen := map[string]bool{}
	for rest := quote; ; {
		_, after, found := strings.Cut(rest, "<mark>")
		if !found || len(words) == maxMarked {
			return strings.Join(words, " ")
		}
		word, after, found := strings.Cut(after, "</mark>")
		if word = strings.ToLower(html.UnescapeString(word)); found && !seen[word] && utf8.RuneCountInString(word) <= maxMarkedRunes {
			seen[word] = true
			words = append(words, word)
		}
		rest = after
	}
}

func queryOf(text string) url.Values { return url.Values{"q": {text}} }

func (s *Server) searchLink(text string, newest bool, offset int) string {
	q := queryOf(text)
	if newest {
		q.Set("sort", "newest")
	}
	if offset > 0 {
		q.Set("offset", itoa(offset))
	}
	return s.link("/search") + "?" + q.Encode()
}

// searchFacets offers every counted value as a qualifier to add, or to take off
// when the query has it.
func (s *Server) searchFacets(counts map[string][]search.FacetValue, q query.Query, newest bool) []facetView {
	var out []facetView
	for _, l := range [...][2]string{{"kind", "Kind"}, {"severity", "Severity"}, {"service", "Service"}, {"factor", "Contributing factor"}, {"year", "Year"}, {"tag", "Tag"}} {
		values := counts[l[0]]
		view := facetView{Name: l[0], Label: l[1], More: max(0, len(values)-facetShown)}
		for _, n := range values[:min(len(values), facetShown)] {
			v := facetValue{Text: n.Value, Count: n.Count}
			if l[0] == "kind" {
				v.Text = kindWord(n.Value)
			}
			text, on := toggled(q, l[0], n.Value)
			v.Link, v.On = s.searchLink(text, newest, 0), on
			view.Values = append(view.Values, v)
		}
		if len(view.Values) > 0 {
			out = append(out, view)
		}
	}
	return out
}
