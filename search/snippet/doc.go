// Package snippet owns the parts of a found document that a result shows: the
// passages with the words of the query, marked, and the section that describes the
// fix. It is pure and has no state of its own.
//
// The input is a document's texts as Sections. Fragments are ready to be shown: their
// HTML is escaped, and its only markup is <mark>. Excerpt, ExcerptMarkdown and
// PlainText return a whole section for pages, the API and terminals.
package snippet
