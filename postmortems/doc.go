// Package postmortems is the domain of Postern's knowledge: documents and their kinds, the
// front matter, the typed post-mortem with its milestones, timeline and action items, and
// the rules that pushed files are checked by.
//
// It is pure: no storage, no HTTP, no clock, no files. Compile turns the bytes of one
// repository file into a Document:
//
//	file bytes -> Source (front matter | body, with line offsets)
//	           -> FrontMatter (typed, with Problems at line and column)
//	           -> Body (from a BodyRenderer: HTML, headings, text, links, rows)
//	           -> Document (typed rows and milestones derived from both)
//
// No text of the author is lost: what a rule does not understand stays in the source, which
// is stored beside the values derived from it.
package postmortems
