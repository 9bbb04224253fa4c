// Package snippet owns what is shown of a found document: the stretches of its text
// that have the words of the query, marked, and the section that says what fixed
// it. It is pure and keeps nothing.
//
// Its data are a document's texts as Sections, and Fragments as they are shown: the
// HTML of a Fragment is escaped, and its only markup is <mark>.
package snippet

// Section is the text under one heading, for fragments that link to it.
type Section struct {
	Heading, Anchor string
	Text            string
	Code            string // identifiers and code, matched whole and by parts
}

// Fragment is one quote and the heading it stands under.
type Fragment struct {
	Field   string // title, summary, body, code
	Heading string
	Anchor  string
	HTML    string
}
