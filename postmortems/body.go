package postmortems

import "context"

// Body is the result of rendering the Markdown below the front matter. All lines are
// 1-based lines of the whole file.
type Body struct {
	// HTML is sanitised. Targets inside the repository are placeholders `="postern:N"`,
	// where N is an index of Links. They are filled in when the page is served, because
	// every push can change whether a target exists.
	HTML     []byte
	H1       string // text of the first level-1 heading; left out of HTML when it is the first block
	Headings []Heading
	Sections []Section
	Links    []Link
	Rows     []Row
	Words    int  // words, each Han character is one
	Mermaid  bool // contains at least one mermaid block
}

// Heading is a heading with its anchor in HTML ("h-root-cause"). Level is 1 to 6. The
// document's title at the top is not among Body.Headings.
type Heading struct {
	Level  int
	Text   string
	Anchor string
	Line   int
}

// Section is the plain text under one heading, without its subsections. Search indexes
// and quotes it. The first section has no heading when text precedes the first heading.
// Level is 1 to 6; 0 for the text above the first heading.
type Section struct {
	Heading, Anchor string
	Level           int
	Role            Role   // set by Compile, not by the renderer
	Text            string // blocks separated by "\n"
	Code            string // code blocks and identifiers of code spans, indexed as identifiers
	Line            int
}

// LinkKind is the use of a link.
type LinkKind uint8

// The kinds of Link.
const (
	LinkPage  LinkKind = iota // [text](dest)
	LinkImage                 // ![alt](dest)
	LinkWiki                  // [[Title or path]]
)

// Link is a reference out of its document. Absolute URLs of other sites are not Links:
// they are in HTML as written. Fragment is already the anchor that the target page most
// likely has.
type Link struct {
	Kind LinkKind
	Raw  string // destination as written
	// Candidates are the repository paths that the destination may mean, best first, such
	// as "runbooks/db.md", "runbooks/db/index.md", "img/a.png". They may be empty for
	// LinkWiki: the library looks up the title.
	Candidates []string
	Fragment   string // without "#"
	Line, Col  int
}

// MaxParagraph is how many bytes of a paragraph a Row holds: a sentence about the times
// of a timeline is shorter.
const MaxParagraph = 600

// Row is a list item, a table row or a paragraph under a heading. Timelines and action
// items are read from rows, without knowledge of Markdown. A table row may have more
// cells than its header.
type Row struct {
	Section int      // index into Body.Sections
	Cells   []string // plain text; one cell for a list item
	Header  []string // the table's header cells; nil for a list item
	Checked *bool    // for a task list item
	// Paragraph reports that the row is the beginning of a paragraph outside lists and
	// tables, in one cell of at most MaxParagraph bytes.
	Paragraph bool
	Links     []string // absolute URLs in the row (tickets)
	Line      int
}

// BodyInput is one Markdown body to render. Markdown must not be changed while it is
// rendered.
type BodyInput struct {
	Path      string // repository path, for relative links
	Markdown  []byte // the body only; LF line ends, no BOM
	FirstLine int    // 1-based line of the file at which Markdown begins
}

// BodyRenderer turns Markdown into a Body. Problems are findings of its guard (too many
// table cells, nesting too deep); errors among them refuse the document. The error is a
// failure of the renderer itself. The error of a ctx that ended is of kind Timeout.
// Implementations may be called concurrently.
type BodyRenderer interface {
	RenderBody(ctx context.Context, in BodyInput) (Body, []Problem, error)
}
