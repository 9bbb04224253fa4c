package snippet

// Section is the text under one heading of a document.
type Section struct {
	Heading, Anchor string
	Text            string
	// Identifiers and code, matched whole and by parts.
	Code string
}

// Fragment is one marked passage of a document, with the heading above it.
type Fragment struct {
	// Title, summary, body or code.
	Field string
	// "" for the title and the summary.
	Heading string
	// Of the heading.
	Anchor string
	// Escaped text with <mark> around the words of the query.
	HTML string
}
