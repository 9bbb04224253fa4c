package search

import (
	"context"
	"strings"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/synonyms"
)

// Thesaurus returns the current synonyms. Every search calls it, so that a push takes
// effect immediately.
type Thesaurus interface {
	Synonyms(ctx context.Context) (synonyms.Set, error)
}

// builtinSynonyms is a Thesaurus of one set.
type builtinSynonyms struct{ set synonyms.Set }

// Synonyms implements Thesaurus.
func (b builtinSynonyms) Synonyms(context.Context) (synonyms.Set, error) { return b.set, nil }

// synonymShare is the worth of a synonym, as a share of that of the word itself.
const synonymShare = 0.5

// maxSynonymForms is the maximum number of forms of one query that have synonyms.
const maxSynonymForms = 32

// findSynonyms sets synonymsOf: for the term of each word, or bigram, the texts that can
// replace it. Each word of a form of several words is met by the form's synonyms.
// Quoted and excluded words have no synonyms.
func (p *planner) findSynonyms(nodes []query.Node) {
	p.synonymsOf = make(map[string][]string)
	var run []analysis.Token
	for _, n := range nodes {
		switch n := n.(type) {
		case query.Word:
			if !n.Prefix {
				run = append(run, analysis.Scan(nil, analysis.Normalize(n.Text))...)
				continue
			}
		case query.Or:
			for _, c := range n.Nodes {
				if w, ok := c.(query.Word); ok && !w.Prefix {
					p.findRunSynonyms(analysis.Scan(nil, analysis.Normalize(w.Text)))
				}
			}
		}
		p.findRunSynonyms(run)
		run = nil
	}
	p.findRunSynonyms(run)
}

// findRunSynonyms adds the synonyms of the forms in a sequence of words.
func (p *planner) findRunSynonyms(run []analysis.Token) {
	words := make([]string, len(run))
	for i, t := range run {
		words[i] = analysis.Stem(t.Text)
	}
	// After a form of several words, the search continues behind it.
	for i := 0; i < len(run) && len(p.synonymsOf) < maxSynonymForms; {
		n, meanings := p.synonyms.Match(words[i:])
		for j := i; j < i+n; j++ {
			p.synonymsOf[words[j]] = meanings
		}
		for _, bigram := range analysis.Bigrams(nil, run[i:i+n]) {
			p.synonymsOf[bigram] = meanings
		}
		i += max(n, 1)
	}
}

// withSynonyms returns the node of a term or its synonyms. Synonyms of synonyms do not
// count. Synonyms of one word count as occurrences of the term with a lower weight, so
// that a document gains little by having both.
func (p *planner) withSynonyms(term string) (node, error) {
	meanings := p.synonymsOf[term]
	if len(meanings) == 0 || p.unscoredOnly {
		return p.unit(term)
	}
	// out[0] becomes the unit of the term and its synonyms of one word, once these are
	// known.
	terms, out := []string{term}, anyOf{nil}
	for _, text := range meanings {
		if p.full() {
			p.noteTruncated()
			break
		}
		tokens := analysis.Scan(nil, text)
		if len(tokens) == 1 {
			terms = append(terms, analysis.Stem(tokens[0].Text))
			continue
		}
		m, err := p.synonymPhrase(tokens)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	var err error
	out[0], err = p.group(terms)
	return out, err
}

// group returns the unit of a term and its synonyms of one word.
func (p *planner) group(terms []string) (*unit, error) {
	key := strings.Join(terms, " ")
	u, ok := p.loaded[key]
	if !ok {
		u = &unit{terms: terms, first: 1, share: 1}
		if err := u.load(p.evaluation); err != nil {
			return nil, err
		}
		p.loaded[key] = u
		p.plan.units = append(p.plan.units, u)
	}
	return u, nil
}

// synonymPhrase returns the node of a synonym of several words, which must be adjacent.
// Its words together have the worth of one synonym.
func (p *planner) synonymPhrase(tokens []analysis.Token) (node, error) {
	key := joined(tokens)
	if n, ok := p.synonymNodes[key]; ok {
		return n, nil
	}
	out := &phrase{}
	var scored []string
	bigrams := analysis.Bigrams(nil, tokens)
	for _, t := range tokens {
		out.words = append(out.words, t.Text)
		u, err := p.unscored(t.Text)
		if err != nil {
			return nil, err
		}
		out.narrow = append(out.narrow, u)
		if !t.Ideograph && !analysis.IsStop(t.Text) {
			scored = append(scored, analysis.Stem(t.Text))
		}
	}
	scored = append(scored, bigrams...)
	for _, term := range scored {
		u, err := p.shared(synonymShare/float32(len(scored)), term)
		if err != nil {
			return nil, err
		}
		out.narrow = append(out.narrow, u)
	}
	out.sort()
	p.synonymNodes[key] = out
	return out, nil
}

// joined returns the words of a text, separated by spaces.
func joined(tokens []analysis.Token) string {
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.Text
	}
	return strings.Join(words, " ")
}
