package postmortems

import "context"

// Body is what a BodyRenderer makes of the Markdown below the front matter. All
// lines are 1-based lines of the whole file.
type Body struct {
	// HTML is sanitised. Targets inside the repository are left open as
	// `="postern:N"` where N indexes Links: they are filled in when the page is
	// served, because whether a target exists changes with every push.
	HTML     []byte
	H1       string // text of the first level-1 heading; not repeated in HTML when it is the first block
	Headings []Heading
	Sections []Section
	Links    []Link
	Rows     []Row
	Words    int  // words, counting a Han character as one
	Mermaid  bool // holds at least one mermaid block
}

// Heading is one heading with the anchor it has in HTML ("h-root-cause").
type Heading struct {
	Level  int
	Text   string
	Anchor string
	Line   int
}

// Section is the plain text under one heading (without its sub-sections), as
// search indexes it and quotes from it. The first has no heading when text
// precedes the first one.
type Section struct {
	Heading, Anchor string
	Level           int
	Role            Role   // set by Compile, not by the renderer
	Text            string // blocks separated by "\n"
	Code            string // text of code blocks and spans' identifiers, searchable as identifiers
	Line            int
}

// LinkKind tells what a link is used as.
type LinkKind uint8

// The kinds of Link.
const (
	LinkPage  LinkKind = iota // [text](dest)
	LinkImage                 // ![alt](dest)
	LinkWiki                  // [[Title or path]]
)

// Link is a reference that leaves its document and is not an absolute URL of
// another site: those are in HTML as they are.
type Link struct {
	Kind LinkKind
	Raw  string // destination as written
	// Candidates are repository paths that the destination may mean, best
	// first, e.g. "runbooks/db.md", "runbooks/db/index.md", "img/a.png". For
	// LinkWiki they may be empty: the library looks the title up.
	Candidates []string
	Fragment   string // without "#"
	Line, Col  int
}

// MaxParagraph is how much of a paragraph a Row holds, in bytes: a statement
// about the times of a timeline is a short sentence.
const MaxParagraph = 600

// Row is a list item, a table row or a paragraph under a heading, given so that
// timelines and actions can be read from it without knowing Markdown. A table row
// may have more cells than its header.
type Row struct {
	Section int      // index into Body.Sections
	Cells   []string // plain text; one cell for a list item
	Header  []string // the table's header cells; nil for a list item
	Checked *bool    // for a task list item
	// Paragraph: the row is the beginning of a paragraph outside lists and tables,
	// in one cell of at most MaxParagraph bytes.
	Paragraph bool
	Links     []string // absolute URLs in the row (tickets)
	Line      int
}

// BodyInput is one Markdown body to render.
type BodyInput struct {
	Path      string // repository path, for relative links
	Markdown  []byte // the body only; LF line ends, no BOM
	FirstLine int    // 1-based line of the file at which Markdown begins
}

// BodyRenderer turns Markdown into a Body. Problems are findings of its guard
// (too many table cells, too deep a nesting) and fatal ones make the document
// refused. An error is a failure of the renderer itself.
type BodyRenderer interface {
	RenderBody(ctx context.Context, in BodyInput) (Body, []Problem, error)
}
