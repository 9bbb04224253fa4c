package search

import (
	"strings"
	"unicode"

	"github.com/postern/postern/search/query"
)

// A quotation means an exact phrase, which is never relaxed. The exception are texts
// that people do not type as queries, in which the quotation marks belong to the text:
// descriptions of more than descriptionWords words in sentences, and messages of at
// least messageWords words that quote single words only, such as the reason in an alert.
const (
	// Minimum number of words outside quotation marks.
	proseUnquoted    = 6
	messageWords     = 12
	descriptionWords = 20
)

// isProse reports whether a query with quotations is a text, and whether that text has
// the punctuation of sentences.
func isProse(root query.Node) (long, sentences bool) {
	// Qualifiers, exclusions and groups do not count: texts have none.
	words, quoted, phrases := 0, 0, 0
	for _, n := range conjuncts(root) {
		switch n := n.(type) {
		case query.Word:
			words++
			sentences = sentences || strings.HasSuffix(n.Text, ".") || strings.HasSuffix(n.Text, ",") || strings.HasSuffix(n.Text, ":")
		case query.Phrase:
			quoted += len(strings.Fields(n.Text))
			if !isOneWord(n.Text) {
				phrases++
			}
		}
	}
	switch {
	case quoted == 0 || words < proseUnquoted:
		return false, false
	case phrases > 0:
		long = sentences && words+quoted > descriptionWords
	default:
		long = words+quoted >= messageWords
	}
	return long, long && sentences
}

// isOneWord reports whether quoted text is one word and not a phrase. Text with
// ideographs, which have no spaces between words, is a phrase.
func isOneWord(text string) bool {
	return len(strings.Fields(text)) <= 1 && !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// unquoted returns the nodes with each phrase replaced by its words.
func unquoted(nodes []query.Node) []query.Node {
	var out []query.Node
	for _, n := range nodes {
		phrase, ok := n.(query.Phrase)
		if !ok {
			out = append(out, n)
			continue
		}
		for w := range strings.FieldsSeq(phrase.Text) {
			out = append(out, query.Word{Text: w})
		}
	}
	return out
}
