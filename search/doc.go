// Package search owns the search index: which documents match a query, how they are
// ranked, counted and shown, and how the index is filled, checked and rebuilt. Only
// this package and package segment use Bleve, and of Bleve only the storage engine
// (scorch and zap segments): immutable segments of term dictionaries and bitmaps,
// atomic batches, merging. Queries are evaluated on those bitmaps by code of this
// package.
//
// # Where to look
//
//	the index as a whole   index.go (open, close, check), engine.go (one folder),
//	                       rebuild.go, format.go (versions of its layout),
//	                       admission.go (concurrent searches)
//	indexing               apply.go, compose.go (a document's fields), bm25f.go
//	                       (weights of terms)
//	a query                search.go (the answer), types.go; plan.go, planword.go,
//	                       thesaurus.go, vocabulary.go, prose.go (its conditions),
//	                       filter.go, node.go, match.go (matching documents),
//	                       unit.go, rank.go (their order), facets.go
//	texts and alerts       similar.go, textplan.go; related.go for a document
//	passages of a hit      package snippet
//
// # Data layout
//
// All of it is derived from the library and can be deleted at any time.
//
//	DIR/index/      the index: root.bolt and one .zap file a segment
//	DIR/index.new/  a rebuild in progress; leftovers are removed at start
//	DIR/index.bad/  the last damaged index, for inspection
//	DIR/opening     exists while an index is being opened and probed: if it is
//	                there at start, the last attempt crashed and the index is bad
//
// Package segment describes the fields of a document in the index, package positions
// the encoding of its token positions.
//
// The weight of a term in a document is the weighted and length-normalised term
// frequency of BM25F, summed over the parts of the document when it is indexed. A word
// therefore has one posting list for all parts, and a score depends only on the
// document and on the number of documents that have the word, not on segments, merges
// or deletions.
//
// Internal keys of each snapshot: "seq", the last change number in the index (decimal),
// written in the same batch as that change; "format", see below; "parked", the
// documents that could not be indexed (JSON, id to reason).
package search
