// Package analysis owns how text becomes terms. Documents, queries and the marks in
// snippets use the same analysis. It is pure.
//
// Scan splits text into tokens: runs of letters and digits, and single ideographs
// (Han, kana, Hangul), folded to lower case and narrow width, without a possessive
// "'s". Phrases are verified against the sequence of tokens: Scan drops no stop word
// and does not stem. Identifiers are split at their punctuation, so tcp_tw_reuse,
// 10.0.0.1 and spec/rails_helper.rb are phrases too.
//
// Words match by forms that are derived from tokens:
//
//	Stem    English snowball stem ("timeouts" -> "timeout")
//	Parts   camelCase, acronym and letter/digit parts (KubePodCrashLooping -> kube pod crash looping)
//	Bigram  two neighbouring ideographs
package analysis
