package synonyms

import (
	"cmp"
	"slices"
	"strings"

	"github.com/postern/postern/search/analysis"
)

// Set maps forms to their synonyms. The zero Set is empty.
type Set struct {
	byFirst map[string][]entry
}

// entry is one form and its synonyms.
type entry struct {
	words []string // stems
	// As written, normalized.
	meanings []string
}

// group is a list of texts that all mean the same. A group without texts removes the
// synonyms that earlier groups gave to its name.
type group struct {
	name  string
	texts []string
}

// Words returns the words by which forms are matched: stems, and single ideographs.
func Words(text string) []string {
	tokens := analysis.Scan(nil, analysis.Normalize(text))
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = analysis.Stem(t.Text)
	}
	return out
}

// Match returns the number of words of the longest form that words begin with, and
// the synonyms of that form. n is 0 if words begin with no form.
func (s Set) Match(words []string) (n int, meanings []string) {
	if len(words) == 0 {
		return 0, nil
	}
	for _, e := range s.byFirst[words[0]] {
		if len(e.words) <= len(words) && slices.Equal(e.words, words[:len(e.words)]) {
			return len(e.words), e.meanings
		}
	}
	return 0, nil
}

// Len returns the number of forms.
func (s Set) Len() int {
	n := 0
	for _, entries := range s.byFirst {
		n += len(entries)
	}
	return n
}

// newSet returns the set of groups. Groups that share a form are not merged: the form
// has the synonyms of both, but these are no synonyms of each other.
func newSet(groups []group) Set {
	// Joined words -> texts.
	meanings := make(map[string][]string)
	// Groups apply in order: an empty one removes what the groups before it gave.
	for _, g := range groups {
		if len(g.texts) == 0 {
			delete(meanings, key(g.name))
			continue
		}
		for _, text := range g.texts {
			k := key(text)
			for _, other := range g.texts {
				if key(other) != k && !slices.Contains(meanings[k], other) {
					meanings[k] = append(meanings[k], other)
				}
			}
		}
	}
	s := Set{byFirst: make(map[string][]entry)}
	// A form is filed under its first word, so that Match reads few entries.
	for k, texts := range meanings {
		words := strings.Fields(k)
		if len(texts) > maxMeanings {
			texts = texts[:maxMeanings]
		}
		s.byFirst[words[0]] = append(s.byFirst[words[0]], entry{words: words, meanings: texts})
	}
	// The longest form first: Match returns the first that fits.
	for _, entries := range s.byFirst {
		slices.SortFunc(entries, func(a, b entry) int {
			return cmp.Or(cmp.Compare(len(b.words), len(a.words)), slices.Compare(a.words, b.words))
		})
	}
	return s
}

// key returns the words of a form as one text; words contain no spaces.
func key(text string) string { return strings.Join(Words(text), " ") }
