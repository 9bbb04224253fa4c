// Package segment owns the fields that the index stores for a document, and reading of
// one immutable segment: which documents have a term, the term's weight in each, and
// the values of a field by document. It uses the interfaces of Bleve's storage engine
// (scorch), and none of Bleve's queries.
//
// # Data layout
//
// A document has these fields, none with doc values or term vectors:
//
//	term      the terms by which words match: stems of tokens (package analysis) and
//	          of the parts of mixed identifiers, and ideograph bigrams; frequency
//	          and norm hold the term's weight (see weights.go)
//	word      tokens that differ from their stem, without frequency
//	title     stems, parts and bigrams of the title, without frequency
//	kind service severity tag factor owner author detected-by status path flag
//	          keywords, one term a value, without frequency
//	day detect diagnose recover
//	          numbers, one 8-byte big-endian term, without frequency
//	_pos      stored: the positions of the tokens (package positions), for phrases
//
// Cache retains in memory what queries read repeatedly: columns (values by document
// number) and the posting lists of frequent words.
package segment
