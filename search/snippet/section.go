package snippet

// Section is the text under one heading of a document.
type Section struct {
	Heading, Anchor string
	Text            string
	Code            string // identifiers and code, matched whole and by parts
}

// Fragment is one marked passage of a document, with the heading above it.
type Fragment struct {
	Field   string // title, summary, body or code
	Heading string // "" for the title and the summary
	Anchor  string // of the heading
	HTML    string // escaped text with <mark> around the words of the query
}
