package search

import (
	"slices"
	"strings"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/segment"
	"github.com/postern/postern/search/synonyms"
)

// plan is a query in terms of the index. A document matches if it meets every strict
// condition and all clauses or, if too few documents do, enough of the clauses.
type plan struct {
	strict  []node
	clauses []clause
	units   []*unit // scored
	// Groups of words that add to the score if they are adjacent.
	nearby []proximity
	notes  []string
	// respelt maps a word that no document has to the correction that was searched for.
	respelt map[string]string
}

// proximity is a group of words that adds worth to the score of a document in which
// they are adjacent.
type proximity struct {
	words []string
	worth float32
}

// clause is one word of the query. It may be dropped if there are too few results.
type clause struct {
	node node
	// Part of a run of ideographs, which has more bigrams than words.
	bigram bool
}

// planner builds the plan of one query and loads its terms.
type planner struct {
	*evaluation
	vocabulary *vocabulary
	// The last word is still being typed.
	typing bool
	// Quotation marks do not mean phrases.
	prose    bool
	plan     plan
	synonyms synonyms.Set
	// Term -> its synonyms.
	synonymsOf map[string][]string
	// Text of a synonym -> its node.
	synonymNodes map[string]node
	loaded       map[string]*unit
	// Inside a Not, or narrowing only: matched, not scored.
	unscoredOnly bool
}

// build returns the plan of a query. Stop words are dropped if there is anything else.
func (p *planner) build(q query.Query) (plan, error) {
	// Synonyms and the typed prefix are found before any word is compiled, because a
	// form can consist of several words.
	p.loaded, p.synonymNodes = make(map[string]*unit), make(map[string]node)
	p.plan.respelt = make(map[string]string)
	nodes := conjuncts(q.Root)
	if p.prose {
		nodes = unquoted(nodes)
	}
	if p.typing {
		markTyped(nodes)
	}
	p.findSynonyms(nodes)
	// Stop words are set aside: nearly all documents have them.
	var stops []query.Word
	for _, n := range nodes {
		if w, ok := n.(query.Word); ok && isStopWord(w) {
			stops = append(stops, w)
			continue
		}
		if err := p.conjunct(n); err != nil {
			return plan{}, err
		}
	}
	if len(p.plan.clauses) == 0 && len(p.plan.strict) == 0 {
		// Only stop words, as in "the who"
		for _, w := range stops {
			if err := p.conjunct(w); err != nil {
				return plan{}, err
			}
		}
	}
	return p.plan, p.pairs(nodes)
}

// conjuncts returns the outermost conditions, all of which must be met.
func conjuncts(root query.Node) []query.Node {
	switch n := root.(type) {
	case nil:
		return nil
	case query.And:
		return slices.Clone(n.Nodes)
	}
	return []query.Node{root}
}

// markTyped makes the last word, which is still being typed, a prefix.
func markTyped(nodes []query.Node) {
	if len(nodes) == 0 {
		return
	}
	if w, ok := nodes[len(nodes)-1].(query.Word); ok {
		w.Prefix = true
		nodes[len(nodes)-1] = w
	}
}

// isStopWord reports whether a word is a single stop word.
func isStopWord(w query.Word) bool {
	tokens := analysis.Scan(nil, analysis.Normalize(w.Text))
	return !w.Prefix && len(tokens) == 1 && analysis.IsStop(tokens[0].Text)
}

// maxUnits is the maximum number of units of a query. A query of 2,000 bytes of
// ideographs would have about 1,200.
const maxUnits = 256

// full reports whether the query has maxUnits; further words are ignored.
func (p *planner) full() bool { return len(p.loaded) >= maxUnits }

// conjunct adds one condition of the outermost And: words are clauses, any other
// condition is strict.
func (p *planner) conjunct(n query.Node) error {
	switch n := n.(type) {
	case query.Word:
		if p.full() {
			p.noteTruncated()
			return nil
		}
		clauses, err := p.word(n)
		p.plan.clauses = append(p.plan.clauses, clauses...)
		return err
	case query.Or:
		if onlyWords(n) {
			node, err := p.node(n)
			p.plan.clauses = append(p.plan.clauses, clause{node: node})
			return err
		}
	}
	node, err := p.node(n)
	if node != nil {
		p.plan.strict = append(p.plan.strict, node)
	}
	return err
}

// noteTruncated adds the note, once, that the end of the query is ignored.
func (p *planner) noteTruncated() {
	const note = "the query is very long: its last words are left out"
	if !slices.Contains(p.plan.notes, note) {
		p.plan.notes = append(p.plan.notes, note)
	}
}

