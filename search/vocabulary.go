package search

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	segment "github.com/blevesearch/scorch_segment_api/v2"
	"github.com/blevesearch/vellum/levenshtein"
)

// Bounds on what one word can stand for.
const (
	// maxCompletions is how many words a prefix stands for, the most used first.
	maxCompletions = 64
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
	used := make(map[string]uint64)
	for _, l := range e.leaves {
		if e.ctx.Err() != nil {
			return nil, e.ctx.Err()
		}
		err := l.search(wordField, dfa, word[:1], func(t string) bool {
			if t[0] != word[0] {
				return false
			}
			if isPlain(t) {
				used[t]++
			}
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	best := len(word)
	for t := range used {
		_, d := dfa.MatchAndDistance(t)
		best = min(best, int(d))
	}
	for t := range used {
		if _, d := dfa.MatchAndDistance(t); int(d) > best {
			delete(used, t)
		}
	}
	return v.mostUsed(e, wordField, used, maxNeighbours)
}

// completions are words that begin with what was typed, the most used first.
func (v *vocabulary) completions(e *evaluation, typed string) ([]string, error) {
	field := wordField
	if len(typed) < minPrefixBytes {
		field = titleField
	}
	used := make(map[string]uint64)
	for _, l := range e.leaves {
		if e.ctx.Err() != nil {
			return nil, e.ctx.Err()
		}
		scanned := 0
		err := l.terms(field, typed, func(t string) bool {
			if !strings.HasPrefix(t, typed) {
				return false
			}
			used[t]++
			scanned++
			return scanned < maxScanned
		})
		if err != nil {
			return nil, err
		}
	}
	delete(used, typed)
	return v.mostUsed(e, field, used, maxCompletions)
}

// mostUsed picks the n words that most documents have. used holds in how many
// segments each was seen, which sorts out the rare ones before documents are
// counted.
func (v *vocabulary) mostUsed(e *evaluation, field string, used map[string]uint64, n int) ([]string, error) {
	words := make([]string, 0, len(used))
	for w := range used {
		words = append(words, w)
	}
	byUse := func(a, b string) int {
		return cmp.Or(cmp.Compare(used[b], used[a]), cmp.Compare(utf8.RuneCountInString(a), utf8.RuneCountInString(b)), strings.Compare(a, b))
	}
	slices.SortFunc(words, byUse)
	words = words[:min(len(words), 4*n)]
	for _, w := range words {
		used[w] = 0
		for _, l := range e.leaves {
			docs, err := l.docs(field, w)
			if err != nil {
				return nil, err
			}
			used[w] += l.cardinality(docs)
		}
	}
	slices.SortFunc(words, byUse)
	return words[:min(len(words), n)], nil
}

var _ segment.Automaton = (*levenshtein.DFA)(nil)
