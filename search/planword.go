package search

import (
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/query"
)

// word compiles a word as typed, which analysis may split into several: a run of
// ideographs into its bigrams, an identifier at its punctuation. A run of ideographs has
// one clause for each bigram, an identifier has one clause.
func (p *planner) word(w query.Word) ([]clause, error) {
	text := analysis.Normalize(w.Text)
	tokens := analysis.Scan(nil, text)
	// A word such as 2011年 has groups of both kinds.
	var out []clause
	for from := 0; from < len(tokens); {
		if p.full() {
			p.noteTruncated()
			break
		}
		to := groupEnd(tokens, from)
		var err error
		var more []clause
		if tokens[from].Ideograph {
			more, err = p.ideographs(tokens[from:to])
		} else {
			more, err = p.identifier(text, tokens[from:to], w.Prefix && to == len(tokens))
		}
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
		if from > 0 && tokens[from-1].End == tokens[from].Start { // 2011年
			if err := p.adjacent(tokens[from-1:from+1], nearShare); err != nil {
				return nil, err
			}
		}
		from = to
	}
	return out, nil
}

// maxIdentifier is the maximum number of words of an identifier. A longer one is split
// into several.
const maxIdentifier = 16

// groupEnd returns the end of the run of ideographs, or of the identifier, that begins
// at token from.
func groupEnd(tokens []analysis.Token, from int) int {
	to := from + 1
	for to < len(tokens) && (tokens[from].Ideograph || to-from < maxIdentifier) {
		prev, t := tokens[to-1], tokens[to]
		if t.Ideograph != tokens[from].Ideograph {
			break
		}
		if t.Ideograph && prev.End != t.Start || !t.Ideograph && !t.Glued {
			break
		}
		to++
	}
	return to
}

// characterShare is the share of its idf that a single character of a longer run is
// worth. It only helps where word borders differ.
const characterShare = 0.4

// ideographs compiles a run of ideographs: one clause for each bigram, or one for a
// single character.
func (p *planner) ideographs(run []analysis.Token) ([]clause, error) {
	if len(run) == 1 {
		n, err := p.withSynonyms(run[0].Text)
		return []clause{{node: n}}, err
	}
	var out []clause
	for _, bigram := range analysis.Bigrams(nil, run) {
		if p.full() {
			p.noteTruncated()
			break
		}
		n, err := p.withSynonyms(bigram)
		if err != nil {
			return nil, err
		}
		out = append(out, clause{node: n, bigram: true})
	}
	for _, t := range run {
		if err := p.character(t.Text); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// character scores a single character of a longer run without matching it.
func (p *planner) character(text string) error {
	if p.unscoredOnly || p.full() {
		return nil
	}
	_, err := p.shared(characterShare, text)
	return err
}

// identifier compiles one word, or several joined by punctuation. The document must have
// all of them; adjacent ones score higher. With prefix, the last word is incomplete.
func (p *planner) identifier(text string, tokens []analysis.Token, prefix bool) ([]clause, error) {
	var all allOf
	for i, t := range tokens {
		var n node
		var err error
		if prefix && i == len(tokens)-1 {
			n, err = p.completion(t.Text)
		} else {
			n, err = p.token(text[t.Start:t.End], t.Text)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	if len(tokens) > 1 {
		if err := p.adjacent(tokens, gluedShare); err != nil {
			return nil, err
		}
	}
	if len(all) == 1 {
		return []clause{{node: all[0]}}, nil
	}
	return []clause{{node: all}}, nil
}

// token compiles one token: its stem, or all parts of a mixed identifier or, if no
// document has it, the nearest spellings. raw is the token as written.
func (p *planner) token(raw, token string) (node, error) {
	if stem := analysis.Stem(token); len(p.synonymsOf[stem]) > 0 {
		return p.withSynonyms(stem)
	}
	u, err := p.stemmed(token)
	if err != nil {
		return nil, err
	}
	// An identifier matches as a whole or by all of its parts: a document may write it
	// in words.
	if parts := analysis.Parts(raw); len(parts) > 1 {
		var all allOf
		for _, part := range parts {
			c, err := p.stemmed(part)
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
		return anyOf{u, all}, nil
	}
	if u.found > 0 || p.unscoredOnly {
		return u, nil
	}
	return p.respell(u, token)
}

// stemmed returns the unit of a token in all forms with its stem.
func (p *planner) stemmed(token string) (*unit, error) {
	return p.unit(analysis.Stem(token))
}

// completion returns the unit of all words that begin with a prefix.
func (p *planner) completion(typed string) (node, error) {
	words, err := p.vocabulary.completions(p.evaluation, typed)
	if err != nil {
		return nil, err
	}
	terms := stems(append([]string{typed}, words...))
	u, err := p.unit(terms...)
	if err != nil {
		return nil, err
	}
	if u.found == 0 && !p.unscoredOnly {
		return p.respell(u, typed)
	}
	return u, nil
}

// respell returns the unit of the spellings nearest to a word that no document has, and
// adds a note. Without such spellings it returns u.
func (p *planner) respell(u *unit, word string) (node, error) {
	near, err := p.vocabulary.neighbours(p.evaluation, word)
	if err != nil || len(near) == 0 {
		return u, err
	}
	p.plan.notes = append(p.plan.notes, fmt.Sprintf("no document has “%s”: searched for “%s” instead",
		word, strings.Join(near, "”, “")))
	p.plan.respelt[word] = near[0]
	return p.unit(stems(near)...)
}

// stems returns the stems of words, each once.
func stems(words []string) []string {
	var out []string
	for _, w := range words {
		if s := analysis.Stem(w); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// adjacent adds a proximity of tokens, worth a share of the sum of their idf.
func (p *planner) adjacent(tokens []analysis.Token, share float32) error {
	if p.unscoredOnly || len(p.plan.nearby) == maxNearby {
		return nil
	}
	var n proximity
	for _, t := range tokens {
		n.words = append(n.words, t.Text)
		u, err := p.unscored(t.Text)
		if err != nil {
			return err
		}
		n.worth += share * u.idf
	}
	p.plan.nearby = append(p.plan.nearby, n)
	return nil
}

// pairs adds the proximities of adjacent words of the query, as typed.
func (p *planner) pairs(nodes []query.Node) error {
	var last []analysis.Token
	for _, n := range nodes {
		w, ok := n.(query.Word)
		if !ok {
			last = nil
			continue
		}
		tokens := analysis.Scan(nil, analysis.Normalize(w.Text))
		if len(last) > 0 && len(tokens) > 0 {
			if err := p.adjacent([]analysis.Token{last[len(last)-1], tokens[0]}, nearShare); err != nil {
				return err
			}
		}
		last = tokens
	}
	return nil
}
