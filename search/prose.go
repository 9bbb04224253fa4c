package search

import (
	"strings"

	"github.com/postern/postern/search/query"
)

// A text with at least so many words outside quotation marks and so many in all
// is a description in sentences or a pasted message, whose author put the
// quotation marks there.
const (
	proseUnquoted = 6
	proseWords    = 12
)

// isProse tells whether a query with quotations is long enough for a text rather
// than a query, and whether it has the punctuation of sentences.
func isProse(root query.Node) (long, sentences bool) {
	words, quoted := 0, 0
	for _, n := range conjuncts(root) {
		switch n := n.(type) {
		case query.Word:
			words++
			sentences = sentences || strings.HasSuffix(n.Text, ".") || strings.HasSuffix(n.Text, ",") || strings.HasSuffix(n.Text, ":")
		case query.Phrase:
			quoted += len(strings.Fields(n.Text))
		}
	}
	long = quoted > 0 && words >= proseUnquoted && words+quoted >= proseWords
	return long, long && sentences
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
		for _, w := range strings.Fields(phrase.Text) {
			out = append(out, query.Word{Text: w})
		}
	}
	return out
}
