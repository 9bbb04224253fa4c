package search

import (
	"context"
	"strings"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/synonyms"
)

// Thesaurus gives the synonyms in force. Every search asks, so that what is
// pushed holds at once.
type Thesaurus interface {
	Synonyms(ctx context.Context) (synonyms.Set, error)
}

// builtinSynonyms are those that hold without a file.
type builtinSynonyms struct{ set synonyms.Set }

func (b builtinSynonyms) Synonyms(context.Context) (synonyms.Set, error) { return b.set, nil }

// synonymShare is what a synonym is worth beside the word itself.
const synonymShare = 0.5

// maxMeant bounds how many forms of one query are looked at for synonyms.
const maxMeant = 32

// learn finds what the words of a query mean besides themselves: a map from the
// term of each word, or bigram, to the texts that can stand in for it. Words of a
// form of several are met by its synonym each. Quoted and excluded words mean
// only themselves.
func (p *planner) learn(nodes []query.Node) {
	p.meant = make(map[string][]string)
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
					p.learnRun(analysis.Scan(nil, analysis.Normalize(w.Text)))
				}
			}
		}
		p.learnRun(run)
		run = nil
	}
	p.learnRun(run)
}

// learnRun looks up the forms in a run of words.
func (p *planner) learnRun(run []analysis.Token) {
	words := make([]string, len(run))
	for i, t := range run {
		words[i] = analysis.Stem(t.Text)
	}
	for i := 0; i < len(run) && len(p.meant) < maxMeant; {
		n, meanings := p.synonyms.Match(words[i:])
		for j := i; j < i+n; j++ {
			p.meant[words[j]] = meanings
		}
		for _, bigram := range analysis.Bigrams(nil, run[i:i+n]) {
			p.meant[bigram] = meanings
		}
		i += max(n, 1)
	}
}

// orMeant is the node of a term that other words can stand in for. A synonym's own
// synonyms are not looked for. Single words count as occurrences of the term that
// weigh less, so that a document gains little by having both.
func (p *planner) orMeant(term string) (node, error) {
	meanings := p.meant[term]
	if len(meanings) == 0 || p.silent {
		return p.unit(term)
	}
	terms, out := []string{term}, anyOf{nil}
	for _, text := range meanings {
		if p.full() {
			p.shorten()
			break
		}
		tokens := analysis.Scan(nil, text)
		if len(tokens) == 1 {
			terms = append(terms, analysis.Stem(tokens[0].Text))
			continue
		}
		m, err := p.meantPhrase(tokens)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	var err error
	out[0], err = p.group(terms)
	return out, err
}

// group is the unit of a term and of single words that mean the same.
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

// meantPhrase holds where the words of a synonym stand next to one another. Its
// words are worth together what one is.
func (p *planner) meantPhrase(tokens []analysis.Token) (node, error) {
	key := joined(tokens)
	if n, ok := p.meanings[key]; ok {
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
	p.meanings[key] = out
	return out, nil
}

// joined is the words of a text, with a space between two.
func joined(tokens []analysis.Token) string {
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.Text
	}
	return strings.Join(words, " ")
}
