package search

import (
	"slices"
	"strings"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/segment"
	"github.com/postern/postern/search/synonyms"
)

// plan is what a query asks of the index. A document matches when it meets every
// strict condition and either all clauses, or, when too few documents do, a
// stated number of them.
type plan struct {
	strict  []node
	clauses []clause
	units   []*unit  // what is scored
	nearby  []nearby // words that are worth more side by side
	notes   []string
	// respelt maps a word no document has to the neighbour searched for instead.
	respelt map[string]string
}

// nearby are words that are worth more side by side.
type nearby struct {
	words []string
	worth float32
}

// clause is one word of the query: it may be let go when too little is found.
type clause struct {
	node   node
	bigram bool // part of a run of ideographs, which has more bigrams than words
}

// planner makes the plan of one query, looking terms up as it goes.
type planner struct {
	*evaluation
	vocabulary *vocabulary
	typing     bool // the last word is still being typed
	prose      bool // quotation marks are those of a sentence, not of the language
	plan       plan
	synonyms   synonyms.Set
	meant      map[string][]string // term -> texts that mean the same
	meanings   map[string]node     // text -> its node
	loaded     map[string]*unit
	silent     bool // below a Not: matched but not scored
}

func (p *planner) make(q query.Query) (plan, error) {
	p.loaded, p.meanings = make(map[string]*unit), make(map[string]node)
	p.plan.respelt = make(map[string]string)
	nodes := conjuncts(q.Root)
	if p.prose {
		nodes = unquoted(nodes)
	}
	if p.typing {
		markTyped(nodes)
	}
	p.learn(nodes)
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
		for _, w := range stops { // "the who" has nothing else to go by
			if err := p.conjunct(w); err != nil {
				return plan{}, err
			}
		}
	}
	return p.plan, p.pairs(nodes)
}

// conjuncts lists the conditions that must all hold.
func conjuncts(root query.Node) []query.Node {
	switch n := root.(type) {
	case nil:
		return nil
	case query.And:
		return slices.Clone(n.Nodes)
	}
	return []query.Node{root}
}

// markTyped makes the last word a prefix: it is still being typed.
func markTyped(nodes []query.Node) {
	if len(nodes) == 0 {
		return
	}
	if w, ok := nodes[len(nodes)-1].(query.Word); ok {
		w.Prefix = true
		nodes[len(nodes)-1] = w
	}
}

func isStopWord(w query.Word) bool {
	tokens := analysis.Scan(nil, analysis.Normalize(w.Text))
	return !w.Prefix && len(tokens) == 1 && analysis.IsStop(tokens[0].Text)
}

// maxUnits bounds how many things one query looks up and scores; a query of two
// thousand bytes of ideographs would be some twelve hundred.
const maxUnits = 256

// full tells whether the query has enough; what follows is left out.
func (p *planner) full() bool { return len(p.loaded) >= maxUnits }

// conjunct adds one condition of the outermost And.
func (p *planner) conjunct(n query.Node) error {
	switch n := n.(type) {
	case query.Word:
		if p.full() {
			p.shorten()
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

// shorten says, once, that the end of the query is left out.
func (p *planner) shorten() {
	const note = "the query is very long: its last words are left out"
	if !slices.Contains(p.plan.notes, note) {
		p.plan.notes = append(p.plan.notes, note)
	}
}

func onlyWords(n query.Or) bool {
	return !slices.ContainsFunc(n.Nodes, func(c query.Node) bool { _, word := c.(query.Word); return !word })
}

// node compiles any part of a query; nil stands for a part that says nothing,
// such as a word of punctuation.
func (p *planner) node(n query.Node) (node, error) {
	switch n := n.(type) {
	case query.And:
		nodes, err := p.nodes(n.Nodes)
		return allOf(nodes), err
	case query.Or:
		nodes, err := p.nodes(n.Nodes)
		return anyOf(nodes), err
	case query.Not:
		defer func(was bool) { p.silent = was }(p.silent)
		p.silent = true
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

// unit loads a unit once per query, and scores it unless it is excluded.
func (p *planner) unit(terms ...string) (*unit, error) { return p.shared(1, terms...) }

// shared is a unit that is worth a share of its idf, if nothing else in the query
// makes it worth more.
func (p *planner) shared(share float32, terms ...string) (*unit, error) {
	key := strings.Join(terms, " ")
	u, ok := p.loaded[key]
	if !ok {
		u = &unit{terms: terms}
		if err := u.load(p.evaluation); err != nil {
			return nil, err
		}
		p.loaded[key] = u
	}
	if p.silent {
		return u, nil
	}
	if u.share == 0 {
		p.plan.units = append(p.plan.units, u)
	}
	u.share = max(u.share, share)
	return u, nil
}

// unscored is stemmed for what only narrows down.
func (p *planner) unscored(token string) (*unit, error) {
	defer func(was bool) { p.silent = was }(p.silent)
	p.silent = true
	return p.stemmed(token)
}

// phrase compiles quoted text: its words, unstemmed and with stop words, next to
// one another. The words' other forms are scored, so that the phrase ranks.
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
			load = p.unscored // bigrams, and the other words, say more
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
	out.sort()
	return out, nil
}

// title holds when the title has every word of the value.
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
