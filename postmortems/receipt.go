package postmortems

// Receipt is what a push did, or would do, for each document. The answer to the author is
// printed from it alone.
type Receipt struct {
	Branch    string
	Draft     bool // not main: previews, no search
	CheckOnly bool
	Already   bool // everything in the push was published before, and the answer was lost
	Documents []DocumentChange
	KeptBack  []KeptBackDocument
	Files     int // other files (images, attachments) stored
	// Other are lines about files other than documents: SLOs, services, report definitions,
	// synonyms.
	Other    []string
	Problems []Problem
	// Broken are links without a target after this push, in pushed documents and in
	// documents that link to something it removed.
	Broken []BrokenLink
}

// DocumentChange is what happened to one document.
type DocumentChange struct {
	Status    ChangeStatus
	Kind      Kind
	Title     string
	Path      string
	Address   string // path-absolute, without the portal's prefix
	From      string // old address when Renamed, which now redirects
	Durations Durations
	Timed     bool // a post-mortem: the line of durations is printed, even if they are unknown
}

// KeptBackDocument is a document that its author does not want to be published.
type KeptBackDocument struct {
	Path   string
	Reason string // "draft: true"
}

// BrokenLink is a link whose target does not exist. Raw is the destination as written;
// Line and Col are 1-based.
type BrokenLink struct {
	Path      string
	Line, Col int
	Raw       string
	Kind      LinkKind
}
