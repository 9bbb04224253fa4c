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

// Limits of the words that one word of a query stands for.
const (
	// maxCompletions is the maximum number of completions of a prefix.
	maxCompletions = 32
	// maxScanned is how many terms of each segment's dictionary are read to find
	// completions. If there are more, the first in the alphabet count.
	maxScanned = 512
	// minPrefixBytes is the minimum length of a prefix that words of the body complete.
	// Shorter ones are completed by words of titles, which are few.
	minPrefixBytes = 3
	// maxNeighbours is the maximum number of spellings that replace a misspelt word.
	maxNeighbours = 3
	// minRespelt is the minimum length of a word that is corrected. Shorter ones have
	// too many neighbours.
	minRespelt = 4
	// twoEdits is the minimum length of a word that is corrected by two edits.
	twoEdits = 8
	// maxNearby is the maximum number of proximities of a query.
	maxNearby = 32
)

// vocabulary finds completions and corrections in the dictionaries of the index. The
// automaton tables are built once, for the first misspelt word.
type vocabulary struct {
	once sync.Once
	one  *levenshtein.LevenshteinAutomatonBuilder
	two  *levenshtein.LevenshteinAutomatonBuilder
	err  error
}

// automaton returns an automaton that accepts the words within one or two edits.
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

// isPlain reports whether a word has only letters a to z.
func isPlain(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return r < 'a' || r > 'z' })
}

// neighbours returns the nearest spellings of a word, the most frequent first. It
// assumes that the first letter is correct, as it nearly always is. It returns none for
// words that are too short or not plain.
func (v *vocabulary) neighbours(e *evaluation, word string) ([]string, error) {
	if len(word) < minRespelt || !isPlain(word) {
		return nil, nil
	}
	dfa, err := v.automaton(word)
	if err != nil {
		return nil, err
	}
	// Word -> edits.
	// The term field has stems, the word field the words that differ from them.
	near := make(map[string]int)
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

// nearest returns the most frequent of the words with the fewest edits.
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

// completions returns words that begin with a prefix, the most frequent first.
func (v *vocabulary) completions(e *evaluation, typed string) ([]string, error) {
	fields := []string{segment.TermField, segment.WordField}
	if len(typed) < minPrefixBytes {
		fields = []string{segment.TitleField}
	}
	// Word -> number of segments that have it.
	segments := make(map[string]int)
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
	// A word in many segments is in many documents, and short words are more likely.
	// Counting the documents of all words would take too long.
	words := slices.SortedFunc(maps.Keys(segments), func(a, b string) int {
		return cmp.Or(cmp.Compare(segments[b], segments[a]), cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	})
	return words[:min(len(words), maxCompletions)], nil
}

// maxCounted is the maximum number of words whose documents are counted.
const maxCounted = 64

// mostUsed returns the n words that most documents have, without stems that no document
// has as a word.
func (v *vocabulary) mostUsed(e *evaluation, words []string, n int) ([]string, error) {
	// Words of equal use are in the order of the alphabet, so that answers are stable.
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

// dictionaryOf returns the field that has a token as a term.
func dictionaryOf(word string) string {
	if analysis.Stem(word) == word {
		return segment.TermField
	}
	return segment.WordField
}

// isWritten reports whether some document has the word itself; it reads a few.
func isWritten(e *evaluation, word string) (bool, error) {
	// None of them has a stem that is not a word.
	const few = 16
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
