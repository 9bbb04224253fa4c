package search

import (
	"cmp"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/paste"
	"github.com/postern/postern/search/segment"
)

// What the strings of a reading are worth beside each other, as shares of the
// inverse document frequencies of their words.
const (
	nameShare     = 2.0 // the alert's name as one word
	namePartShare = 1.5 // a word of it
	codeShare     = 1.5
	messageShare  = 1.0
	detailShare   = 0.4
)

const (
	// maxLikeUnits is how many words of a text are scored, the most telling ones:
	// past them a document resembles the text by accident.
	maxLikeUnits = 64
	// maxWeighed bounds how many different words of a text are looked up.
	maxWeighed = 600
	// maxPostings is how many postings are scored, the most telling words first:
	// common words of a large library cost most and say least.
	maxPostings = 200_000
	// minLikeUnits is how many words are scored whatever they cost.
	minLikeUnits = 8
	// telling is the least worth of a word, beside the most telling one, that counts
	// while there are others.
	telling = 0.08
)

// weighing collects the words of a text by what they are worth.
type weighing struct {
	*evaluation
	least  uint64 // documents that must have a word for it to count,
	most   uint64 // and that may have it
	units  map[string]*unit
	nearby []nearbyTokens
	tokens []analysis.Token
}

// nearbyTokens are neighbours in the text; what they are worth side by side is
// known when all words are.
type nearbyTokens struct {
	words []string
	share float32
}

func newWeighing(e *evaluation) *weighing {
	return &weighing{evaluation: e, least: 1, most: e.documents, units: make(map[string]*unit)}
}

// reading weighs what was understood of a pasted text.
func (w *weighing) reading(r paste.Reading) error {
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

// text weighs the words of a text and, less, the parts of its identifiers.
func (w *weighing) text(text string, whole, part float32) error {
	text = analysis.Normalize(text)
	w.tokens = analysis.Scan(w.tokens[:0], text)
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

// word looks a term up once; said twice, it is worth the more of both.
func (w *weighing) word(term string, share float32) error {
	if analysis.IsStop(term) {
		return nil
	}
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

// near notes words that are worth more side by side.
func (w *weighing) near(words []string, share float32) {
	if len(w.nearby) < maxWeighed {
		w.nearby = append(w.nearby, nearbyTokens{words, share * nearShare})
	}
}

// plan keeps the most telling words. best is about what a document would score
// that has all of them often.
func (w *weighing) plan() (p plan, best float32) {
	for _, u := range w.units {
		if u.found >= w.least && u.found <= w.most {
			p.units = append(p.units, u)
		} else if u.found == 0 && u.share >= namePartShare { // an alert that nobody wrote about
			best += u.idf * (k1 + 1)
		}
	}
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

// affordable keeps the first units, by number and by what they cost.
func affordable(units []*unit) []*unit {
	postings := uint64(0)
	for i, u := range units {
		if postings += u.found; i == maxLikeUnits || i >= minLikeUnits && postings > maxPostings {
			return units[:i]
		}
	}
	return units
}

// pairs are the neighbours worth most, each once.
func (w *weighing) pairs() []nearby {
	var out []nearby
	for _, n := range w.nearby {
		g := nearby{words: n.words}
		for _, word := range n.words {
			if u := w.units[analysis.Stem(word)]; u != nil && u.found > 0 {
				g.worth += n.share * u.idf
			}
		}
		if g.worth > 0 && !slices.ContainsFunc(out, func(o nearby) bool { return slices.Equal(o.words, g.words) }) {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b nearby) int { return cmp.Compare(b.worth, a.worth) })
	return out[:min(len(out), maxNearby)]
}

// having gives the documents that have any of the units and meet the conditions.
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