// onlyWords reports whether all nodes of an Or are words.
func onlyWords(n query.Or) bool {
	return !slices.ContainsFunc(n.Nodes, func(c query.Node) bool { _, word := c.(query.Word); return !word })
}

// node compiles a node of a query. It returns nil for a node without content, such as a
// word of punctuation.
func (p *planner) node(n query.Node) (node, error) {
	switch n := n.(type) {
	case query.And:
		nodes, err := p.nodes(n.Nodes)
		return allOf(nodes), err
	case query.Or:
		nodes, err := p.nodes(n.Nodes)
		return anyOf(nodes), err
	case query.Not:
		// Excluded words do not score.
		defer func(was bool) { p.unscoredOnly = was }(p.unscoredOnly)
		p.unscoredOnly = true
		node, err := p.node(n.Node)
		if node == nil {
			return nil, err
		}
		return noneOf{node}, err
	case query.Phrase:
		return p.phrase(n.Text)
	case query.Filter:
		if n.Field == query.Title {
			return p.title(n.Value), nil
		}
		return filter(n), nil
	case query.Word:
		clauses, err := p.word(n)
		if len(clauses) == 0 {
			return nil, err
		}
		nodes := make(allOf, len(clauses))
		for i, c := range clauses {
			nodes[i] = c.node
		}
		return nodes, err
	}
	return nil, nil
}

// nodes compiles nodes, without those that have no content.
func (p *planner) nodes(parts []query.Node) ([]node, error) {
	var out []node
	for _, c := range parts {
		n, err := p.node(c)
		if err != nil {
			return nil, err
		}
		if n != nil {
			out = append(out, n)
		}
	}
	return out, nil
}

// unit returns the unit of terms, which is loaded once per query, and scores it unless
// it is only matched.
func (p *planner) unit(terms ...string) (*unit, error) { return p.shared(1, terms...) }

// shared is unit with a share of the idf as its worth. If a unit occurs several times in
// a query, it has the largest share.
func (p *planner) shared(share float32, terms ...string) (*unit, error) {
	// Terms contain no spaces, so the key is unique.
	key := strings.Join(terms, " ")
	u, ok := p.loaded[key]
	if !ok {
		u = &unit{terms: terms}
		if err := u.load(p.evaluation); err != nil {
			return nil, err
		}
		p.loaded[key] = u
	}
	if p.unscoredOnly {
		return u, nil
	}
	if u.share == 0 {
		p.plan.units = append(p.plan.units, u)
	}
	u.share = max(u.share, share)
	return u, nil
}

// unscored is stemmed for a word that is only matched.
func (p *planner) unscored(token string) (*unit, error) {
	defer func(was bool) { p.unscoredOnly = was }(p.unscoredOnly)
	p.unscoredOnly = true
	return p.stemmed(token)
}

// phrase compiles quoted text: its words, unstemmed and with stop words, must be
// adjacent. The stems of the words are scored, so that the phrase affects the ranking.
func (p *planner) phrase(text string) (node, error) {
	text = analysis.Normalize(text)
	tokens := analysis.Scan(nil, text)
	if len(tokens) == 0 {
		return nil, nil
	}
	out := &phrase{}
	for _, t := range tokens {
		out.words = append(out.words, t.Text)
		load := p.stemmed
		if t.Ideograph || analysis.IsStop(t.Text) && len(tokens) > 1 {
			// Bigrams and the other words are more specific.
			load = p.unscored
		}
		u, err := load(t.Text)
		if err != nil {
			return nil, err
		}
		out.narrow = append(out.narrow, u)
	}
	for _, bigram := range analysis.Bigrams(nil, tokens) {
		u, err := p.unit(bigram)
		if err != nil {
			return nil, err
		}
		out.narrow = append(out.narrow, u)
	}
	// The rarest word first leaves the fewest documents for the others.
	out.sort()
	return out, nil
}

// title matches if the title has every word of the value.
func (p *planner) title(value string) node {
	tokens := analysis.Scan(nil, analysis.Normalize(value))
	bigrams := analysis.Bigrams(nil, tokens)
	var out allOf
	for _, b := range bigrams {
		out = append(out, exactly(segment.TitleField, b))
	}
	for _, t := range tokens {
		if !t.Ideograph || len(bigrams) == 0 {
			out = append(out, exactly(segment.TitleField, analysis.Stem(t.Text)))
		}
	}
	if len(out) == 0 {
		return nothing{}
	}
	return out
}
