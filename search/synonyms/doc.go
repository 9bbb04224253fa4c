// Package synonyms owns the synonyms that search uses: the built-in ones and those of
// the file search/synonyms.yaml in the knowledge repository, with the format of that
// file and the rules by which a push is checked. It is pure.
//
// The file is a mapping. A key and its values mean the same, in both directions:
//
//	pg: postgres
//	oom: [out of memory, 内存溢出]
//	超时: timeout
//	lb: []            # removes the built-in meaning
//
// A form is one to six words. Words are compared by their stem and ideographs one by
// one, as package analysis splits them, so "timeouts" has the synonyms of "timeout".
//
// Data layout: a Set maps the first word of every form to the forms that begin with
// it, the longest first, each with its synonyms. A Set is immutable.
package synonyms
