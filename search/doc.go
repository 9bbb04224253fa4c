// Package search owns the search index: what a query matches, how matches are
// ranked, counted and shown, and how the index is filled and survives damage. It
// and package segment below it alone use Bleve, and of Bleve the storage engine
// (scorch and zap segments): immutable segments of term dictionaries and bitmaps,
// atomic batches, merging. Queries are evaluated by our own code on those bitmaps.
//
// # Where to look
//
//	the index as a whole     index.go (open, close, check), engine.go (one folder),
//	                         rebuild.go, durable.go, admission.go (how many at once)
//	filling it               apply.go, compose.go (a document's fields), impact.go
//	                         (what a term weighs: BM25F)
//	a query                  search.go (the answer), types.go; plan.go, words.go,
//	                         thesaurus.go, vocabulary.go, prose.go (what it asks
//	                         for), filter.go, node.go, match.go (which documents),
//	                         unit.go, rank.go (in which order), facets.go
//	what resembles a text    similar.go, weigh.go; related.go for a document
//	what is quoted of a hit  package snippet
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
// What a document has in the index is in package segment, where its tokens stand in
// package positions.
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
//	3  surplus cells of tables in the text
const format = "3"

// readable tells whether an index of a format can be searched.
func readable(f string) bool { return f == format || f == "2" || f == "1" }
