package search

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/vellum/levenshtein"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/segment"
)

// Bounds on what one word can stand for.
const (
	// maxCompletions is how many words a prefix stands for, the most used first.
	maxCompletions = 32
	// maxScanned is how many terms of each segment's dictionary are looked at to
	// find them; past it, completions are those the alphabet puts first.
	maxScanned = 512
	// minPrefixBytes is how much must be typed before words of the body complete
	// it; before that only words of titles do, which are few.
	minPrefixBytes = 3
	// maxNeighbours is how many spellings stand in for a word nobody wrote.
	maxNeighbours = 3
	// minRespelt is the shortest word that is respelt: shorter ones have too many
	// neighbours to mean anything.
	minRespelt = 4
	// twoEdits is the length from which two edits are forgiven instead of one.
	twoEdits = 8
	// maxNearby bounds the groups of words that are verified side by side.
	maxNearby = 32
)

// vocabulary finds words like a given one in the dictionaries of the index. The
// automaton tables are made once, when a word is first misspelt.
type vocabulary struct {
	once sync.Once
	one  *levenshtein.LevenshteinAutomatonBuilder
	two  *levenshtein.LevenshteinAutomatonBuilder
	err  error
}

// automaton accepts the words within the forgiven number of edits; nil when the
// word is too short or not a plain word.
func (v *vocabulary) automaton(word string) (*levenshtein.DFA, error) {
	v.once.Do(func() {
		if v.one, v.err = levenshtein.NewLevenshteinAutomatonBuilder(1, true); v.err == nil {
			v.two, v.err = levenshtein.NewLevenshteinAutomatonBuilder(2, true)
		}
	})
	if v.err != nil {
		return nil, v.err
	}
	if len(word) >= twoEdits {
		return v.two.BuildDfa(word, 2)
	}
	return v.one.BuildDfa(word, 1)
}

// isPlain tells whether a word is made of letters a to z alone.
func isPlain(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return r < 'a' || r > 'z' })
}

// neighbours are the spellings nearest to a word, the most used first. The first
// letter is taken to be right, which it nearly always is.
func (v *vocabulary) neighbours(e *evaluation, word string) ([]string, error) {
	if len(word) < minRespelt || !isPlain(word) {
		return nil, nil
	}
	dfa, err := v.automaton(word)
	if err != nil {
		return nil, err
	}
	near := make(map[string]int) // word -> edits
	for _, l := range e.leaves {
		for _, field := range []string{segment.TermField, segment.WordField} {
			if e.ctx.Err() != nil {
				return nil, e.ctx.Err()
			}
			err := l.Search(field, dfa, word[:1], func(t string) bool {
				if t[0] != word[0] {
					return false
				}
				if _, known := near[t]; !known && isPlain(t) {
					_, d := dfa.MatchAndDistance(t)
					near[t] = int(d)
				}
				return true
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return v.nearest(e, near)
}

// nearest picks the most used of the words with the fewest edits.
func (v *vocabulary) nearest(e *evaluation, near map[string]int) ([]string, error) {
	for edits := range 3 {
		var words []string
		for w, d := range near {
			if d == edits {
				words = append(words, w)
			}
		}
		used, err := v.mostUsed(e, words, maxNeighbours)
		if err != nil || len(used) > 0 {
			return used, err
		}
	}
	return nil, nil
}

// completions are words that begin with what was typed, the most used first.
func (v *vocabulary) completions(e *evaluation, typed string) ([]string, error) {
	fields := []string{segment.TermField, segment.WordField}
	if len(typed) < minPrefixBytes {
		fields = []string{segment.TitleField}
	}
	segments := make(map[string]int) // word -> in how many segments it was seen
	for _, l := range e.leaves {
		for _, field := range fields {
			if e.ctx.Err() != nil {
				return nil, e.ctx.Err()
			}
			scanned := 0
			err := l.Terms(field, typed, func(t string) bool {
				if !strings.HasPrefix(t, typed) {
					return false
				}
				segments[t]++
				scanned++
				return scanned < maxScanned
			})
			if err != nil {
				return nil, err
			}
		}
	}
	// What many segments have, many documents have; short words are more likely
	// meant. Counting documents for all of them would take too long.
	words := slices.SortedFunc(maps.Keys(segments), func(a, b string) int {
		return cmp.Or(cmp.Compare(segments[b], segments[a]), cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	})
	return words[:min(len(words), maxCompletions)], nil
}

// maxCounted bounds for how many words the documents are counted.
const maxCounted = 64

// mostUsed picks the n words that most documents have, leaving out stems that
// nobody wrote.
func (v *vocabulary) mostUsed(e *evaluation, words []string, n int) ([]string, error) {
	slices.Sort(words)
	words = words[:min(len(words), maxCounted)]
	counts := make(map[string]uint64, len(words))
	for _, w := range words {
		for _, l := range e.leaves {
			docs, err := l.Docs(dictionaryOf(w), w)
			if err != nil {
				return nil, err
			}
			counts[w] += l.Cardinality(docs)
		}
	}
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	var out []string
	for _, w := range words {
		written, err := isWritten(e, w)
		if err != nil {
			return nil, err
		}
		if written && counts[w] > 0 {
			if out = append(out, w); len(out) == n {
				break
			}
		}
	}
	return out, nil
}

// dictionaryOf is the field that has a token as a term of its own.
func dictionaryOf(word string) string {
	if analysis.Stem(word) == word {
		return segment.TermField
	}
	return segment.WordField
}

// isWritten tells whether some document has the word itself, looking at a few.
func isWritten(e *evaluation, word string) (bool, error) {
	const few = 16 // a stem that is no word is a token in none of them
	for _, l := range e.leaves {
		docs, err := l.Docs(dictionaryOf(word), word)
		if err != nil || docs == nil {
			if err != nil {
				return false, err
			}
			continue
		}
		sample := roaring.New()
		for it := docs.Iterator(); it.HasNext() && sample.GetCardinality() < few; {
			sample.Add(it.Next())
		}
		tokens, err := l.Tokens(word, sample)
		if err != nil {
			return false, err
		}
		if tokens != nil && !tokens.IsEmpty() {
			return true, nil
		}
	}
	return false, nil
}
