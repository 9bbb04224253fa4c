package search

import (
	"strings"
	"unicode"

	"github.com/postern/postern/search/query"
)

// A quotation asks for an exact phrase: that is never relaxed. What is left are
// texts that nobody types as a query, whose author put the quotation marks there:
// descriptions of more than descriptionWords words in sentences, and messages of
// at least messageWords words that quote but single ones, such as the reason and
// the interface of an alert.
const (
	proseUnquoted    = 6 // so many words must stand outside the quotation marks
	messageWords     = 12
	descriptionWords = 20
)

// isProse tells whether a query with quotations is a text rather than a query, and
// whether it has the punctuation of sentences.
func isProse(root query.Node) (long, sentences bool) {
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

// isOneWord tells whether quoted text is no phrase: one word, not of ideographs,
// which stand side by side without a space.
func isOneWord(text string) bool {
	return len(strings.Fields(text)) <= 1 && !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// unquoted makes the phrases among the nodes words.
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
