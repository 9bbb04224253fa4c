// Package search owns the search index: its fields and on-disk format, what a
// query matches, how matches are ranked, counted and quoted, and how the index
// survives damage. It alone uses Bleve, and of Bleve the storage engine (scorch
// and zap segments): immutable segments of term dictionaries and bitmaps, atomic
// batches, merging. Queries are evaluated by our own code on those bitmaps.
//
// # Data layout
//
// Everything here is derived from the library and can be deleted at any time.
//
//	DIR/index/      the index: root.bolt and one .zap file a segment
//	DIR/index.new/  a rebuild in progress; leftovers are removed at start
//	DIR/index.bad/  the last damaged index, kept for inspection
//	DIR/opening     exists while an index is being opened and probed: if it is
//	                there at start, the last attempt crashed and the index is bad
//
// A document has these fields, none with doc values or term vectors:
//
//	term      what words match by: the stems of its tokens (package analysis) and
//	          of the parts of mixed identifiers, and ideograph bigrams; frequency
//	          and norm hold the term's weight (see impact)
//	word      tokens that differ from their stem, without frequency
//	title     stems, parts and bigrams of the title, without frequency
//	kind service severity tag factor owner author detected-by status path flag
//	          keywords, one term a value, without frequency
//	day detect diagnose recover
//	          numbers, one 8-byte big-endian term, without frequency
//	_pos      stored: which token stands where (see positions), for phrases
//
// The weight of a term in a document is the weighted and length-normalised term
// frequency of BM25F, summed over the parts of the document when it is indexed. A
// word therefore costs one posting list whatever the number of parts, and a score
// depends on nothing but the document and the number of documents that have the
// word: not on segments, merges or deletions.
//
// Internal keys of each snapshot: "seq", the change number the index has reached
// (decimal), written in the batch that reaches it; "format", see below; "parked",
// the documents that could not be indexed (JSON, id to reason).
package search

// format is the version of the layout above. An index of an older one that this
// build can still read answers while its successor is built beside it; any other
// is rebuilt before it answers.
//
//	1  first form
//	2  positions numbered by a perfect hash
const format = "2"

// readable tells whether an index of a format can be searched.
func readable(f string) bool { return f == format || f == "1" }
