package search

import (
	"cmp"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/paste"
	"github.com/postern/postern/search/segment"
)

// The worth of the strings of a reading, as shares of the inverse document frequency of
// their words.
const (
	// The alert's name as one word.
	nameShare = 2.0
	// A word of it.
	namePartShare = 1.5
	codeShare     = 1.5
	messageShare  = 1.0
	detailShare   = 0.4
)

// Limits of the plan of a text.
const (
	// maxLikeUnits is the maximum number of words of a text that are scored, the most
	// specific first. Documents share the others by accident.
	maxLikeUnits = 64
	// maxWeighed is the maximum number of different words of a text that are looked up.
	maxWeighed = 600
	// maxPostings is the maximum number of postings that are scored, the most specific
	// words first. Common words cost the most and are the least specific.
	maxPostings = 200_000
	// minLikeUnits is the number of words that are scored at any cost.
	minLikeUnits = 8
	// telling is the minimum worth of a word that counts, as a share of the largest.
	telling = 0.08
)

// textPlanner builds the plan of a text from the worth of its words.
type textPlanner struct {
	*evaluation
	// Minimum number of documents that have a word that counts.
	least uint64
	// Maximum number of these.
	most   uint64
	units  map[string]*unit
	nearby []textProximity
	tokens []analysis.Token
}

// textProximity are adjacent words of the text. Their worth is known when all words are
// loaded.
type textProximity struct {
	words []string
	share float32
}

// newTextPlanner returns a planner that counts words of any frequency.
func newTextPlanner(e *evaluation) *textPlanner {
	return &textPlanner{evaluation: e, least: 1, most: e.documents, units: make(map[string]*unit)}
}

// reading adds the strings of a pasted text.
func (w *textPlanner) reading(r paste.Reading) error {
	for _, list := range []struct {
		of          []string
		whole, part float32
	}{
		{r.Names, nameShare, namePartShare},
		{r.Codes, codeShare, codeShare / 2},
		{r.Messages, messageShare, messageShare / 2},
		{r.Details, detailShare, detailShare / 2},
	} {
		for _, text := range list.of {
			if err := w.text(text, list.whole, list.part); err != nil {
				return err
			}
		}
	}
	return nil
}

// text adds the words of a text with the share whole, and the parts of its identifiers
// with the share part.
func (w *textPlanner) text(text string, whole, part float32) error {
	text = analysis.Normalize(text)
	w.tokens = analysis.Scan(w.tokens[:0], text)
	// An ideograph is represented by the bigram that it ends, and separates the words
	// around it.
	last := ""
	for i, t := range w.tokens {
		if t.Ideograph {
			if i > 0 && w.tokens[i-1].Ideograph && w.tokens[i-1].End == t.Start {
				if err := w.word(w.tokens[i-1].Text+t.Text, whole); err != nil {
					return err
				}
			}
			last = ""
			continue
		}
		if err := w.word(analysis.Stem(t.Text), whole); err != nil {
			return err
		}
		if last != "" {
			w.near([]string{last, t.Text}, whole)
		}
		last = t.Text
		parts := analysis.Parts(text[t.Start:t.End])
		for _, p := range parts {
			if err := w.word(analysis.Stem(p), part); err != nil {
				return err
			}
		}
		if len(parts) > 1 {
			w.near(parts, part)
		}
	}
	return nil
}

// word adds a term. If it occurs several times, it has the largest share.
func (w *textPlanner) word(term string, share float32) error {
	if analysis.IsStop(term) {
		return nil
	}
	// Each term is loaded once, however often the text has it.
	if u, ok := w.units[term]; ok {
		u.share = max(u.share, share)
		return nil
	}
	if len(w.units) >= maxWeighed {
		return nil
	}
	u := &unit{terms: []string{term}, share: share}
	w.units[term] = u
	return u.load(w.evaluation)
}

// near adds words that score higher if they are adjacent.
func (w *textPlanner) near(words []string, share float32) {
	if len(w.nearby) < maxWeighed {
		w.nearby = append(w.nearby, textProximity{words, share * nearShare})
	}
}

// plan returns the plan of the most specific words. best is the approximate score of a
// document that has all of them often.
func (w *textPlanner) plan() (p plan, best float32) {
	for _, u := range w.units {
		if u.found >= w.least && u.found <= w.most {
			p.units = append(p.units, u)
		} else if u.found == 0 && u.share >= namePartShare { // the name of an alert without documents
			best += u.idf * (k1 + 1)
		}
	}
	// The order of a map is random: sort by worth, then by term, so that equal texts
	// have equal answers.
	slices.SortFunc(p.units, func(a, b *unit) int {
		return cmp.Or(cmp.Compare(b.worth(), a.worth()), cmp.Compare(a.terms[0], b.terms[0]))
	})
	p.units = affordable(p.units)
	for n := len(p.units); n > 1 && p.units[n-1].worth() < telling*p.units[0].worth(); n-- {
		p.units = p.units[:n-1]
	}
	for _, u := range p.units {
		best += u.worth() * (k1 + 1)
	}
	p.nearby = w.pairs()
	return p, best
}

// affordable returns the first units up to maxLikeUnits and maxPostings.
func affordable(units []*unit) []*unit {
	postings := uint64(0)
	for i, u := range units {
		if postings += u.found; i == maxLikeUnits || i >= minLikeUnits && postings > maxPostings {
			return units[:i]
		}
	}
	return units
}

// pairs returns the adjacent words with the largest worth, each group once.
func (w *textPlanner) pairs() []proximity {
	var out []proximity
	for _, n := range w.nearby {
		g := proximity{words: n.words}
		for _, word := range n.words {
			if u := w.units[analysis.Stem(word)]; u != nil && u.found > 0 {
				g.worth += n.share * u.idf
			}
		}
		if g.worth > 0 && !slices.ContainsFunc(out, func(o proximity) bool { return slices.Equal(o.words, g.words) }) {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b proximity) int { return cmp.Compare(b.worth, a.worth) })
	return out[:min(len(out), maxNearby)]
}

// having returns the documents that have any of the units and meet the conditions.
func (e *evaluation) having(units []*unit, conditions allOf) (matches, error) {
	m := matches{full: make([]*roaring.Bitmap, len(e.leaves))}
	for i, l := range e.leaves {
		sets := make([]*roaring.Bitmap, len(units))
		for j, u := range units {
			sets[j] = u.docs[i]
		}
		within, err := conditions.match(e, i, segment.Intersect(segment.Union(sets...), l.Alive()))
		if err != nil {
			return m, err
		}
		m.full[i] = within
		m.count += cardinality(within)
	}
	m.exact = m.count
	return m, nil
}
