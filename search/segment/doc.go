// Package segment owns what the index keeps of a document, field by field, and how
// one immutable segment of it is read: which documents have a term, what it weighs
// in each, and the values of a field by document. Of Bleve it uses the engine's own
// interfaces (scorch), and no query of Bleve's.
//
// # Data layout
//
// A document has these fields, none with doc values or term vectors:
//
//	term      what words match by: the stems of its tokens (package analysis) and
//	          of the parts of mixed identifiers, and ideograph bigrams; frequency
//	          and norm hold the term's weight (see weights.go)
//	word      tokens that differ from their stem, without frequency
//	title     stems, parts and bigrams of the title, without frequency
//	kind service severity tag factor owner author detected-by status path flag
//	          keywords, one term a value, without frequency
//	day detect diagnose recover
//	          numbers, one 8-byte big-endian term, without frequency
//	_pos      stored: which token stands where (package positions), for phrases
//
// What is read of a segment more than once is kept in memory by Cache: columns
// (values by document number) and the posting lists of frequent words.
package segment
