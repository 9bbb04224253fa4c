// Package synonyms owns which words mean the same: the field's own abbreviations,
// which are built in, and the file search/synonyms.yaml of the knowledge
// repository, its form and the rules it is judged by. It is pure.
//
// The file is a mapping; a key and its values mean the same, in both directions:
//
//	pg: postgres
//	oom: [out of memory, 内存溢出]
//	超时: timeout
//	lb: []            # takes the built-in meaning away
//
// A form is one to six words. Words match by their stem and ideographs one by
// one, as package analysis cuts them, so "timeouts" means what "timeout" means.
//
// Data layout: a Set maps the first word of every form to the forms that begin
// with it, the longest first, each with what means the same. A Set never changes
// once it is made.
package synonyms
