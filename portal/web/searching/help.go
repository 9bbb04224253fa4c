package searching

import (
	"strings"
	"unicode"

	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/suggest"
)

// searchHelp is what is offered when a search finds nothing. Both lists are empty if
// nothing helps.
type searchHelp struct {
	Without []withoutView // searches with one filter less that find something
	Near    []nearView    // what begins like the words
}

// withoutView is a filter without which the search finds something. Filter is the
// qualifier as the query has it, Total the number of documents found without it.
type withoutView struct {
	Filter string
	Link   string
	Total  int
}

// nearView is a document, alert, service or search with a similar name.
type nearView struct {
	suggest.Suggestion
	Link string
}

// helpWith tries the query with one filter less each, and looks for names that begin like
// its words. It stops trying when search is busy. At most withoutTried searches are made,
// each for one hit. It is called only for a finished query, not while typing.
func (h *Handler) helpWith(req *page.Request, wanted search.Request) (help searchHelp) {
	filters := filtersOf(*wanted.Query)
	for _, f := range filters[:min(len(filters), withoutTried)] {
		text := without(*wanted.Query, f)
		if text == "" {
			continue
		}
		found, err := h.deps.Search.Search(req.Context(), search.Request{Text: text, Limit: 1})
		if err != nil {
			break
		}
		if found.Total > 0 {
			help.Without = append(help.Without, withoutView{textOf(f), h.searchLink(text, wanted.Newest, 0), found.Total})
		}
	}
	help.Near = h.near(*wanted.Query)
	return help
}

// near returns suggestions for the words of a query. Each word is shortened until
// something begins with it. Long words are cut, as a suggestion is found by a prefix;
// short ones are not shortened below three letters, which begin almost anything.
func (h *Handler) near(q query.Query) (out []nearView) {
	const shortest, longest, most = 3, 40, 5 // letters, letters, suggestions
	seen := map[string]bool{}
	words := wordsOf(q)
	for _, word := range words[:min(len(words), nearWords)] {
		runes := []rune(word)
		runes = runes[:min(len(runes), longest)]
		for n := len(runes); n >= min(shortest, len(runes)) && n > 0 && len(out) < most; n-- {
			found := h.deps.Suggest.Suggest(string(runes[:n]), most-len(out))
			for _, x := range found {
				if !seen[x.Address] {
					seen[x.Address] = true
					out = append(out, nearView{x, h.Link(x.Address)})
				}
			}
			if len(found) > 0 {
				break
			}
		}
	}
	return out
}

// wordsOf returns the words that a query requires, without qualifiers. Words of negated
// parts are left out: what begins like them is not sought.
func wordsOf(q query.Query) (words []string) {
	query.Walk(q.Root, func(n query.Node, negated bool) {
		if negated {
			return
		}
		switch n := n.(type) {
		case query.Word:
			words = append(words, n.Text)
		case query.Phrase:
			words = append(words, strings.FieldsFunc(n.Text, unicode.IsSpace)...)
		}
	})
	return words
}
