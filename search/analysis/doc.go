// Package analysis owns how text becomes terms, the same for documents, queries
// and the marks in quotes. It is pure.
//
// Scan cuts text into tokens: runs of letters and digits, and single ideographs
// (Han, kana, Hangul), folded to lower case, narrow width and without possessive
// "'s". Tokens in order are what phrases are verified against: no stop word is
// dropped and nothing is stemmed, and since identifiers are cut at their
// punctuation, tcp_tw_reuse, 10.0.0.1 and spec/rails_helper.rb are phrases too.
//
// From tokens come the forms that words match by:
//
//	Stem    English snowball stem ("timeouts" -> "timeout")
//	Parts   camelCase, acronym and letter/digit parts (KubePodCrashLooping -> kube pod crash looping)
//	Bigram  two neighbouring ideographs
package analysis
